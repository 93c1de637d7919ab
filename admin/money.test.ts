import t from 'tap';
import { chargeWaitingCalls, loadRateBook } from '../billing-hooks/index.ts';
import { saveCalls } from '../tenancy/index.ts';
import { openTestWorld, send, type TestWorld } from './test-world.ts';

const CSV = 'prefix,per_minute,interval\n+49,0.06,60/60\n';
const DAY_MS = 86_400_000;

async function makeDeck(world: TestWorld, key: string, name: string) {
  const made = await send(world.app, 'POST', '/rate-decks', { key, body: { name } });
  const { id } = made.body.data;
  const filled = await send(world.app, 'POST', `/rate-decks/${id}/rates`, { key, body: { csv: CSV } });
  return { id, uuid: made.body.data.uuid as string, rates: filled.body.data.rates as number };
}

async function makeCall(world: TestWorld, accountId: number) {
  const at = world.clock.nowMs();
  const leg = { callId: 'c', remote: '', contact: '' };
  await saveCalls(world.store, [
    {
      ...{ uuid: `call_${accountId}`, direction: 'out', accountId, trunkId: null, didId: null, carrierId: null },
      ...{ from: '+31201234567', to: '+4930123456', startedAtMs: at, answeredAtMs: at, endedAtMs: at + 61_000 },
      ...{ result: 'ok', reason: 'answered', status: 200, sentence: '', aLeg: leg, bLeg: null, attempts: [] },
      ...{ hungUpBy: 'caller', trace: [] },
    },
  ]);
  await chargeWaitingCalls(world.store, await loadRateBook(world.store));
}

t.test('a reseller prices its clients, and nobody prices itself', async (t) => {
  const world = await openTestWorld(t);
  const { reseller, bistro, msp, operator } = world.keys;
  const deck = await makeDeck(world, reseller, 'clients');
  t.equal(deck.rates, 1);
  const assign = (key: string, body: object) => send(world.app, 'POST', `/rate-decks/${deck.id}/assign`, { key, body });
  const done = await assign(reseller, { account_id: world.accounts.bistro });
  t.same(done.body.data.payers, [`account:${world.accounts.bistro}`]);
  t.equal((await assign(reseller, { account_id: world.accounts.reseller })).status, 403, 'not what it pays itself');
  t.equal((await assign(reseller, { account_id: world.accounts.msp })).status, 404, 'nor a stranger');
  t.equal((await assign(reseller, { platform: true })).status, 403);
  t.equal((await assign(operator, {})).status, 422);
  for (const key of [bistro, msp]) {
    t.equal((await send(world.app, 'GET', `/rate-decks/${deck.uuid}`, { key })).status, 404);
    t.equal((await send(world.app, 'GET', '/rate-decks', { key })).body.meta.total, 0);
  }
  t.match(await send(world.app, 'DELETE', `/rate-decks/${deck.id}`, { key: reseller }), { status: 422 }, 'in use');
  await send(world.app, 'POST', `/rate-decks/${deck.id}/unassign`, {
    key: reseller,
    body: { account_id: world.accounts.bistro },
  });
  t.equal((await send(world.app, 'DELETE', `/rate-decks/${deck.id}`, { key: reseller })).status, 200);
  const wrong = await send(world.app, 'POST', '/rate-decks', { key: reseller, body: { name: 'x', timezone: 'Mars' } });
  t.match(wrong, { status: 422, body: { error: { fields: [{ field: 'timezone' }] } } });
});

t.test('terms and caps are set from above', async (t) => {
  const world = await openTestWorld(t);
  const path = `/accounts/${world.accounts.bistro}/billing-terms`;
  const body = { mode: 'postpaid', credit: 5000, cap_day: 10_000 };
  t.equal((await send(world.app, 'PATCH', path, { key: world.keys.bistro, body })).status, 403);
  t.match((await send(world.app, 'PATCH', path, { key: world.keys.reseller, body })).body.data, body);
  t.match((await send(world.app, 'GET', path, { key: world.keys.bistro })).body.data, {
    ...body,
    cap_rolling_24h: null,
  });
});

t.test('a call, its charge, its invoice and its files say the same, and strangers see none of it', async (t) => {
  const world = await openTestWorld(t);
  const { reseller, bistro, clinic, operator } = world.keys;
  const deck = await makeDeck(world, reseller, 'clients');
  await send(world.app, 'POST', `/rate-decks/${deck.id}/assign`, {
    key: reseller,
    body: { account_id: world.accounts.bistro },
  });
  await makeCall(world, world.accounts.bistro);
  t.equal((await send(world.app, 'GET', '/wallet/balance', { key: bistro })).body.balance, '-0.12');
  world.clock.advance(15 * DAY_MS);
  const issued = await send(world.app, 'POST', '/invoices', {
    key: reseller,
    body: { month: '2026-11', account_id: world.accounts.bistro },
  });
  t.match(issued, {
    status: 201,
    body: { data: { number: 'INV-000001', total: 12, customer: 'Bistro', issuer_account_id: null } },
  });
  const { id } = issued.body.data;
  const pdf = await world.app.inject({
    url: `/api/v1/invoices/${id}/pdf`,
    headers: { authorization: `Bearer ${bistro}` },
  });
  t.match(pdf.headers, { 'content-type': 'application/pdf' });
  t.equal(pdf.rawPayload.subarray(0, 5).toString(), '%PDF-');
  for (const path of [`/invoices/${id}`, `/invoices/${id}/pdf`])
    t.equal((await send(world.app, 'GET', path, { key: clinic })).status, 404, path);
  t.equal((await send(world.app, 'GET', '/invoices', { key: clinic })).body.meta.total, 0);
  const file = async (name: string, key: string, account: number) =>
    world.app.inject({
      url: `/api/v1/exports/${name}?account_id=${account}`,
      headers: { authorization: `Bearer ${key}` },
    });
  t.match((await file('transactions', bistro, world.accounts.bistro)).body, /call,1|-0\.120000/);
  t.match((await file('call-charges', reseller, world.accounts.bistro)).body, /call_\d+,.*,49,120,0\.120000,EUR,1,/);
  t.equal((await file('call-charges', clinic, world.accounts.bistro)).statusCode, 404);
  const credited = await send(world.app, 'POST', `/invoices/${id}/credit-note`, { key: operator });
  t.match(credited.body.data, { number: 'CN-000001', credits: 'INV-000001', total: -12 });
  t.equal((await send(world.app, 'GET', '/wallet/balance', { key: bistro })).body.balance, '0.00');
});

t.test('a call without a price is listed with its reason, to those who may see it', async (t) => {
  const world = await openTestWorld(t);
  const { reseller, msp, operator } = world.keys;
  const made = await send(world.app, 'POST', '/rate-decks', { key: reseller, body: { name: 'empty' } });
  const body = { account_id: world.accounts.bistro };
  await send(world.app, 'POST', `/rate-decks/${made.body.data.id}/assign`, { key: reseller, body });
  await makeCall(world, world.accounts.bistro);
  t.match((await send(world.app, 'GET', '/rating/unrated', { key: reseller })).body.data, [{ reason: 'no_rate' }]);
  t.equal((await send(world.app, 'GET', '/rating/unrated', { key: msp })).body.meta.total, 0);
  await send(world.app, 'POST', `/rate-decks/${made.body.data.id}/rates`, { key: reseller, body: { csv: CSV } });
  const range = { from: '2026-11-01T00:00:00Z', to: '2026-12-01T00:00:00Z' };
  const again = await send(world.app, 'POST', '/rating/rerate', { key: operator, body: range });
  t.same(again.body.data, { calls: 1, changed: 1 });
});

t.test('prices out of a wrong file are refused by line, and none of them is taken', async (t) => {
  const world = await openTestWorld(t);
  const deck = await makeDeck(world, world.keys.operator, 'all');
  for (const [csv, words] of [
    ['prefix,per_minute\n+49,free', /line 2: per_minute: free/],
    ['prefix,per_minute\n+31,1\n+49x,1', /line 3: prefix/],
    ['prefix,price\n+31,1', /there is no column price/],
    ['prefix,per_minute,band\n+31,1,night', /no band night/],
    ['prefix,per_minute,interval\n+31,1,0/60', /line 2: interval/],
  ] as const) {
    const answer = await send(world.app, 'POST', `/rate-decks/${deck.id}/rates`, {
      key: world.keys.operator,
      body: { csv },
    });
    t.match(answer, { status: 422, body: { error: { message: words } } });
  }
  t.equal(
    (await send(world.app, 'GET', `/rate-decks/${deck.id}/rates`, { key: world.keys.operator })).body.meta.total,
    1,
  );
});
