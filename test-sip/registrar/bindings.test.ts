import t from 'tap';
import type { SipMessage } from '../../sip-engine/index.ts';
import type { RegisterFields, UserAgent } from '../support/user-agent.ts';
import { until } from '../support/wait.ts';
import { startWorld } from './world.ts';

const MIN_EXPIRES_SEC = 30;

/** The Contacts of an answer without their expires. */
const contactsOf = (answer: SipMessage) =>
  answer.headerLines('contact').map((line) => line.replace(/;expires=\d+$/, ''));

const expiresOf = (answer: SipMessage) =>
  answer.headerLines('contact').map((line) => Number(/;expires=(\d+)$/.exec(line)?.[1]));

/** RFC 3261 section 10, RFC 3327, RFC 5626 over the wire, and the replacement rules of docs/registration.md. */
t.test('bindings', async (t) => {
  const world = await startWorld(t, `registration: { min_expires_sec: ${MIN_EXPIRES_SEC}, max_expires_sec: 600 }`);
  const silentPbx = async (...args: Parameters<typeof world.pbx>) => {
    const pbx = await world.pbx(...args);
    pbx.answersOptions = false;
    return pbx;
  };
  const main = await world.trunk('bindings');
  const pbx = await world.pbx(main);
  const clear = () => pbx.register({ contacts: ['*'], expires: 0 });
  const a = '<sip:a@10.0.0.1:5070>';
  const b = '<sip:b@10.0.0.2:5070;transport=udp>';

  const rows: readonly {
    claim: string;
    fields: RegisterFields;
    status: number;
    reason: string;
    header?: [string, RegExp];
  }[] = [
    {
      claim: 'RFC 3261 10.3 step 7: a short expiry is 423 with Min-Expires',
      fields: { contacts: [a], expires: MIN_EXPIRES_SEC - 1 },
      status: 423,
      reason: 'interval_too_brief',
      header: ['min-expires', /^30$/],
    },
    {
      claim: 'one short Contact among others: 423, and none is taken',
      fields: { contacts: [a, `${b};expires=5`], expires: 300 },
      status: 423,
      reason: 'interval_too_brief',
    },
    {
      claim: 'RFC 3261 10.2.2: Contact: * without Expires: 0 is 400',
      fields: { contacts: ['*'], expires: 60 },
      status: 400,
      reason: 'bad_contact',
    },
    {
      claim: 'Contact: * beside another is 400',
      fields: { contacts: ['*', a], expires: 0 },
      status: 400,
      reason: 'bad_contact',
    },
    {
      claim: 'a Contact that is no SIP address is 400',
      fields: { contacts: ['<mailto:a@b.example>'] },
      status: 400,
      reason: 'bad_contact',
    },
    {
      claim: 'more contacts than max_contacts in one REGISTER: 403, nothing changed',
      fields: { contacts: ['1', '2', '3', '4'].map((n) => `<sip:${n}@10.0.0.9>`) },
      status: 403,
      reason: 'too_many_contacts',
    },
    {
      claim: 'RFC 3261 20.32: an unknown extension is 420 and named',
      fields: { contacts: [a], headers: [['require', 'path, telepathy']] },
      status: 420,
      reason: 'bad_extension',
      header: ['unsupported', /^telepathy$/],
    },
  ];
  for (const { claim, fields, status, reason, header } of rows) {
    t.test(claim, async (t) => {
      await clear();
      await pbx.register({ contacts: [b], expires: 300 });
      // 420 comes before the challenge.
      const isEarly = status === 420;
      const send = async () =>
        isEarly ? pbx.exchange(pbx.buildRegister(fields)) : (await pbx.register(fields)).answer;
      const { answer, ...judged } = await world.reasonOf(reason, send);
      t.match(judged, { status, times: 1 });
      if (header !== undefined) t.match(answer.header(header[0]), header[1]);
      t.match(answer.header('warning'), new RegExp(`^399 \\S+ "${reason}"$`));
      t.same(contactsOf((await pbx.register({ contacts: [] })).answer), [b], 'nothing changed');
    });
  }

  t.test('all parameters come back byte for byte, each Contact with its own time; fetch changes nothing', async (t) => {
    await clear();
    const odd =
      '<sip:%61-b_C@10.0.0.3:5099;transport=UDP;rinstance=3a%2f;line=xYz>;q=0.50;methods="INVITE, ACK";+x.y="<z>"';
    const { answer } = await pbx.register({ contacts: [`${odd};expires=40`, `"Büro, 2" ${b}`], expires: 700 });
    t.equal(answer.status, 200);
    t.same(contactsOf(answer), [odd, b]);
    t.same(expiresOf(answer), [40, 600], 'its own; capped');
    t.match(answer.header('date'), /GMT$/);
    const fetched = await world.reasonOf('fetched', async () => (await pbx.register({ contacts: [] })).answer);
    t.equal(fetched.times, 1);
    t.same(contactsOf(fetched.answer), [odd, b]);
    const one = await pbx.register({ contacts: [`${b};expires=0`] });
    t.same(contactsOf(one.answer), [odd], 'one taken back');
    t.same(contactsOf((await clear()).answer), [], 'Contact: * takes the rest');
    t.match(await world.registration(main), { state: 'offline', reason: 'unregistered' });
  });

  t.test('RFC 3261 10.3 step 7: CSeq rises within a Call-ID, or nothing changes', async (t) => {
    await clear();
    const callId = 'order@test';
    t.equal((await pbx.register({ callId, cseq: 10, contacts: [a] })).answer.status, 200);
    const older = { callId, cseq: 4, contacts: [a], expires: 0 };
    const { answer, ...judged } = await world.reasonOf('stale_cseq', async () => (await pbx.register(older)).answer);
    t.match(judged, { status: 500, times: 1 });
    t.match(answer.header('warning'), /stale_cseq/);
    t.same(contactsOf((await pbx.register({ callId, cseq: 20, contacts: [] })).answer), [a]);
    const restarted = await pbx.register({ callId: 'new@test', cseq: 1, contacts: [a] });
    t.equal(restarted.answer.status, 200, 'another Call-ID begins anew');
  });

  t.test('RFC 3327: Path is shown to the PBX and kept with the binding', async (t) => {
    await clear();
    const headers = [
      ['supported', 'path'],
      ['path', '<sip:p1.example;lr>,<sip:p2.example;lr>'],
    ] as const;
    const { answer } = await pbx.register({ contacts: [a], headers });
    t.equal(answer.header('path'), '<sip:p1.example;lr>, <sip:p2.example;lr>');
    t.match(answer.header('supported'), /path/);
  });

  t.test('RFC 5626: reg-ids of one instance stand side by side; the same reg-id replaces', async (t) => {
    await clear();
    const flow = (port: number, regId: number) =>
      `<sip:o@10.0.0.4:${port}>;+sip.instance="<urn:uuid:00000000-0000-1000-8000-000A95A0E128>";reg-id=${regId}`;
    const first = await pbx.register({ callId: 'f1@test', contacts: [flow(5071, 1)] });
    t.equal(first.answer.header('require'), 'outbound');
    const second = await pbx.register({ callId: 'f2@test', contacts: [flow(5072, 2)] });
    t.same(contactsOf(second.answer), [flow(5071, 1), flow(5072, 2)]);
    const again = await pbx.register({ callId: 'f3@test', contacts: [flow(5079, 1)] });
    t.same(contactsOf(again.answer).sort(), [flow(5072, 2), flow(5079, 1)].sort());
  });

  t.test('max_contacts: replace_oldest lets the oldest go, reject keeps it', async (t) => {
    for (const [policy, status, kept] of [
      ['replace_oldest', 200, ['y', 'z']],
      ['fork', 200, ['y', 'z']],
      ['reject', 403, ['x', 'y']],
    ] as const) {
      const trunk = await world.trunk(`policy ${policy}`, { max_contacts: 2, contact_policy: policy });
      const agents = await Promise.all(['127.0.0.21', '127.0.0.22', '127.0.0.23'].map((ip) => world.pbx(trunk, ip)));
      const register = (index: number, user: string) =>
        (agents[index] as UserAgent).register({ contacts: [`<sip:${user}@10.0.0.5>`] });
      await register(0, 'x');
      await register(1, 'y');
      t.equal((await register(2, 'z')).answer.status, status, policy);
      const fetched = await (agents[1] as UserAgent).register({ contacts: [] });
      t.same(
        contactsOf(fetched.answer),
        kept.map((user) => `<sip:${user}@10.0.0.5>`),
        policy,
      );
    }
  });

  t.test('P8: a PBX from a new port replaces itself, not its neighbour behind the same NAT', async (t) => {
    const trunk = await world.trunk('moves', { max_contacts: 5 });
    const neighbour = await world.pbx(trunk);
    const before = await silentPbx(trunk);
    const at = (port: number) => [`<sip:s@192.168.1.2:${port}>`];
    t.equal((await neighbour.register({ contacts: ['<sip:s@192.168.1.3:5060>'] })).answer.status, 200);
    t.equal((await before.register({ contacts: at(5060) })).answer.status, 200);
    const after = await world.pbx(trunk);
    t.equal((await after.register({ contacts: at(5062) })).answer.status, 200);
    const shown = async () => (await world.registration(trunk)).contacts.map((contact) => contact.contact).sort();
    await until('the old port gave way', async () => (await shown()).length === 2);
    t.same(await shown(), ['sip:s@192.168.1.2:5062', 'sip:s@192.168.1.3:5060']);
  });

  t.test('the same Contact from a new port moves at once, with the same and with a new Call-ID', async (t) => {
    const trunk = await world.trunk('rebinds');
    const contacts = ['<sip:s@192.168.1.2:5060>'];
    for (const [round, callId] of ['same@test', 'same@test', 'new@test'].entries()) {
      const agent = await world.pbx(trunk);
      t.equal((await agent.register({ callId, contacts, cseq: 10 * (round + 1) })).answer.status, 200);
      const shown = (await world.registration(trunk)).contacts.map((contact) => contact.source);
      t.same(shown, [`127.0.0.1:${agent.socket.localPort}`]);
    }
  });
});
