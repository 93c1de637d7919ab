import t from 'tap';
import { hideCarriers } from './hide-carriers.ts';
import { openTestWorld, send, type TestWorld } from './test-world.ts';

const { hide, insteadOf } = hideCarriers([
  { id: 4, name: 'Tele', sources: ['198.51.100.7'], gateways: [{ host: '198.51.100.7', port: 5060 }] },
  {
    id: 9,
    name: 'Tele Nord (DE)',
    sources: ['203.0.113.0/24', '2001:db8::/48'],
    gateways: [
      { host: 'sbc.nord.example', port: 5080 },
      { host: '2001:db8::9', port: 5060 },
    ],
  },
]);

t.test('nothing that routing writes of carriers is left, and everything else is', async (t) => {
  for (const [text, shown] of [
    ['The call would go to Tele 198.51.100.7:5060.', 'The call would go to carrier 1.'],
    ['out: Tele 198.51.100.7:5060, Tele Nord (DE) sbc.nord.example:5080', 'out: carrier 1, carrier 2'],
    ['carrier Tele Nord (DE) [2001:db8::9]:5060', 'carrier 2'],
    ['carrier Tele, by its address', 'carrier 1, by its address'],
    ['carrier Tele Nord (DE), by its address', 'carrier 2, by its address'],
    ['there is no carrier Tel, did you mean "Tele"?', 'there is no carrier Tel, did you mean "carrier 1"?'],
    ['203.0.113.77', 'carrier 2'],
    ['2001:db8::17', 'carrier 2'],
    ['203.0.113.77:5060', 'carrier 2'],
    ['[2001:db8::17]:5060', 'carrier 2'],
    ['sip:+31@198.51.100.7:5060;transport=tcp', 'sip:+31@carrier 1;transport=tcp'],
    ['198.51.100.70', '198.51.100.70'],
    ['The trunk Tele of the customer', 'The trunk Tele of the customer'],
    ['+31201234567', '+31201234567'],
  ] as const) {
    t.equal(hide(text), shown, text);
  }
});

t.test('places are numbered, and the shape of an answer stays', async (t) => {
  const place = { kind: 'carrier', name: 'Tele', account: null, targets: ['Tele 198.51.100.7:5060'] };
  const answer = { status: 200, ok: true, none: null, places: [place, { kind: 'trunk', name: 'Tele', targets: [] }] };
  t.same(hide(answer), {
    ...{ status: 200, ok: true, none: null },
    places: [
      { kind: 'carrier', name: 'carrier 1', account: null, targets: ['carrier 1'] },
      { kind: 'trunk', name: 'Tele', targets: [] },
    ],
  });
  t.same(hideCarriers([]).hide(answer), answer);
});

t.test('a carrier has the same number wherever it is named, also one that is gone', async (t) => {
  t.same([4, 9, 7, null].map(insteadOf), ['carrier 1', 'carrier 2', 'a carrier', 'a carrier']);
});

/** Calls of MSP Demo through a carrier that answers from elsewhere than its gateway, and one transferred to it. */
async function callsThroughCarrier(world: TestWorld) {
  const carrier = await world.admin.carriers.create('test', {
    name: 'Tele',
    gateways: [{ host: 'sbc.tele.example', port: 5060, transport: 'udp', priority: 1, weight: 1 }],
    sources: ['198.51.100.0/24'],
  });
  const pbx = { callId: 'ours', remote: '192.0.2.5:5060', contact: 'sip:desk@192.0.2.5' };
  const far = { callId: 'x1@203.0.113.9', remote: '203.0.113.9:5060', contact: 'sip:203.0.113.9:5060' };
  const known = { callId: 'x2', remote: '198.51.100.8:5060', contact: 'sip:sbc.tele.example:5060' };
  const common = {
    ...{ accountId: world.accounts.msp, trunkId: null, didId: null, carrierId: carrier.id, from: '+1', to: '+2' },
    ...{ startedAtMs: 1, answeredAtMs: null, endedAtMs: 2, status: 503, attempts: [], trace: [] },
    result: 'upstream_error',
    reason: 'carrier_failed',
    hungUpBy: 'server',
    sentence: 'Tele sbc.tele.example:5060 answered 503.',
  } as const;
  const onward = { accountId: world.accounts.msp, trunkId: null, carrierId: carrier.id, to: '+3' };
  const calls = [
    { direction: 'in', aLeg: far, bLeg: pbx },
    { direction: 'out', aLeg: pbx, bLeg: far },
    { direction: 'internal', aLeg: pbx, bLeg: far, onward },
    { direction: 'internal', aLeg: pbx, bLeg: known },
  ] as const;
  world.calls.push(...calls.map((call, index) => ({ ...common, ...call, id: index + 1, uuid: `call_${index + 1}` })));
}

t.test(
  'a tenant reads nowhere in its calls where a carrier is, and its own side of them; the operator all',
  async (t) => {
    const world = await openTestWorld(t);
    await callsThroughCarrier(world);
    const texts = async (key: string) => {
      const paths = ['/calls', ...[1, 2, 3, 4].map((id) => `/calls/${id}`)];
      const answers = await Promise.all(paths.map((path) => send(world.app, 'GET', path, { key })));
      for (const { status } of answers) t.equal(status, 200);
      return JSON.stringify(answers.map(({ body }) => body));
    };
    const told = await texts(world.keys.msp);
    t.notMatch(told, /203\.0\.113|198\.51\.100|tele/i);
    t.match(told, /192\.0\.2\.5:5060/);
    t.match(told, /carrier 1 answered 503/);
    const [first] = (await send(world.app, 'GET', '/calls', { key: world.keys.msp })).body.data;
    t.same(first.legs, [
      { side: 'a', call_id: 'x1', remote: 'carrier 1', contact: 'carrier 1' },
      { side: 'b', call_id: 'ours', remote: '192.0.2.5:5060', contact: 'sip:desk@192.0.2.5' },
    ]);
    t.match(await texts(world.keys.operator), /x1@203\.0\.113\.9.*198\.51\.100\.8.*sbc\.tele\.example/s);
  },
);
