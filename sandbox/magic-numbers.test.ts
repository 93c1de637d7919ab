import { readFileSync } from 'node:fs';
import t from 'tap';
import { PDF } from '../billing-hooks/regulatory/test-files.ts';
import { CALL_ENDINGS, MAGIC_NUMBERS } from './magic-numbers.ts';
import { openTestSandbox, type TestSandbox } from './test-sandbox.ts';

const DOCS = readFileSync(new URL('../docs/sandbox.md', import.meta.url), 'utf8');

const buy = ({ send }: TestSandbox, number: string) =>
  send('POST', '/wallet/checkout', { body: { items: [{ number }] } });
/** So much time of the world, in as many requests as a slow machine needs. */
const pass = async ({ send }: TestSandbox, seconds: number) => {
  const { now } = (await send('GET', '/sandbox/clock')).body.data;
  const body = { to: new Date(Date.parse(now) + seconds * 1000).toISOString() };
  const all = { events: [] as unknown[], total_events: 0 };
  for (let reached = false; !reached; ) {
    const { data } = (await send('POST', '/sandbox/clock/advance', { body })).body;
    all.events.push(...data.events);
    all.total_events += data.total_events;
    reached = data.reached;
  }
  return all;
};
const balance = async ({ send }: TestSandbox) => (await send('GET', '/wallet/balance')).body.balance;

t.test('docs/sandbox.md tells of every magic number', (t) => {
  for (const number of [...Object.keys(MAGIC_NUMBERS), ...Object.keys(CALL_ENDINGS)])
    t.match(DOCS, `| \`${number}\` |`, number);
  t.end();
});

t.test('numbers to buy', async (t) => {
  const world = await openTestSandbox(t);

  t.test('a number is sold, and active at once', async (t) => {
    const sold = await buy(world, '+12125550100');
    t.match(sold, { status: 201, body: { data: { status: 'completed', items: [{ status: 'active' }] } } });
    t.equal(await balance(world), '999.00');
    t.match((await buy(world, '+12125550100')).body.error, { code: 'conflict' }, 'once');
  });

  t.test('numbers that are gone, refused or too dear cost nothing', async (t) => {
    for (const [number, code] of [
      ['+12125550101', 'conflict'],
      ['+12125550102', 'conflict'],
      ['+12125550105', 'insufficient_balance'],
    ] as const) {
      const { status, body } = await buy(world, number);
      t.match({ status, error: body.error }, { status: 422, error: { code } }, number);
    }
    t.equal(await balance(world), '999.00');
    t.equal((await world.send('GET', '/numbers')).body.meta.total, 1);
  });

  t.test('a carrier that answers late delivers a minute later', async (t) => {
    t.match(await buy(world, '+12125550103'), { status: 201, body: { data: { status: 'pending' } } });
    t.equal((await world.send('GET', '/numbers')).body.meta.total, 1);
    const { events } = await pass(world, 90);
    t.match(events, [{ event: 'number.activated', at: '2026-11-21T09:01:00.000Z' }]);
    t.match((await world.send('GET', '/numbers')).body.data[1], { number: '+12125550103', status: 'active' });
  });

  t.test('a carrier that never answers costs nothing in the end', async (t) => {
    const order = await buy(world, '+12125550104');
    t.match(order, { status: 201, body: { data: { status: 'pending' } } });
    t.equal(await balance(world), '997.00', 'held');
    await pass(world, 3600);
    t.match((await world.send('GET', `/orders/${order.body.data.order_id}`)).body.data, { status: 'failed' });
    t.equal(await balance(world), '998.00');
  });
});

t.test('documents', async (t) => {
  const world = await openTestSandbox(t);
  const file = { content: PDF.toString('base64') };
  const submit = async (number: string) => {
    const body = { number, identity: file, local_address_proof: file };
    return (await world.send('POST', '/regulatory/submit', { body })).body.data;
  };

  t.test('they are approved or rejected after an hour', async (t) => {
    for (const [number, event, status] of [
      ['+12125550106', 'regulatory.approved', 'active'],
      ['+12125550107', 'regulatory.rejected', 'pending_regulatory'],
    ] as const) {
      const order = await buy(world, number);
      t.match(order.body.data, { requires_regulatory: true, items: [{ status: 'pending_regulatory' }] });
      t.match(await submit(number), { status: 'pending' });
      t.equal((await pass(world, 3540)).total_events, 0);
      const { events } = await pass(world, 120);
      t.match(events[0], { event, data: { number } });
      const { data } = (await world.send('GET', '/numbers')).body;
      t.equal(data.find((row: { number: string }) => row.number === number).status, status);
    }
  });

  t.test('a regulator in a hurry decides when told to', async (t) => {
    const { id } = await submit('+12125550107');
    const decide = (body: object) => world.send('POST', `/sandbox/regulatory/${id}/decision`, { body });
    t.equal((await decide({ status: 'approved', reason: 'x' })).status, 422);
    const told = await decide({ status: 'rejected', reason: 'Blurred.' });
    t.match(told.body.data, { status: 'rejected', reason: 'Blurred.' });
    t.equal((await decide({ status: 'approved' })).status, 422, 'once');
  });
});

t.test('a payment comes after a minute, or never', async (t) => {
  const world = await openTestSandbox(t);
  const pay = async (amount: number) =>
    (await world.send('POST', '/wallet/top-ups', { body: { amount } })).body.data.id;
  const [paid, failed] = [await pay(5000), await pay(5002)];
  await pass(world, 60);
  t.match((await world.send('GET', `/wallet/top-ups/${paid}`)).body.data, { status: 'succeeded' });
  t.match((await world.send('GET', `/wallet/top-ups/${failed}`)).body.data, { status: 'failed' });
  t.equal(await balance(world), '1050.00');
});

t.test('messages are delivered, refused, unanswered or lost', async (t) => {
  const world = await openTestSandbox(t);
  await buy(world, '+12125550100');
  const say = async (to: string) =>
    (await world.send('POST', '/messages/send', { body: { from: '+12125550100', to, body: 'Hello' } })).body.data.id;
  const ids: number[] = [];
  for (const to of ['+31687654321', '+31687650000', '+31687650001', '+31687650002']) ids.push(await say(to));
  await pass(world, 1);
  const states = async () =>
    Promise.all(ids.map(async (id) => (await world.send('GET', `/messages/${id}`)).body.data.status));
  t.same(await states(), ['delivered', 'failed', 'queued', 'failed']);
  await pass(world, 90_000);
  t.same(await states(), ['delivered', 'failed', 'failed', 'failed']);
  const inbound = { from: '+31687654321', to: '+12125550100', body: 'Hi' };
  t.match(await world.send('POST', '/sandbox/messages', { body: inbound }), {
    status: 201,
    body: { data: { direction: 'in' } },
  });
  t.equal((await world.send('POST', '/sandbox/messages', { body: { ...inbound, to: '+12125550101' } })).status, 404);
});
