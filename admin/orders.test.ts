import type { AddressInfo } from 'node:net';
import t from 'tap';
import { openTestWorld, send, type TestWorld } from './test-world.ts';

const fund = (world: TestWorld, amount: number) =>
  send(world.control, 'POST', '/wallet/topups', { body: { account_id: world.accounts.msp, amount } });

async function offers(world: TestWorld, query: string) {
  return (await send(world.app, 'GET', `/numbers/search?${query}`, { key: world.keys.msp })).body;
}

t.test('the search pages, and knows toll-free by both names and cities in any case', async (t) => {
  const world = await openTestWorld(t);
  const first = await offers(world, 'country=nl&type=local&city=AMSTERDAM&per_page=20');
  const third = await offers(world, 'country=NL&type=local&city=Amsterdam&per_page=20&page=3');
  t.same([first.data.length, third.data.length, third.meta], [20, 8, { total: 48, page: 3 }]);
  const spellings = ['toll_free', 'toll-free'].map((type) => offers(world, `country=US&type=${type}`));
  const [one, other] = await Promise.all(spellings);
  t.same(one, other);
  t.match(one.data[0], { type: 'toll_free', city: null });
  t.same(await offers(world, 'country=ZZ'), { data: [], meta: { total: 0, page: 1 } });
  const missing = await send(world.app, 'GET', '/numbers/search', { key: world.keys.msp });
  t.match(missing, { status: 422, body: { error: { fields: [{ field: 'country' }] } } });
});

t.test('an order is listed, its charge links back to it, and the number is live', async (t) => {
  const world = await openTestWorld(t);
  await fund(world, 1000);
  const [us] = (await offers(world, 'country=US&type=local')).data;
  const items = [{ number: us.number, country: 'US', type: 'local' }];
  const before = world.published.count;
  const bought = await send(world.app, 'POST', '/wallet/checkout', { key: world.keys.msp, body: { items } });
  t.match(bought, { status: 201, body: { data: { total: 100, requires_regulatory: false } } });
  t.equal(world.published.count, before + 1, 'SIP has it before the answer');
  const { order_id: id, items: placed } = bought.body.data;
  t.match((await send(world.app, 'GET', `/orders/${id}`, { key: world.keys.msp })).body.data, { id, items: placed });
  t.equal((await send(world.app, 'GET', '/orders', { key: world.keys.msp })).body.meta.total, 1);
  t.equal((await send(world.app, 'GET', `/orders/${id}`, { key: world.keys.bistro })).status, 404);
  const { data } = (await send(world.app, 'GET', '/wallet/transactions', { key: world.keys.msp })).body;
  t.match(data[1], { amount: -100, balance_after: 900, reference_type: 'order', reference_id: id });
  const number = `/numbers/${placed[0].did_number_id}`;
  t.match((await send(world.app, 'GET', number, { key: world.keys.msp })).body.data, { status: 'active' });
  t.match((await send(world.app, 'DELETE', number, { key: world.keys.msp })).body.data, { status: 'released' });
  const again = await send(world.app, 'POST', '/wallet/checkout', { key: world.keys.msp, body: { items } });
  t.match(again, { status: 422, body: { error: { code: 'conflict', fields: [{ field: 'items[0].number' }] } } });
});

t.test('the same Idempotency-Key buys once', async (t) => {
  const world = await openTestWorld(t);
  await fund(world, 1000);
  const [us] = (await offers(world, 'country=US&type=local')).data;
  const options = {
    key: world.keys.msp,
    body: { items: [{ number: us.number }] },
    headers: { 'idempotency-key': 'k' },
  };
  const first = await send(world.app, 'POST', '/wallet/checkout', options);
  const second = await send(world.app, 'POST', '/wallet/checkout', options);
  t.same(second.body, first.body);
  t.equal((await send(world.app, 'GET', '/wallet/balance', { key: world.keys.msp })).body.balance, '9.00');
});

t.test('what the numbers cost a month is foretold, with the day the wallet runs out', async (t) => {
  const world = await openTestWorld(t);
  await fund(world, 250);
  const [us] = (await offers(world, 'country=US&type=local')).data;
  const body = { items: [{ number: us.number }] };
  await send(world.app, 'POST', '/wallet/checkout', { key: world.keys.msp, body });
  const projected = await send(world.app, 'GET', '/billing/projected', { key: world.keys.msp });
  t.match(projected.body.data, {
    monthly_total: 100,
    numbers: 1,
    balance: '1.50',
    covers_next_month: true,
    runs_out: { number: us.number, missing: 50, sentence: /will be suspended on 21 January unless 0\.50 EUR is added/ },
    by_trunk: [{ trunk_uuid: null, monthly_total: 100 }],
  });
  const costs = await send(world.app, 'GET', '/billing/costs?group_by=month', { key: world.keys.msp });
  t.match(costs.body.data, [{ key: '2026-11', amount: 100, charges: 1 }]);
  const bad = await send(world.app, 'GET', '/billing/costs?from=yesterday', { key: world.keys.msp });
  t.match(bad, { status: 422, body: { error: { fields: [{ field: 'from' }] } } });
});

t.test('a quote is what the order costs then; an account without money is told that it cannot', async (t) => {
  const world = await openTestWorld(t);
  const [us] = (await offers(world, 'country=US&type=local')).data;
  const options = { key: world.keys.msp, body: { items: [{ number: us.number, country: 'us' }] } };
  const quote = async () => (await send(world.app, 'POST', '/wallet/quote', options)).body.data;
  t.match(await quote(), { total: 100, monthly_total: 100, balance: '0.00', affordable: false });
  await fund(world, 100);
  const { affordable, items, total } = await quote();
  t.equal(affordable, true);
  const bought = (await send(world.app, 'POST', '/wallet/checkout', options)).body.data;
  t.equal(bought.total, total);
  t.match(bought.items, items);
  const body = { ...options.body, account_id: world.accounts.bistro };
  t.equal((await send(world.app, 'POST', '/wallet/quote', { key: world.keys.msp, body })).status, 404);
});

t.test('a reseller sees what each of its clients was charged, and nobody else sees it', async (t) => {
  const world = await openTestWorld(t);
  const { bistro, reseller } = world.accounts;
  await send(world.control, 'POST', '/wallet/topups', { body: { account_id: bistro, amount: 500 } });
  const [us] = (await offers(world, 'country=US&type=local')).data;
  await send(world.app, 'POST', '/wallet/checkout', {
    key: world.keys.bistro,
    body: { items: [{ number: us.number }] },
  });
  const costs = (key: string, query = '') => send(world.app, 'GET', `/billing/costs?group_by=client${query}`, { key });
  t.match((await costs(world.keys.reseller)).body.data, [{ name: 'Bistro', amount: 100, charges: 1 }]);
  t.same((await costs(world.keys.bistro)).body.data, [], 'its own costs are not those of a client');
  t.equal((await costs(world.keys.msp, `&account_id=${reseller}`)).status, 404);
});

t.test('of 200 orders at once for one number, and of 200 for the last euro, exactly one wins', async (t) => {
  const world = await openTestWorld(t);
  const key = world.keys.msp;
  await world.app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = world.app.server.address() as AddressInfo;
  const buy = async (number: string) => {
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/wallet/checkout`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ items: [{ number, country: 'US', type: 'local' }] }),
    });
    const { error } = (await response.json()) as { readonly error?: { readonly code: string } };
    return error === undefined ? String(response.status) : error.code;
  };
  const count = (answers: readonly string[]) => {
    const counts: Record<string, number> = {};
    for (const answer of answers) counts[answer] = (counts[answer] ?? 0) + 1;
    return counts;
  };
  const numbers = (await offers(world, 'country=US&type=local&per_page=100')).data.map(
    ({ number }: { readonly number: string }) => number,
  );
  await fund(world, 30_000);
  const same = await Promise.all(Array.from({ length: 200 }, () => buy(numbers[0])));
  t.same(count(same), { 201: 1, conflict: 199 });
  const { body } = await send(world.app, 'GET', '/wallet/balance', { key });
  t.equal(body.balance, '299.00');
  await fund(world, -29_800);
  const wanted = Array.from({ length: 200 }, (_, n) => numbers[1 + (n % 99)] ?? '');
  const last = count(await Promise.all(wanted.map(buy)));
  t.equal(last[201], 1);
  t.equal((last.insufficient_balance ?? 0) + (last.conflict ?? 0), 199);
  t.equal((await send(world.app, 'GET', '/wallet/balance', { key })).body.balance, '0.00');
  t.equal((await send(world.app, 'GET', '/orders', { key })).body.meta.total, 2);
  t.same((await world.store.db.selectFrom('orders').select('id').execute()).length, 2, 'nothing is left of the others');
});
