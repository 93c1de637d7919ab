import t from 'tap';
import { signNotice } from '../billing-hooks/index.ts';
import { openTestWorld, PAYMENT_SECRET, send, type TestWorld } from './test-world.ts';

const URL = '/api/v1/payments/notices/simulated';

function notice(world: TestWorld, reference: string, amount: number, secret = PAYMENT_SECRET) {
  const object = { id: reference, amount, currency: 'eur' };
  const payload = JSON.stringify({ id: 'evt_1', object: 'event', type: 'payment_intent.succeeded', data: { object } });
  const signature = signNotice(payload, secret, Math.floor(world.clock.nowMs() / 1000));
  const headers = { 'content-type': 'application/json', 'stripe-signature': signature };
  return { method: 'POST' as const, url: URL, payload, headers };
}

async function balance(world: TestWorld) {
  return (await send(world.app, 'GET', '/wallet/balance', { key: world.keys.msp })).body.balance;
}

async function start(world: TestWorld) {
  const { status, body } = await send(world.app, 'POST', '/wallet/top-ups', {
    key: world.keys.msp,
    body: { amount: 2500 },
  });
  return { status, payment: body.data };
}

t.test('a payment is begun, told of by the provider twenty times, and in the wallet once', async (t) => {
  const world = await openTestWorld(t);
  const { status, payment } = await start(world);
  t.match(
    { status, payment },
    { status: 201, payment: { status: 'pending', amount: 2500, account_id: world.accounts.msp } },
  );
  t.equal(await balance(world), '0.00');
  const request = notice(world, payment.provider_reference, 2500);
  const before = world.published.count;
  const answers = await Promise.all(Array.from({ length: 20 }, () => world.app.inject(request)));
  t.ok(answers.every(({ statusCode, body }) => statusCode === 200 && body === '{"received":true}'));
  t.ok(world.published.count > before, 'SIP knows of it');
  t.equal(await balance(world), '25.00');
  const shown = await send(world.app, 'GET', `/wallet/top-ups/${payment.id}`, { key: world.keys.msp });
  t.match(shown.body.data, { ...payment, status: 'succeeded' });
  t.match((await send(world.app, 'GET', '/wallet/top-ups', { key: world.keys.msp })).body, {
    data: [{ id: payment.id, status: 'succeeded' }],
    meta: { total: 1 },
  });
});

t.test('a notice that is changed, unsigned, signed by others or overheard brings nothing', async (t) => {
  const world = await openTestWorld(t);
  const { payment } = await start(world);
  const good = notice(world, payment.provider_reference, 2500);
  const bad = [
    { ...good, payload: good.payload.replace('2500', '9900') },
    { ...good, payload: `${good.payload} ` },
    { ...good, headers: { 'content-type': 'application/json' } },
    notice(world, payment.provider_reference, 2500, 'another secret'),
    { ...good, payload: '' },
  ];
  for (const request of bad) {
    const answer = await world.app.inject(request);
    t.equal(answer.statusCode, 422);
    t.match(answer.json().error.fields, [{ field: 'stripe-signature' }]);
  }
  world.clock.advance(301_000);
  t.equal((await world.app.inject(good)).statusCode, 422, 'sent again later');
  t.equal(await balance(world), '0.00');
  const stranger = notice(world, 'pi_unknown', 2500);
  t.equal((await world.app.inject(stranger)).statusCode, 404, 'the provider is to repeat it');
  t.equal((await world.app.inject({ ...stranger, url: '/api/v1/payments/notices/other' })).statusCode, 404);
});

t.test('payments of others do not exist, and nobody pays into a foreign wallet', async (t) => {
  const world = await openTestWorld(t);
  const { payment } = await start(world);
  for (const key of [world.keys.bistro, world.keys.reseller]) {
    t.equal((await send(world.app, 'GET', `/wallet/top-ups/${payment.id}`, { key })).status, 404);
    t.same((await send(world.app, 'GET', '/wallet/top-ups', { key })).body.data, []);
    const body = { amount: 100, account_id: world.accounts.msp };
    t.equal((await send(world.app, 'POST', '/wallet/top-ups', { key, body })).status, 404);
  }
  const refused = await send(world.app, 'POST', '/wallet/top-ups', { key: world.keys.msp, body: { amount: 0 } });
  t.equal(refused.status, 422);
  t.equal((await send(world.app, 'GET', '/wallet/top-ups/nonsense', { key: world.keys.msp })).status, 404);
});
