import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { openTestSandbox } from './test-sandbox.ts';

const DAY_SEC = 86_400;

t.test('a test world begins with the account itself, test money and an empty desk', async (t) => {
  const { send, accounts, live } = await openTestSandbox(t);
  const mine = await send('GET', `/accounts/${accounts.msp}`);
  const { uuid } = await live.db
    .selectFrom('accounts')
    .select('uuid')
    .where('id', '=', accounts.msp)
    .executeTakeFirstOrThrow();
  t.match(mine, { status: 200, body: { data: { id: accounts.msp, uuid, name: 'MSP', max_in: 7 } } });
  t.equal(mine.headers['x-didfarm-livemode'], 'false');
  t.match((await send('GET', '/wallet/balance')).body, { balance: '1000.00', currency: 'EUR' });
  t.equal((await send('GET', '/portal/sip-trunks')).body.meta.total, 0);
  t.match((await send('GET', '/sandbox/clock')).body.data, { now: '2026-11-21T09:00:00.000Z' });
});

t.test(
  'a year of renewals, invoices and reminders passes in less than 5 s of processor time, each at its time',
  async (t) => {
    const { send } = await openTestSandbox(t);
    const items = [{ number: '+12125550100' }];
    t.equal((await send('POST', '/wallet/checkout', { body: { items } })).status, 201);
    const before = process.cpuUsage();
    let turns = 0;
    const timer = setInterval(() => {
      turns += 1;
    }, 1);
    const { status, body } = await send('POST', '/sandbox/clock/advance', { body: { to: '2027-11-21T10:00:00Z' } });
    const { user, system } = process.cpuUsage(before);
    const tookMs = (user + system) / 1000;
    clearInterval(timer);
    t.ok(turns > 50, `everybody else had ${turns} turns meanwhile`);
    t.equal(status, 200, JSON.stringify(body));
    t.ok(tookMs < 5000, `${Math.round(tookMs)} ms`);
    t.match(body.data, { from: '2026-11-21T09:00:00.000Z', now: '2027-11-21T10:00:00.000Z', reached: true });
    t.equal(body.data.work.invoices, 12);
    const { data: transactions } = (await send('GET', '/wallet/transactions?per_page=200')).body;
    const renewals = transactions.filter((row: { reference_type: string }) => row.reference_type === 'number');
    t.same(
      renewals.map((row: { created_at: string }) => row.created_at),
      Array.from({ length: 12 }, (_, n) => new Date(Date.UTC(2026, 11 + n, 21, 9)).toISOString()),
      'to the very millisecond',
    );
    t.equal((await send('GET', '/wallet/balance')).body.balance, '987.00');
    t.equal((await send('GET', '/invoices')).body.meta.total, 12);
    const reminders = body.data.events.filter(({ event }: { event: string }) => event === 'number.renewal_due');
    t.same(
      reminders.slice(0, 4).map(({ at }: { at: string }) => at),
      ['2026-12-14T09:00:00.000Z', '2026-12-18T09:00:00.000Z', '2026-12-20T09:00:00.000Z', '2027-01-14T09:00:00.000Z'],
    );
  },
);

t.test('a renewal fails, seven days pass, and the number is released', async (t) => {
  const { send } = await openTestSandbox(t);
  const items = [{ number: '+12125550100' }];
  const order = await send('POST', '/wallet/checkout', { body: { items } });
  const id = order.body.data.items[0].did_number_id;
  t.equal((await send('POST', '/sandbox/wallet', { body: { amount: -99_850 } })).body.data.balance, 50);
  const month = await send('POST', '/sandbox/clock/advance', { body: { days: 30 } });
  t.match(month.body.data.events.at(-1), { event: 'number.suspended', at: '2026-12-21T09:00:00.000Z' });
  t.match((await send('GET', '/numbers')).body.data, [{ id, status: 'suspended' }]);
  const week = await send('POST', '/sandbox/clock/advance', { body: { seconds: 7 * DAY_SEC } });
  t.match(week.body.data.events.at(-1), { event: 'number.released', at: '2026-12-28T09:00:00.000Z' });
  t.equal((await send('GET', '/numbers')).body.meta.total, 0);
});

t.test('money in time renews a suspended number at once', async (t) => {
  const { send } = await openTestSandbox(t);
  await send('POST', '/wallet/checkout', { body: { items: [{ number: '+12125550100' }] } });
  await send('POST', '/sandbox/wallet', { body: { amount: -99_900 } });
  await send('POST', '/sandbox/clock/advance', { body: { days: 31 } });
  await send('POST', '/sandbox/wallet', { body: { amount: 500 } });
  const { body } = await send('POST', '/sandbox/clock/advance', { body: { seconds: 0 } });
  t.equal(body.data.now, '2026-12-22T09:00:00.000Z');
  t.match((await send('GET', '/numbers')).body.data, [{ status: 'active' }]);
  t.equal((await send('GET', '/wallet/balance')).body.balance, '4.00');
});

t.test('an endpoint that is down is tried for a day of the clock, and holds nothing up', async (t) => {
  const { send } = await openTestSandbox(t);
  const url = 'http://127.0.0.1:9/hook';
  const { id } = (await send('POST', '/webhooks', { body: { url, events: ['*'] } })).body.data;
  await send('POST', '/wallet/checkout', { body: { items: [{ number: '+12125550100' }] } });
  const { reached, now } = (await send('POST', '/sandbox/clock/advance', { body: { days: 2 } })).body.data;
  t.match({ reached, now }, { reached: true, now: '2026-11-23T09:00:00.000Z' });
  const [delivery] = (await send('GET', `/webhooks/${id}/deliveries`)).body.data;
  t.match(delivery, { event: 'number.activated', status: 'dead' });
  const last = delivery.attempts.at(-1);
  t.ok(delivery.attempts.length > 20, `${delivery.attempts.length} attempts`);
  t.ok(
    Date.parse(last.at) > Date.parse('2026-11-22T07:00:00Z') &&
      Date.parse(last.at) < Date.parse('2026-11-22T10:00:00Z'),
    last.at,
  );
});

t.test('a world that nobody asks anything is closed, and opened again by the next request', async (t) => {
  const { send, sandbox, clock } = await openTestSandbox(t, { idleMs: 1000 });
  await send('POST', '/portal/sip-trunks', { body: { name: 'Kept' } });
  sandbox.closeIdle();
  t.equal(sandbox.openWorlds, 1);
  clock.advance(1001);
  sandbox.closeIdle();
  const asked = await Promise.all([send('GET', '/portal/sip-trunks'), send('GET', '/numbers')]);
  t.same(
    asked.map(({ status, body }) => [status, body.meta.total]),
    [
      [200, 1],
      [200, 0],
    ],
  );
  t.equal(sandbox.openWorlds, 1);
});

t.test('the clock goes ahead only, and not further than 400 days at once', async (t) => {
  const { send, clock } = await openTestSandbox(t);
  const code = async (body: object) => (await send('POST', '/sandbox/clock/advance', { body })).body.error?.message;
  t.match(await code({}), /give one of/);
  t.match(await code({ seconds: 1, days: 1 }), /give one of/);
  t.match(await code({ to: '2026-11-21T08:59:59Z' }), /goes ahead only/);
  t.match(await code({ to: '2028-11-21T08:59:59Z' }), /at most 400 days/);
  t.match(await code({ to: 'tomorrow' }), /must be a time/);
  t.match(await code({ days: 401 }), /days/);
  await send('POST', '/sandbox/clock/advance', { body: { days: 1 } });
  clock.advance(5000);
  t.equal(
    (await send('GET', '/sandbox/clock')).body.data.now,
    '2026-11-22T09:00:05.000Z',
    'and it runs as real time does',
  );
});

t.test('a world that was closed goes on where it was, and does what became due meanwhile', async (t) => {
  const { send, clock, sandbox } = await openTestSandbox(t);
  await send('POST', '/wallet/checkout', { body: { items: [{ number: '+12125550100' }] } });
  await send('POST', '/sandbox/clock/advance', { body: { days: 10 } });
  await sandbox.close();
  clock.advance(40 * DAY_SEC * 1000);
  t.equal((await send('GET', '/sandbox/clock')).body.data.now, '2027-01-10T09:00:00.000Z');
  const { data } = (await send('GET', '/wallet/transactions')).body;
  t.equal(data.at(-1).created_at, '2026-12-21T09:00:00.000Z');
});

t.test('after a reset there is nothing but a new world', async (t) => {
  const { send, folder } = await openTestSandbox(t);
  await send('POST', '/portal/sip-trunks', { body: { name: 'Acme Corp' } });
  await send('POST', '/sandbox/clock/advance', { body: { days: 10 } });
  const file = readdirSync(folder).find((name) => name.endsWith('.db')) ?? '';
  const records = join(folder, `${file}.records`, 'stream');
  mkdirSync(records, { recursive: true });
  t.match((await send('POST', '/sandbox/reset')).body, { data: { reset: true } });
  t.equal((await send('GET', '/portal/sip-trunks')).body.meta.total, 0);
  t.match((await send('GET', '/sandbox/clock')).body.data, { now: '2026-11-21T09:00:00.000Z' });
  t.notOk(existsSync(records), 'nor records of calls in files');
});
