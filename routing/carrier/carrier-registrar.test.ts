import t from 'tap';
import { challengeParam, computeHa1, computeResponse } from '../../auth/index.ts';
import type { CarrierRegistration, DigestAlgorithm } from '../../bus/index.ts';
import { carrierRecord } from '../../tenancy/index.ts';
import { ManualClock } from '../test-stage.ts';
import { CarrierRegistrar } from './carrier-registrar.ts';
import type { RegisterAnswer, RegisterOrder } from './register-port.ts';
import type { CarrierRegistrationStatus } from './registration-state.ts';

const NODE = { address: '192.0.2.10', port: 5060, transport: 'udp' } as const;
const REGISTRATION = { registrar: 'sip.up.example', username: 'us', password: 'a secret' } as const;

interface Sent extends RegisterOrder {
  answer(status: number, headers?: Readonly<Record<string, string | readonly string[]>>, node?: typeof NODE): void;
  silence(): void;
}

function world(registration: Partial<CarrierRegistration> = {}) {
  const clock = new ManualClock();
  const sent: Sent[] = [];
  const changes: CarrierRegistrationStatus[] = [];
  let carriers = [
    carrierRecord({ id: 1, name: 'up', routing: { registration: { ...REGISTRATION, ...registration } } }),
  ];
  let serial = 0;
  const registrar = new CarrierRegistrar({
    carriers: () => carriers,
    clock,
    random: { float: () => 1, hex: () => `${++serial}` },
    onChange: (status) => changes.push(status),
    send: (order, done) =>
      sent.push({
        ...order,
        answer: (status, headers = {}, node = NODE) => done(answerOf(status, headers, node)),
        silence: () => done(undefined),
      }),
  });
  registrar.start();
  const last = () => sent.at(-1) as Sent;
  const configure = (next: typeof carriers) => {
    carriers = next;
    registrar.directoryChanged();
  };
  return { clock, sent, changes, registrar, last, configure, status: () => registrar.statuses()[0] };
}

function answerOf(
  status: number,
  headers: Readonly<Record<string, string | readonly string[]>>,
  node: typeof NODE,
): RegisterAnswer {
  return { status, node, headerLines: (name) => [headers[name] ?? []].flat() };
}

const CHALLENGE = 'Digest realm="up.example", nonce="n1", qop="auth,auth-int", algorithm=';

t.test('it registers with a Contact of its own, and stands for as long as the carrier says', async (t) => {
  const { last, status, clock, sent, registrar } = world();
  t.match(last(), {
    uri: 'sip:sip.up.example',
    proxy: 'sip:sip.up.example',
    headers: { To: '<sip:us@sip.up.example>', Expires: '600', CSeq: '1 REGISTER' },
  });
  t.match(last().headers.Contact, /^<sip:car_\w{16}@localhost>;expires=600$/);
  t.match(status(), { state: 'trying', node: null });
  const contact = `<sip:other@h>;expires=9, ${last().headers.Contact?.replace('600', '120')}`;
  last().answer(200, { contact, expires: '3600' });
  t.match(status(), { state: 'registered', node: '192.0.2.10:5060;udp', expiresAtMs: clock.now() + 120_000 });
  clock.advance(96_000);
  t.equal(sent.length, 2, 'the refresh goes out before the end');
  t.match(last(), { proxy: 'sip:192.0.2.10:5060;transport=udp', headers: { CSeq: '2 REGISTER' } });
  t.equal(last().headers['Call-ID'], sent[0]?.headers['Call-ID']);
  clock.advance(30_000);
  t.equal(registrar.nodeOf(1), undefined, 'what was not refreshed in time stands no longer');
});

t.test('a challenge is answered with the strongest algorithm that is understood', async (t) => {
  for (const [offer, taken] of [
    [['MD5'], 'MD5'],
    [['MD5', 'SHA-256'], 'SHA-256'],
    [['SHA-999', 'SHA-512-256', 'MD5'], 'SHA-512-256'],
  ] as const) {
    const { last, status } = world({ authUsername: 'au"th' });
    const lines = offer.map((algorithm) => `${CHALLENGE}${algorithm}`);
    last().answer(401, { 'www-authenticate': ['Basic realm="x"', ...lines] });
    const sent = last().headers.Authorization ?? '';
    const ha1 = computeHa1(taken as DigestAlgorithm, 'au"th', 'up.example', 'a secret');
    const parts = { nonce: 'n1', uri: 'sip:sip.up.example', qop: 'auth', nc: '00000001' };
    const cnonce = challengeParam(sent, 'cnonce');
    t.equal(
      challengeParam(sent, 'response'),
      computeResponse(taken as DigestAlgorithm, ha1, 'REGISTER', { ...parts, cnonce }),
      taken,
    );
    t.match(last().headers, { CSeq: '2 REGISTER' });
    last().answer(200);
    t.equal(status()?.state, 'registered');
  }
});

t.test('a proxy that asks is answered in its own header; an old nonce is answered again, once', async (t) => {
  const { last, status, sent } = world();
  last().answer(407, { 'proxy-authenticate': `${CHALLENGE}MD5` });
  t.match(last().headers['Proxy-Authorization'], /^Digest username="us"/);
  last().answer(401, { 'www-authenticate': `${CHALLENGE}MD5, stale=true` });
  t.equal(sent.length, 3);
  last().answer(401, { 'www-authenticate': `${CHALLENGE}MD5, stale=true` });
  t.equal(sent.length, 3, 'no third time');
  t.match(status(), { state: 'failed', fault: 'wrong_password' });
});

t.test('a wrong password is not tried again for minutes, a challenge of an unknown kind neither', async (t) => {
  for (const [algorithm, fault, requests] of [
    ['MD5', 'wrong_password', 2],
    ['SHA-999', 'unanswerable_challenge', 1],
  ] as const) {
    const { last, status, clock, sent } = world();
    last().answer(401, { 'www-authenticate': `${CHALLENGE}${algorithm}` });
    if (algorithm === 'MD5') last().answer(401, { 'www-authenticate': `${CHALLENGE}MD5` });
    t.match(status(), { state: 'failed', fault, status: 401 });
    clock.advance(299_000);
    t.equal(sent.length, requests);
    clock.advance(2000);
    t.equal(sent.length, requests + 1);
  }
});

t.test('silence and refusals are tried again later and later; the carrier may say how much', async (t) => {
  const { last, status, clock, sent } = world();
  const waits: number[] = [];
  for (let round = 0; round < 9; round++) {
    last().silence();
    waits.push((status()?.nextAtMs ?? 0) - clock.now());
    clock.advance(waits.at(-1) ?? 0);
  }
  t.same(waits, [5000, 10_000, 20_000, 40_000, 80_000, 160_000, 320_000, 600_000, 600_000]);
  t.equal(sent.length, 10);
  t.match(status(), { state: 'failed', fault: 'no_answer', status: null });
  last().answer(503, { 'retry-after': '1800 (maintenance)' });
  t.equal((status()?.nextAtMs ?? 0) - clock.now(), 1_800_000);
  t.match(status(), { fault: 'refused', status: 503 });
});

t.test('when the node that answered fails, the name is asked again at once', async (t) => {
  const { last, clock, registrar, status } = world();
  last().answer(200);
  t.match(registrar.nodeOf(1), NODE);
  clock.advance(480_000);
  t.equal(last().proxy, 'sip:192.0.2.10:5060;transport=udp');
  last().silence();
  clock.advance(0);
  t.equal(last().proxy, 'sip:sip.up.example');
  t.equal(registrar.nodeOf(1), undefined);
  last().answer(200, {}, { ...NODE, address: '192.0.2.11' } as never);
  t.match(status(), { state: 'registered', node: '192.0.2.11:5060;udp' });
});

t.test('an interval that is too short for the carrier is made longer (423)', async (t) => {
  const { last, status, clock } = world({ expiresSec: 60 });
  last().answer(423, { 'min-expires': '1800' });
  t.equal(last().headers.Expires, '1800');
  last().answer(200, { expires: '1800' });
  t.equal((status()?.expiresAtMs ?? 0) - clock.now(), 1_800_000);
});

t.test('the node is the carrier’s; of carriers at one node the call must name whose it is', async (t) => {
  const { registrar, configure, sent, last } = world();
  last().answer(200);
  t.same(registrar.carrierFrom('192.0.2.10', '+3120'), { carrierId: 1, isOurContact: false });
  t.equal(registrar.carrierFrom('192.0.2.99', '+3120'), undefined);
  t.same([registrar.isNode('192.0.2.10'), registrar.isNode('192.0.2.99')], [true, false]);
  const routing = { registration: REGISTRATION };
  const both = [1, 2].map((id) => carrierRecord({ id, name: 'up', routing }));
  configure(both);
  sent.at(-1)?.answer(200);
  t.equal(registrar.carrierFrom('192.0.2.10', '+3120'), undefined);
  t.same(registrar.carrierFrom('192.0.2.10', both[1]?.uuid ?? ''), { carrierId: 2, isOurContact: true });
});

t.test('a carrier that is disabled or gone is unregistered, a changed password is used without an end', async (t) => {
  const { last, configure, sent, clock, registrar } = world();
  last().answer(200);
  configure([carrierRecord({ id: 1, name: 'up', routing: { registration: { ...REGISTRATION, password: 'new' } } })]);
  t.equal(sent.length, 2);
  t.equal(last().headers.Expires, '600');
  last().answer(200);
  configure([carrierRecord({ id: 1, name: 'up', enabled: false, routing: { registration: REGISTRATION } })]);
  t.equal(last().headers.Expires, '0');
  t.same(registrar.statuses(), []);
  clock.advance(600_000);
  t.equal(sent.length, 3, 'and nothing goes out any more');
});
