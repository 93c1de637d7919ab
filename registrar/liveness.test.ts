import t from 'tap';
import { digestTrunk, ha1Set, REALM, register, START_MS, testRegistrar } from './fixtures.ts';
import { isBehindNat } from './nat-refresh.ts';

type Test = ReturnType<typeof testRegistrar>;

/** Answers, or lets time out, every probe that is due within the seconds. */
function live(test: Test, seconds: number, isAlive: boolean): number {
  let probes = 0;
  for (let second = 0; second < seconds; second += 1) {
    test.clock.advance(1);
    for (const probe of test.probes.splice(0)) {
      probes += 1;
      probe.done(isAlive ? { kind: 'response', status: 404, rttMs: 12 } : { kind: 'timeout' });
    }
  }
  return probes;
}

const undamped = { flapDampingSec: 0 };

t.test('probes go through the flow of the binding, about once an interval, and any response means alive', async (t) => {
  const test = testRegistrar();
  register(test, { expires: 7200 });
  test.clock.advance(15);
  t.match(test.probes, [
    {
      request: {
        method: 'OPTIONS',
        uri: 'sip:acme@192.168.1.10:5060',
        flowId: 'udp/203.0.113.1:5060/198.51.100.7:5060',
      },
    },
  ]);
  const probes = live(test, 3600, true);
  t.ok(probes >= 50 && probes <= 75, `${probes} probes in an hour`);
  t.match(test.registrar.bindingsOf(7), [{ liveness: 'alive', rttMs: 12 }]);
});

t.test('silence means offline only after an answer since it registered, and after three misses', async (t) => {
  const test = testRegistrar({ registration: undamped });
  register(test, { expires: 7200 });
  live(test, 60, true);
  let misses = 0;
  while (misses < 2) misses += live(test, 1, false);
  t.match(test.registrar.registrationOf(7), { state: 'registered' });
  while (misses < 3) misses += live(test, 1, false);
  t.match(test.registrar.registrationOf(7), { state: 'offline', reason: 'probe_failed' });
  t.match(test.states.at(-1), { state: 'offline', cause: 'probe_failed' });
  t.strictSame(test.registrar.bindingsOf(7), []);
  t.match(test.changes.at(-1), { op: 'remove', cause: 'probe_failed' });
});

t.test('a PBX that fell silent and answers again is registered again without a REGISTER', async (t) => {
  const test = testRegistrar({ registration: undamped });
  register(test, { expires: 7200 });
  live(test, 60, true);
  live(test, 200, false);
  t.equal(test.registrar.registrationOf(7).state, 'offline');
  live(test, 90, true);
  t.equal(test.registrar.registrationOf(7).state, 'registered');
  t.match(test.changes.at(-1), { op: 'put' });
  t.strictSame(
    test.states.map((change) => change.state),
    ['registered', 'offline', 'registered'],
  );
});

t.test('one that never answered is unprobeable and keeps its binding until it expires', async (t) => {
  const test = testRegistrar({ registration: undamped });
  register(test, { expires: 600 });
  live(test, 599, false);
  t.match(test.registrar.bindingsOf(7), [{ liveness: 'unprobeable' }]);
  t.equal(test.registrar.registrationOf(7).state, 'registered');
  live(test, 1, false);
  t.match(test.registrar.registrationOf(7), { state: 'offline', reason: 'expired' });
});

t.test('P5: a closed connection that cannot be opened anew takes its binding along at once', async (t) => {
  const cases = [
    { transport: 'ws' as const, contact: '<sip:a@df7jal.invalid;transport=ws>' },
    { transport: 'tls' as const, contact: '<sip:a@192.168.1.10:5061;transport=tls>' },
    { transport: 'tcp' as const, contact: '<sip:a@198.51.100.7>;+sip.instance="<urn:uuid:1>";reg-id=1' },
  ];
  for (const fields of cases) {
    const test = testRegistrar({ registration: undamped });
    register(test, { ...fields, flowId: 'c/1' });
    test.registrar.flowClosed('c/1');
    t.match(test.registrar.registrationOf(7), { state: 'offline', reason: 'flow_closed' }, fields.transport);
  }
});

t.test('else it is unconfirmed, probed over a new connection, and judged by that', async (t) => {
  for (const isAlive of [true, false]) {
    const test = testRegistrar({ registration: undamped });
    register(test, { transport: 'tcp', flowId: 'tcp/1', contact: '<sip:a@198.51.100.7:5060;transport=tcp>' });
    test.registrar.flowClosed('tcp/1');
    t.match(test.registrar.bindingsOf(7), [{ liveness: 'unconfirmed', flowId: '' }]);
    const probe = test.probes.pop();
    t.equal(probe?.request.flowId, undefined);
    t.equal(probe?.request.uri, 'sip:a@198.51.100.7:5060;transport=tcp');
    probe?.done(isAlive ? { kind: 'response', status: 200, rttMs: 3 } : { kind: 'failed', reason: 'refused' });
    t.equal(test.registrar.registrationOf(7).state, isAlive ? 'registered' : 'offline');
  }
});

t.test('an IPv6 Contact is the source however it is spelt: no NAT, and reached anew', async (t) => {
  const test = testRegistrar();
  const contact = '<sip:a@[2001:DB8:0:0::0:1]:5060;transport=tcp>';
  register(test, { transport: 'tcp', flowId: 'tcp/1', sourceAddress: '2001:db8::1', contact });
  test.registrar.flowClosed('tcp/1');
  t.match(test.registrar.bindingsOf(7), [{ liveness: 'unconfirmed' }]);
  t.notOk(isBehindNat('2001:db8:0:0:0:0:0:1', '2001:db8::1'));
  t.ok(isBehindNat('2001:db8::2', '2001:db8::1'));
});

t.test('traps, 10: restored bindings can be called at once, unconfirmed until probed, without an event', async (t) => {
  const before = testRegistrar();
  register(before, { expires: 3600 });
  register(before, { expires: 60, contact: '<sip:b@192.168.1.2>', callId: 'b' });
  const records = before.changes.flatMap((change) => (change.op === 'put' ? [change.binding] : []));
  const after = testRegistrar({ startMs: START_MS + 120_000, startEpoch: 2 });
  after.registrar.restore(records);
  t.match(after.registrar.bindingsOf(7), [{ contact: 'sip:acme@192.168.1.10:5060', liveness: 'unconfirmed' }]);
  t.strictSame(after.states, []);
  t.match(after.changes, [{ op: 'remove', contact: 'sip:b@192.168.1.2', cause: 'expired' }]);
  live(after, 3, true);
  t.match(after.registrar.bindingsOf(7), [{ liveness: 'alive' }]);
  t.match(register(after, { cseq: 9 }), { status: 200, reason: 'refreshed' });
});

t.test('a restored connection is callable at once, and asked once the engine listens', async (t) => {
  for (const isThere of [true, false]) {
    const before = testRegistrar();
    const contact = '<sip:a@198.51.100.7:5060;transport=tcp>';
    register(before, { contact, transport: 'tcp', flowId: 'tcp/1', sourcePort: 41_000 });
    register(before, { contact: '<sip:b@10.0.0.1;transport=tcp>', transport: 'tcp', flowId: 'tcp/2', callId: 'b' });
    const records = before.changes.flatMap((change) => (change.op === 'put' ? [change.binding] : []));
    const after = testRegistrar({ startMs: START_MS + 5000, startEpoch: 2 });
    after.closedFlows.add('tcp/1').add('tcp/2');
    after.registrar.restore(records);
    const [binding] = after.registrar.bindingsOf(7);
    t.match(binding, { flowId: '', sourcePort: 5060, liveness: 'unconfirmed' }, 'where it takes connections');
    t.equal(after.registrar.bindingsOf(7).length, 1, 'behind NAT there is no way back');
    t.equal(after.probes.length, 0, 'an engine that does not listen yet would fail');
    after.clock.advance(2);
    const routeUri = 'sip:198.51.100.7:5060;transport=tcp';
    t.match(after.probes, [{ request: { uri: contact.slice(1, -1), routeUri } }]);
    after.probes[0]?.done(isThere ? { kind: 'response', status: 200, rttMs: 1 } : { kind: 'timeout' });
    t.equal(after.registrar.registrationOf(7).state, isThere ? 'registered' : 'offline');
  }
});

t.test('restored in any order, the newest binding is called first', async (t) => {
  const before = testRegistrar();
  for (const user of ['b', 'c', 'a']) {
    register(before, { contact: `<sip:${user}@192.168.1.2>`, callId: user });
    before.clock.advance(1);
  }
  const records = before.changes.flatMap((change) => (change.op === 'put' ? [change.binding] : []));
  const after = testRegistrar({ startMs: START_MS + 60_000, startEpoch: 2 });
  after.registrar.restore(records.toSorted((x, y) => x.contact.localeCompare(y.contact)));
  const contacts = after.registrar.bindingsOf(7).map((binding) => binding.contact);
  t.strictSame(contacts, ['sip:a@192.168.1.2', 'sip:c@192.168.1.2', 'sip:b@192.168.1.2']);
});

t.test('F-043: regenerated credentials end the bindings at once, a rotation with overlap does not', async (t) => {
  const test = testRegistrar({ registration: undamped });
  register(test);
  const old = ha1Set('acme', REALM, 'secret');
  const untilMs = test.clock.nowMs + 3_600_000;
  test.apply({ trunks: [digestTrunk({ id: 7, password: 'new', previousHa1: { ha1: old, untilMs } })] });
  t.equal(test.registrar.registrationOf(7).state, 'registered');
  t.match(register(test, { cseq: 9 }), { status: 200 }, 'the old password is still good');
  t.strictSame(test.moved, []);
  t.match(register(test, { cseq: 13, password: 'new' }), { status: 200 });
  t.match(register(test, { cseq: 17, password: 'new' }), { status: 200 });
  t.strictSame(test.moved, [7], 'told once');
  test.clock.nowMs += 3_600_001;
  t.match(register(test, { callId: 'c' }), { status: 401, reason: 'wrong_password' }, 'the old one retires by itself');
  test.apply({ trunks: [digestTrunk({ id: 7, password: 'third' })] });
  t.strictSame(test.registrar.bindingsOf(7), []);
});

t.test('a PBX that has its new password before it used the old one again has moved as well, told once', async (t) => {
  const test = testRegistrar();
  register(test);
  const untilMs = test.clock.nowMs + 3_600_000;
  const previousHa1 = { ha1: ha1Set('acme', REALM, 'secret'), untilMs };
  test.apply({ trunks: [digestTrunk({ id: 7, password: 'new', previousHa1 })] });
  for (const cseq of [9, 13]) register(test, { cseq, password: 'new' });
  t.strictSame(test.moved, [7]);
  test.apply({
    trunks: [digestTrunk({ id: 7, password: 'newer', previousHa1: { ...previousHa1, untilMs: untilMs + 1 } })],
  });
  register(test, { cseq: 17, password: 'newer' });
  t.strictSame(test.moved, [7, 7], 'once a rotation');
});

t.test('a deleted trunk goes offline with its event at once, damped or not', async (t) => {
  const test = testRegistrar();
  register(test);
  test.apply({ trunks: [digestTrunk({ id: 7, status: 'deleted' })] });
  t.match(test.states, [{ state: 'registered' }, { state: 'offline', cause: 'trunk_deleted' }]);
});

t.test('causes: new credentials, a suspended account above, a deleted trunk', async (t) => {
  const offline = (change: (test: Test) => void) => {
    const test = testRegistrar({ registration: undamped });
    register(test);
    change(test);
    return test.states.at(-1);
  };
  t.match(
    offline((test) => test.apply({ trunks: [digestTrunk({ id: 7, password: 'x' })] })),
    { cause: 'credentials_regenerated' },
  );
  t.match(
    offline((test) => test.apply({ trunks: [digestTrunk({ id: 7, status: 'deleted' })] })),
    { cause: 'trunk_deleted' },
  );
  const account = (test: Test) => test.directory.getAccount(1);
  t.match(
    offline((test) => {
      const record = account(test);
      if (record !== undefined) test.apply({ accounts: [{ ...record, status: 'suspended' }] });
    }),
    { state: 'offline', cause: 'account_suspended' },
  );
});

t.test(
  'A8: an IP trunk is registered while it answers, offline after three misses, and gone with its record',
  async (t) => {
    const trunk = digestTrunk({
      id: 9,
      username: 'ip',
      authType: 'ip',
      ipTarget: '192.0.2.50:5070',
      sources: ['192.0.2.50'],
    });
    const test = testRegistrar({ trunks: [trunk], registration: undamped });
    t.equal(test.registrar.registrationOf(9).state, 'never');
    t.ok(live(test, 15, true) >= 1);
    t.match(test.registrar.registrationOf(9), {
      state: 'registered',
      contacts: [{ contact: 'sip:192.0.2.50:5070' }],
      rttMs: 12,
    });
    live(test, 200, false);
    t.match(test.registrar.registrationOf(9), { state: 'offline', reason: 'probe_failed' });
    live(test, 100, true);
    t.strictSame(
      test.states.map((change) => change.state),
      ['registered', 'offline', 'registered'],
    );
    test.apply({ trunks: [{ ...trunk, status: 'deleted' }] });
    t.equal(test.registrar.registrationOf(9).state, 'never');
  },
);

t.test(
  'a trunk that was offline before a restart is shown so with its cause, and comes on with an event',
  async (t) => {
    const after = testRegistrar();
    after.registrar.restore([], [{ trunkId: 7, state: 'offline', sinceMs: 1000, cause: 'probe_failed' }]);
    t.match(after.registrar.registrationOf(7), { state: 'offline', sinceMs: 1000, reason: 'probe_failed' });
    t.strictSame(after.states, []);
    register(after);
    t.match(after.registrar.registrationOf(7), { state: 'registered', reason: null });
    t.match(after.states, [{ state: 'registered', trunkId: 7 }]);
    t.match(after.registrar.counts, { registered: 1, offline: 0 });
  },
);

t.test(
  'a trunk that expired while the server was down goes offline when it is back, with event and cause',
  async (t) => {
    const after = testRegistrar({ registration: undamped });
    after.registrar.restore([], [{ trunkId: 7, state: 'registered', sinceMs: 1000, cause: null }]);
    t.match(after.registrar.registrationOf(7), { state: 'offline', reason: 'expired' });
    t.match(after.states, [{ trunkId: 7, accountId: 1, state: 'offline', cause: 'expired', atMs: START_MS }]);
    t.match(after.transitions, [{ trunkId: 7, state: 'offline' }]);
    t.match(after.registrar.counts, { registered: 0, offline: 1 });
  },
);

t.test('A8: an IP trunk that was registered before a restart is so until its probes say otherwise', async (t) => {
  const trunk = digestTrunk({ id: 9, username: 'ip', authType: 'ip', ipTarget: '192.0.2.50:5070' });
  const test = testRegistrar({ trunks: [trunk], registration: undamped });
  test.registrar.restore([], [{ trunkId: 9, state: 'registered', sinceMs: 1000, cause: null }]);
  t.match(test.registrar.registrationOf(9), { state: 'registered', sinceMs: 1000 });
  t.strictSame(test.states, []);
  live(test, 200, false);
  t.match(test.registrar.registrationOf(9), { state: 'offline', reason: 'probe_failed' });
  t.match(test.states, [{ state: 'offline', cause: 'probe_failed' }]);
});
