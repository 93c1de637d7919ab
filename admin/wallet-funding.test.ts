import t from 'tap';
import { createSimulatedProvider, runFunding } from '../billing-hooks/index.ts';
import { openTestWorld, send } from './test-world.ts';

t.test('an account has its wallet filled by payments, and sees each of them', async (t) => {
  const world = await openTestWorld(t);
  const key = world.keys.msp;
  const path = `/accounts/${world.accounts.msp}/funding`;
  t.equal((await send(world.app, 'GET', path, { key })).status, 404);
  const body = { source: 'payment', threshold: 1000, amount: 2500 };
  const set = await send(world.app, 'PATCH', path, { key, body });
  t.match(set, { status: 200, body: { data: { ...body, most_per_day: 3, down_credit: 0, requests: [] } } });
  const provider = createSimulatedProvider({ secret: 's', nowMs: () => 0 });
  const { charge } = provider;
  if (charge === undefined) throw new Error('the simulated provider charges');
  const payment = { name: provider.name, fund: charge };
  await runFunding(world.store, { payment });
  await runFunding(world.store, { payment });
  t.equal((await send(world.app, 'GET', '/wallet/balance', { key })).body.balance, '25.00');
  t.match((await send(world.app, 'GET', path, { key })).body.data.requests, [{ amount: 2500, status: 'succeeded' }]);
  t.match((await send(world.app, 'GET', '/wallet/top-ups', { key })).body.data, [
    { amount: 2500, status: 'succeeded' },
  ]);
  t.match((await send(world.app, 'PATCH', path, { key, body: { threshold: 5 } })).body.data, { ...body, threshold: 5 });
  const dollars = await send(world.app, 'PATCH', `${path}?currency=USD`, { key, body: { ...body, threshold: 7 } });
  t.match(dollars.body.data, { currency: 'USD', threshold: 7, requests: [] }, 'each wallet has terms of its own');
  t.match((await send(world.app, 'GET', path, { key })).body.data, { currency: 'EUR', threshold: 5 });
  t.equal((await send(world.app, 'DELETE', path, { key })).status, 200);
  t.equal((await send(world.app, 'GET', `${path}?currency=USD`, { key })).status, 200);
  t.equal((await send(world.app, 'GET', path, { key })).status, 404);
});

t.test('money of others is not given by oneself, nor seen by neighbours', async (t) => {
  const world = await openTestWorld(t);
  const { keys, accounts } = world;
  const path = `/accounts/${accounts.msp}/funding`;
  const set = (key: string, body: object) => send(world.app, 'PATCH', path, { key, body });
  const service = { source: 'service', threshold: 1000, amount: 500, down_credit: 100 };
  t.equal((await set(keys.msp, service)).status, 403);
  t.equal((await set(keys.msp, { source: 'payment', threshold: 1, amount: 1, down_credit: 1 })).status, 403);
  t.equal((await set(keys.reseller, service)).status, 404);
  t.equal((await set(keys.operator, service)).status, 200);
  t.equal((await set(keys.msp, { down_credit: 0 })).status, 403, 'nor taken away');
  t.equal((await send(world.app, 'DELETE', path, { key: keys.msp })).status, 403);
  t.equal((await set(keys.operator, { source: 'payment' })).status, 200);
});

t.test('what is missing is named', async (t) => {
  const world = await openTestWorld(t);
  const path = `/accounts/${world.accounts.msp}/funding`;
  for (const [body, field] of [
    [{}, 'source'],
    [{ source: 'payment' }, 'threshold'],
    [{ source: 'payment', threshold: 5 }, 'amount'],
    [{ source: 'payment', threshold: -5, amount: 5 }, 'threshold'],
    [{ source: 'payment', threshold: 5, amount: 0 }, 'amount'],
  ] as const) {
    const answer = await send(world.app, 'PATCH', path, { key: world.keys.msp, body });
    t.match(answer, { status: 422, body: { error: { fields: [{ field }] } } }, field);
  }
  const noted = await send(world.app, 'PATCH', path, { key: world.keys.msp, body: { source: 'notice', threshold: 5 } });
  t.equal(noted.status, 200);
});

t.test(
  'letters that are no currency make no wallet; one that was made so can still be changed, and let go',
  async (t) => {
    const world = await openTestWorld(t);
    const { msp } = world.accounts;
    const key = world.keys.msp;
    const path = `/accounts/${msp}/funding?currency=EUO`;
    const body = { source: 'payment', threshold: 5, amount: 5 };
    const refused = await send(world.app, 'PATCH', path, { key, body });
    const message = 'currency: EUO is no currency; write one of ISO 4217, such as EUR or USD.';
    t.match(refused, { status: 422, body: { error: { message, fields: [{ field: 'currency' }] } } });
    t.equal((await send(world.app, 'GET', path, { key })).status, 404);
    const terms = {
      source: 'payment',
      thresholdMicros: 1,
      amountMicros: 1,
      mostPerDay: 1,
      downCreditMicros: 0,
    } as const;
    await world.admin.money.setFunding('test', msp, 'EUO', terms);
    t.equal((await send(world.app, 'PATCH', path, { key, body })).status, 200);
    t.equal((await send(world.app, 'DELETE', path, { key })).status, 200);
  },
);
