import t from 'tap';
import { createDid } from '../tenancy/index.ts';
import { openTestWorld, send, type TestWorld } from './test-world.ts';

const FROM = '+447400000000';
const TEXT = { from: FROM, to: '+31687654321', body: 'Your appointment is confirmed for tomorrow at 10:00.' };

async function openPhone(t: Parameters<typeof openTestWorld>[0]): Promise<TestWorld> {
  const world = await openTestWorld(t);
  const { control, accounts, store } = world;
  await send(control, 'POST', '/wallet/topups', { body: { account_id: accounts.msp, amount: 10_000 } });
  await store.write((context) => createDid(context, { accountId: accounts.msp, number: FROM, smsEnabled: true }));
  return world;
}

t.test('the example of the guide sends a message, charged once with its reference in the transactions', async (t) => {
  const { app, control, keys } = await openPhone(t);
  const options = { key: keys.msp, body: TEXT, headers: { 'idempotency-key': 'once' } };
  const sent = await send(app, 'POST', '/messages/send', options);
  t.match(sent, { status: 201, body: { data: { status: 'sent', segments: 1, price: 7, from: FROM } } });
  t.same((await send(app, 'POST', '/messages/send', options)).body, sent.body);
  const { id, uuid } = sent.body.data;
  const { data } = (await send(app, 'GET', '/wallet/transactions', { key: keys.msp })).body;
  const charges = data.filter((row: { reference_type: string }) => row.reference_type === 'message');
  t.match(charges, [{ amount: -7, reference_id: id }]);
  const receipt = { reference: `sim-${uuid}`, status: 'delivered' };
  t.equal((await send(app, 'POST', '/messages/receipts', { key: keys.msp, body: receipt })).status, 403);
  await send(control, 'POST', '/messages/receipts', { body: receipt });
  t.match((await send(app, 'GET', `/messages/${uuid}`, { key: keys.msp })).body.data, { status: 'delivered' });
});

t.test('a message that comes in is listed and told; STOP is answered with a refusal by name', async (t) => {
  const { app, control, keys, store } = await openPhone(t);
  const inbound = { from: TEXT.to, to: FROM, body: 'STOP', reference: 'r1' };
  t.equal((await send(app, 'POST', '/messages/inbound', { key: keys.msp, body: inbound })).status, 403);
  for (let times = 0; times < 2; times += 1)
    t.equal((await send(control, 'POST', '/messages/inbound', { body: inbound })).status, 200);
  const listed = await send(app, 'GET', '/messages?direction=in', { key: keys.msp });
  t.match(listed.body, { data: [{ from: TEXT.to, to: FROM, body: 'STOP' }], meta: { total: 1 } });
  const told = await store.db.selectFrom('outbox').selectAll().where('event', '=', 'message.received').execute();
  t.equal(told.length, 1);
  const refused = await send(app, 'POST', '/messages/send', { key: keys.msp, body: TEXT });
  t.match(refused, { status: 422, body: { error: { code: 'conflict', fields: [{ field: 'to' }] } } });
});

t.test('another tenant cannot send from a number, nor see what it sent; over the limit it is 429', async (t) => {
  const { app, keys } = await openPhone(t);
  const post = (key: string) => send(app, 'POST', '/messages/send', { key, body: TEXT });
  const { body } = await post(keys.msp);
  for (const key of [keys.bistro, keys.reseller]) {
    t.equal((await post(key)).status, 404);
    t.equal((await send(app, 'GET', `/messages/${body.data.id}`, { key })).status, 404);
    t.equal((await send(app, 'GET', '/messages', { key })).body.meta.total, 0);
  }
  for (let sent = 1; sent < 60; sent += 1) await post(keys.msp);
  const over = await post(keys.msp);
  t.match(over, { status: 429, body: { error: { code: 'rate_limited' } } });
  t.equal(over.headers['retry-after'], '60');
});

t.test('the operator sets what a part costs', async (t) => {
  const { app, control, keys, accounts } = await openPhone(t);
  const price = { account_id: accounts.msp, prefix: '31', price_micros: 25_000 };
  t.equal((await send(app, 'POST', '/messages/prices', { key: keys.msp, body: price })).status, 403);
  await send(control, 'POST', '/messages/prices', { body: price });
  const sent = await send(app, 'POST', '/messages/send', { key: keys.msp, body: { ...TEXT, body: 'x'.repeat(161) } });
  t.match(sent.body.data, { segments: 2, price_micros: 50_000 });
});
