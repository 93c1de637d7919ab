import t from 'tap';
import type { CallHolds, Purchase } from '../billing-hooks/index.ts';
import { createAdminStore } from './store/index.ts';
import { openTestWorld, send } from './test-world.ts';

t.test('the balance is naked and a string with two decimals, as the guide shows it', async (t) => {
  const world = await openTestWorld(t);
  const body = { account_id: world.accounts.msp, amount: 14250, note: 'opening' };
  const top = await send(world.app, 'POST', '/wallet/topups', { key: world.keys.operator, body });
  t.equal(top.status, 201);
  t.match(top.body.data, { amount: 14250, balance_after: 14250, reference_type: 'topup', note: 'opening' });
  const balance = await send(world.app, 'GET', '/wallet/balance', { key: world.keys.msp });
  t.same(balance.body, { balance: '142.50', currency: 'EUR', balance_cents: 14250 });
  const less = await send(world.control, 'POST', '/wallet/topups', { body: { ...body, amount: -50 } });
  t.equal(less.body.data.balance_after, 14200);
  const list = await send(world.app, 'GET', '/wallet/transactions?page=1', { key: world.keys.msp });
  t.same(
    list.body.data.map((entry: { amount: number }) => entry.amount),
    [14250, -50],
  );
  t.equal(list.body.meta.total, 2);
});

t.test('each currency is a wallet of its own', async (t) => {
  const { app, keys, accounts } = await openTestWorld(t);
  const pay = (amount: number, currency?: string) => {
    const body = { account_id: accounts.msp, amount, ...(currency === undefined ? {} : { currency }) };
    return send(app, 'POST', '/wallet/topups', { key: keys.operator, body });
  };
  await pay(500);
  t.match((await pay(1200, 'USD')).body.data, { amount: 1200, balance_after: 1200, currency: 'USD' });
  t.match(await pay(-501), { status: 422, body: { error: { code: 'insufficient_balance' } } });
  t.match(await pay(1, 'usd'), { status: 422, body: { error: { code: 'validation_failed' } } });
  const read = async (path: string, key = keys.msp) => (await send(app, 'GET', path, { key })).body;
  t.same(await read('/wallet/balance'), { balance: '5.00', currency: 'EUR', balance_cents: 500 });
  t.same(await read('/wallet/balance?currency=USD'), { balance: '12.00', currency: 'USD', balance_cents: 1200 });
  t.equal((await read('/wallet/balance?currency=JPY')).balance, '0.00');
  t.same((await read('/wallet/balances')).data, [
    { balance: '5.00', currency: 'EUR', balance_cents: 500 },
    { balance: '12.00', currency: 'USD', balance_cents: 1200 },
  ]);
  t.same((await read(`/wallet/balances?account_id=${accounts.msp}`, keys.reseller)).error?.code, 'not_found');
});

t.test('only the operator tops up, and the same Idempotency-Key only once', async (t) => {
  const world = await openTestWorld(t);
  const body = { account_id: world.accounts.msp, amount: 100 };
  t.equal(
    (await send(world.app, 'POST', '/wallet/topups', { key: world.keys.msp, body })).body.error.code,
    'operator_only',
  );
  const headers = { 'idempotency-key': 'once' };
  for (let n = 0; n < 2; n += 1)
    await send(world.app, 'POST', '/wallet/topups', { key: world.keys.operator, body, headers });
  t.equal((await send(world.app, 'GET', '/wallet/balance', { key: world.keys.msp })).body.balance, '1.00');
});

t.test('an amount of nothing, in fractions or in words is refused', async (t) => {
  const world = await openTestWorld(t);
  for (const amount of [0, 1.5, '100', 1e12]) {
    const body = { account_id: world.accounts.msp, amount };
    const answer = await send(world.app, 'POST', '/wallet/topups', { key: world.keys.operator, body });
    t.match(answer, { status: 422, body: { error: { code: 'validation_failed' } } }, String(amount));
  }
});

t.test('an operator without an account is asked for one', async (t) => {
  const world = await openTestWorld(t);
  const answer = await send(world.app, 'GET', '/wallet/balance', { key: world.keys.operator });
  t.match(answer.body.error, { code: 'validation_failed', fields: [{ field: 'account_id' }] });
});

t.test('the ledger is verified', async (t) => {
  const world = await openTestWorld(t);
  await send(world.control, 'POST', '/wallet/topups', { body: { account_id: world.accounts.msp, amount: 5 } });
  const answer = await send(world.control, 'GET', '/ledger/verify');
  t.same(answer.body.data, { sound: true, entries: 1, faults: [] });
});

t.test('a correction downwards leaves what calls hold, and goes into the credit that an account has', async (t) => {
  const { store, accounts } = await openTestWorld(t);
  const asked: Purchase[] = [];
  const holds: CallHolds = {
    during: (purchase, work) => {
      asked.push(purchase);
      return work(30_000);
    },
  };
  const { wallet, money } = createAdminStore(store, { holds });
  const move = (cents: number) =>
    wallet.topUp('t', {
      ...{ accountId: accounts.msp, amountMicros: cents * 10_000, currency: 'EUR', note: '' },
      idempotencyKey: undefined,
    });
  await move(10);
  await t.rejects(move(-8), { code: 'insufficient_balance' }, 'calls hold three cents of it');
  t.match(asked.at(-1), { accountId: accounts.msp, amountMicros: 80_000, currency: 'EUR' });
  t.equal((await move(-7)).balanceAfterMicros, 30_000);
  await money.setTerms('t', accounts.msp, { creditMicros: 50_000 });
  t.equal((await move(-5)).balanceAfterMicros, -20_000);
});
