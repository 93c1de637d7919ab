import t from 'tap';
import { digestTrunk, type PbxFields, register, START_MS, type TestOptions, testRegistrar } from './fixtures.ts';

function setUp(options: TestOptions = {}) {
  const test = testRegistrar({ hasEngine: false, ...options });
  const contacts = (trunkId = 7) => test.registrar.bindingsOf(trunkId).map((binding) => binding.contact);
  const send = (contact: PbxFields['contact'], fields: PbxFields = {}) =>
    register(test, { callId: `${contact}`, ...fields, ...(contact === undefined ? {} : { contact }) });
  return { test, contacts, send };
}

t.test('RFC 3261 19.1.4: an equal Contact updates its binding, whatever the Call-ID, flow and spelling', async (t) => {
  const { test, contacts, send } = setUp();
  send('<sip:acme@PBX.example:5060;line=abc;Transport=udp>');
  send('<sip:acme@pbx.example:5060;transport=UDP;line=ABC>', {
    callId: 'b',
    sourcePort: 6060,
    sourceAddress: '192.0.2.9',
  });
  t.strictSame(contacts(), ['sip:acme@pbx.example:5060;transport=UDP;line=ABC']);
  t.match(test.registrar.bindingsOf(7), [{ sourceAddress: '192.0.2.9', sourcePort: 6060, callId: 'b' }]);
  t.equal(test.registrar.hasBindingFrom('198.51.100.7'), false);
  t.match(test.changes.slice(1), [
    { op: 'remove', contact: 'sip:acme@PBX.example:5060;line=abc;Transport=udp', cause: 'replaced' },
    { op: 'put', binding: { contact: 'sip:acme@pbx.example:5060;transport=UDP;line=ABC' } },
  ]);
});

t.test('RFC 5626: the same instance replaces; another reg-id of it stands beside', async (t) => {
  const { contacts, send } = setUp();
  const at = (port: number, regId: number) =>
    `<sip:a@192.168.1.1:${port}>;+sip.instance="<urn:uuid:1>";reg-id=${regId}`;
  send(at(1, 1), { callId: 'x' });
  send(at(2, 2), { callId: 'x', cseq: 5 });
  t.equal(contacts().length, 2, 'even with one Call-ID');
  send(at(3, 1), { callId: 'y' });
  t.strictSame(contacts(), ['sip:a@192.168.1.1:3', 'sip:a@192.168.1.1:2']);
});

t.test('RFC 5626: two flows with one Contact; each is kept over a restart by itself', async (t) => {
  const { test, send } = setUp();
  const flow = (regId: number) => `<sip:a@192.168.1.1:1>;+sip.instance="<urn:uuid:1>";reg-id=${regId}`;
  send(flow(1), { callId: 'x', sourcePort: 1001 });
  send(flow(2), { callId: 'y', sourcePort: 1002 });
  t.equal(test.registrar.bindingsOf(7).length, 2);
  send(`${flow(2)};expires=0`, { callId: 'y', cseq: 9, sourcePort: 1002 });
  t.match(test.registrar.bindingsOf(7), [{ regId: 1 }]);
  t.match(test.changes.slice(2), [{ op: 'remove', regId: 2, cause: 'unregistered' }]);
  t.equal(test.changes.length, 3);
  send('<sip:a@192.168.1.1:1>;+sip.instance="<urn:uuid:1>"', { callId: 'x', cseq: 5, sourcePort: 1001 });
  t.match(test.changes.slice(3), [
    { op: 'remove', contact: 'sip:a@192.168.1.1:1', regId: 1, cause: 'replaced' },
    { op: 'put', binding: { contact: 'sip:a@192.168.1.1:1', regId: null } },
  ]);
});

t.test(
  'RFC 3261 10.3 step 7: of several Contacts for one binding the last one counts, in memory and on disk',
  async (t) => {
    const { test, contacts, send } = setUp();
    const kept = () => {
      const stored = new Map<string, boolean>();
      for (const change of test.changes) {
        const { contact, regId } = change.op === 'put' ? change.binding : change;
        stored.set(`${contact} ${regId}`, change.op === 'put');
      }
      return [...stored].flatMap(([key, isThere]) => (isThere ? [key.split(' ')[0]] : [])).sort();
    };
    const [upper, lower] = ['<sip:a@PBX.example>', '<sip:a@pbx.example>'];
    send([upper, lower, lower], { callId: 'x' });
    t.strictSame([contacts(), kept()], [['sip:a@pbx.example'], ['sip:a@pbx.example']]);
    send([`${lower};expires=0`, `${lower};expires=100`], { callId: 'x', cseq: 5 });
    t.strictSame([contacts(), kept()], [['sip:a@pbx.example'], ['sip:a@pbx.example']]);
    t.match(test.registrar.bindingsOf(7), [{ expiresAtMs: START_MS + 100_000 }]);
    send([`${lower};expires=100`, `${upper};expires=0`], { callId: 'x', cseq: 9 });
    t.strictSame([contacts(), kept()], [[], []]);
    const instance = ';+sip.instance="<urn:uuid:1>"';
    send([`<sip:a@10.0.0.1>${instance}`, `<sip:a@10.0.0.1;transport=tcp>${instance}`], { callId: 'y' });
    t.equal(contacts().length, 2, 'two addresses of one instance are two');
  },
);

t.test('P17: the same Call-ID replaces what this REGISTER does not list', async (t) => {
  const { contacts, send } = setUp();
  send(['<sip:a@192.168.1.1:1>', '<sip:a@192.168.1.1:2>'], { callId: 'x' });
  send(['<sip:a@192.168.1.1:2>', '<sip:a@192.168.1.1:3>'], { callId: 'x', cseq: 5 });
  t.strictSame(contacts().toSorted(), ['sip:a@192.168.1.1:2', 'sip:a@192.168.1.1:3']);
  send('<sip:a@192.168.1.1:3>', { callId: 'x', cseq: 9 });
  t.equal(contacts().length, 2, 'a refresh of one alone takes nothing from the other');
});

t.test('max_contacts: the oldest gives way, or the new one is refused, by policy', async (t) => {
  const trunks = [
    digestTrunk({ id: 7, maxContacts: 2 }),
    digestTrunk({ id: 8, username: 'beta', maxContacts: 2, contactPolicy: 'reject' }),
  ];
  const { test, contacts, send } = setUp({ trunks });
  for (const port of [1, 2, 3]) send(`<sip:a${port}@192.168.1.1:${port}>`);
  t.strictSame(contacts(), ['sip:a3@192.168.1.1:3', 'sip:a2@192.168.1.1:2']);
  t.match(test.changes.at(-1), { op: 'remove', contact: 'sip:a1@192.168.1.1:1', cause: 'replaced' });
  for (const port of [1, 2]) send(`<sip:a${port}@192.168.1.1:${port}>`, { username: 'beta' });
  t.match(send('<sip:a3@192.168.1.1:3>', { username: 'beta' }), { status: 403, reason: 'too_many_contacts' });
  t.equal(contacts(8).length, 2);
  t.match(send('<sip:a1@192.168.1.1:1>', { username: 'beta', cseq: 9 }), { status: 200 });
});

t.test('more contacts in one REGISTER than the trunk may have: 403, nothing changed; fewer are all kept', async (t) => {
  const { contacts, send } = setUp();
  send(['<sip:a@192.168.1.1>', '<sip:b@192.168.1.1>', '<sip:c@192.168.1.1>'], { callId: 'x' });
  t.equal(contacts().length, 3);
  const four = ['<sip:e@192.168.1.1>', '<sip:f@192.168.1.1>', '<sip:g@192.168.1.1>', '<sip:h@192.168.1.1>'];
  t.match(send(four, { callId: 'y' }), { status: 403, reason: 'too_many_contacts' });
  t.strictSame(contacts().toSorted(), ['sip:a@192.168.1.1', 'sip:b@192.168.1.1', 'sip:c@192.168.1.1']);
  send(four.slice(0, 3), { callId: 'z' });
  t.strictSame(contacts().toSorted(), ['sip:e@192.168.1.1', 'sip:f@192.168.1.1', 'sip:g@192.168.1.1']);
});

t.test(
  'P8: after a port and Call-ID change the PBX replaces itself, and its neighbour behind the same NAT stays',
  async (t) => {
    const { test, contacts, send } = setUp({ hasEngine: true });
    send('<sip:s@10.0.0.1:5060>', { callId: 'neighbour', sourcePort: 1001 });
    send('<sip:s@10.0.0.2:5060>', { callId: 'before', sourcePort: 1002 });
    t.equal(test.probes.length, 1, 'the neighbour was asked when the second came');
    test.probes.shift()?.done({ kind: 'response', status: 200, rttMs: 9 });
    send('<sip:s@10.0.0.2:5099>', { callId: 'after', sourcePort: 1003 });
    t.equal(contacts().length, 3);
    for (const probe of test.probes.splice(0)) {
      const isNeighbour = probe.request.uri === 'sip:s@10.0.0.1:5060';
      probe.done(isNeighbour ? { kind: 'response', status: 404, rttMs: 9 } : { kind: 'timeout' });
    }
    t.strictSame(contacts(), ['sip:s@10.0.0.2:5099', 'sip:s@10.0.0.1:5060']);
  },
);

t.test('P17: at the limit, the moved PBX gives way to itself and not the oldest to it', async (t) => {
  const { test, contacts, send } = setUp({ hasEngine: true, trunks: [digestTrunk({ id: 7, maxContacts: 2 })] });
  send('<sip:s@10.0.0.1:5060>', { callId: 'neighbour', sourcePort: 1001 });
  send('<sip:s@10.0.0.2:5060>', { callId: 'before', sourcePort: 1002 });
  const { lines } = send('<sip:s@10.0.0.2:5099>', { callId: 'after', sourcePort: 1003 });
  t.equal(lines.filter((line) => line.startsWith('Contact: ')).length, 2, 'never more, probes under way or not');
  t.equal(contacts().length, 2);
  for (const probe of test.probes.splice(0)) {
    const isGone = probe.request.uri === 'sip:s@10.0.0.2:5060';
    probe.done(isGone ? { kind: 'timeout' } : { kind: 'response', status: 200, rttMs: 9 });
  }
  t.strictSame(contacts(), ['sip:s@10.0.0.2:5099', 'sip:s@10.0.0.1:5060']);
});

t.test('at the limit with everybody alive the oldest goes', async (t) => {
  const { test, contacts, send } = setUp({ hasEngine: true, trunks: [digestTrunk({ id: 7, maxContacts: 2 })] });
  for (const port of [1, 2, 3]) send(`<sip:s@10.0.0.${port}>`, { callId: `${port}`, sourcePort: 1000 + port });
  for (const probe of test.probes.splice(0)) probe.done({ kind: 'response', status: 200, rttMs: 9 });
  t.strictSame(contacts(), ['sip:s@10.0.0.3', 'sip:s@10.0.0.2']);
});

t.test('the binding of a closed connection from the same source and user is replaced without a probe', async (t) => {
  const { test, contacts, send } = setUp({ hasEngine: true });
  send('<sip:s@10.0.0.1:40001;transport=tcp>', { callId: 'a', transport: 'tcp', flowId: 'tcp/1', sourcePort: 40_001 });
  test.closedFlows.add('tcp/1');
  send('<sip:s@10.0.0.1:40002;transport=tcp>', { callId: 'b', transport: 'tcp', flowId: 'tcp/2', sourcePort: 40_002 });
  t.strictSame(contacts(), ['sip:s@10.0.0.1:40002;transport=tcp']);
  t.match(test.states, [{ state: 'registered' }], 'and the trunk was never offline');
});

t.test('two tenants with identical Contacts never meet', async (t) => {
  const trunks = [digestTrunk({ id: 7 }), digestTrunk({ id: 8, username: 'beta' })];
  const { contacts, send } = setUp({ trunks });
  send('<sip:s@192.168.1.10:5060>', { callId: 'same' });
  send('<sip:s@192.168.1.10:5060>', { callId: 'same', username: 'beta' });
  send('<sip:s@192.168.1.10:5060>', { callId: 'same', username: 'beta', cseq: 9, expires: 0 });
  t.strictSame([contacts(7).length, contacts(8).length], [1, 0]);
});

t.test('a binding expires at its time, to the second, and the trunk is offline with that cause', async (t) => {
  const { test, contacts, send } = setUp({ registration: { flapDampingSec: 0 } });
  send('<sip:a@192.168.1.1>;expires=60', { callId: 'x' });
  test.clock.advance(40);
  send('<sip:a@192.168.1.1>;expires=60', { callId: 'x', cseq: 9 });
  test.clock.advance(59);
  t.equal(contacts().length, 1);
  test.clock.advance(1);
  t.equal(contacts().length, 0);
  t.match(test.changes.at(-1), { op: 'remove', cause: 'expired' });
  t.match(test.states.at(-1), { state: 'offline', cause: 'expired' });
  t.match(test.registrar.registrationOf(7), { state: 'offline', reason: 'expired', contacts: [] });
});

t.test('a shorter time than before takes effect, as does a clock that jumps', async (t) => {
  const { test, contacts, send } = setUp();
  send('<sip:a@192.168.1.1>;expires=3600', { callId: 'x' });
  send('<sip:a@192.168.1.1>;expires=60', { callId: 'x', cseq: 9 });
  test.clock.advance(60);
  t.equal(contacts().length, 0);
  send('<sip:a@192.168.1.1>;expires=3600', { callId: 'y' });
  test.clock.nowMs += 86_400_000;
  t.equal(contacts().length, 0, 'even before the next tick');
  test.registrar.tick();
  t.match(test.changes.at(-1), { op: 'remove', cause: 'expired' });
});

t.test(
  'trunk.registered is told on change, not on refresh, and flapping is damped without losing the state',
  async (t) => {
    const { test, send } = setUp();
    const told = () => test.states.map((change) => change.state);
    for (let index = 0; index < 5; index += 1) send('<sip:a@192.168.1.1>', { callId: 'x', cseq: index * 2 + 1 });
    t.strictSame(told(), ['registered']);
    for (let index = 5; index < 20; index += 1) {
      send('<sip:a@192.168.1.1>', { callId: 'x', cseq: index * 4 + 1, expires: 0 });
      t.equal(test.registrar.registrationOf(7).state, 'offline');
      send('<sip:a@192.168.1.1>', { callId: 'x', cseq: index * 4 + 3 });
      t.equal(test.registrar.registrationOf(7).state, 'registered');
    }
    t.strictSame(told(), ['registered']);
    t.equal(test.transitions.length, 31, 'who counts time hears of every change');
    send('<sip:a@192.168.1.1>', { callId: 'x', cseq: 999, expires: 0 });
    test.clock.advance(29);
    t.strictSame(told(), ['registered']);
    test.clock.advance(2);
    t.strictSame(told(), ['registered', 'offline']);
  },
);

t.test('the newest binding comes first, and a PBX that restarts becomes the newest', async (t) => {
  const { contacts, send } = setUp();
  send('<sip:a@192.168.1.1>', { callId: 'a' });
  send('<sip:b@192.168.1.2>', { callId: 'b' });
  send('<sip:a@192.168.1.1>', { callId: 'a', cseq: 5 });
  t.strictSame(contacts(), ['sip:b@192.168.1.2', 'sip:a@192.168.1.1'], 'a refresh changes nothing');
  send('<sip:a@192.168.1.1>', { callId: 'a2' });
  t.strictSame(contacts(), ['sip:a@192.168.1.1', 'sip:b@192.168.1.2']);
});

t.test('sources are found by address and by flow', async (t) => {
  const { test, send } = setUp();
  send('<sip:a@192.168.1.1>', { callId: 'a', sourcePort: 1001 });
  t.match(test.registrar.findBindingBySource('198.51.100.7'), { contact: 'sip:a@192.168.1.1' });
  t.match(test.registrar.findBindingBySource('198.51.100.7', 1001), { contact: 'sip:a@192.168.1.1' });
  t.equal(test.registrar.findBindingBySource('198.51.100.7', 1002), undefined);
  t.equal(test.registrar.findBindingBySource('198.51.100.8'), undefined);
});

t.test(
  'A mapping that changed before its time halves what a NAT is trusted with; stable ones get what they ask',
  async (t) => {
    const { send } = setUp();
    const left = (sourcePort: number, cseq: number) =>
      send('<sip:a@192.168.1.1>;expires=3600', { callId: 'x', sourcePort, cseq })
        .lines.join()
        .match(/expires=(\d+)/)?.[1];
    t.equal(left(1001, 1), '3600');
    t.equal(left(1001, 3), '3600');
    t.equal(left(1002, 5), '1800');
    t.equal(left(1003, 7), '900');
    t.equal(left(1003, 9), '1125');
  },
);

t.test('refreshes are told together, once a binding; what changes more is told at once', async (t) => {
  const told: string[][] = [];
  const test = testRegistrar({
    trunks: [digestTrunk({ id: 7 }), digestTrunk({ id: 8, username: 'other' })],
    refreshed: (bindings) => told.push(bindings.map(({ contact, expiresAtMs }) => `${contact} ${expiresAtMs}`)),
  });
  const acme = { callId: 'a', branch: 'z9hG4bK1', contact: '<sip:acme@192.168.1.10>' };
  const other = { callId: 'o', username: 'other', contact: '<sip:other@192.168.1.11>' };
  register(test, { ...acme, cseq: 1 });
  register(test, { ...other, cseq: 1 });
  const puts = test.changes.length;
  for (const cseq of [3, 5, 7]) register(test, { ...acme, cseq, branch: `z9hG4bK${cseq}` });
  register(test, { ...other, cseq: 3 });
  t.equal(test.changes.length, puts, 'a refresh alone is not worth a record');
  test.clock.advance(1);
  const expiresAtMs = START_MS + 3_600_000;
  t.strictSame(told, [[`sip:acme@192.168.1.10 ${expiresAtMs}`, `sip:other@192.168.1.11 ${expiresAtMs}`]]);
  test.clock.advance(1);
  t.equal(told.length, 1);
  register(test, { ...acme, cseq: 9, branch: 'z9hG4bK9' });
  register(test, { ...acme, cseq: 11, branch: 'z9hG4bK11', sourcePort: 40_001 });
  t.match(test.changes.at(-1), { op: 'put', binding: { sourcePort: 40_001 } }, 'a new flow is');
  register(test, { ...other, cseq: 5 });
  test.registrar.purge(8, 'account_suspended');
  test.registrar.flush();
  t.equal(told.length, 1, 'a record that was put since, and a binding that is gone, need no more');
});
