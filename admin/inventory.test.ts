import t from 'tap';
import { openTestWorld, send, type TestWorld } from './test-world.ts';

const CSV = `number,type,city,monthly_rate,setup_fee,sms_enabled
+31301112221,local,Utrecht,150,0,no
+31 30 111 2222,,Utrecht,150,,
+441212223334,local,Birmingham,90,500,yes
`;

const load = (world: TestWorld, body: object, key = world.keys.operator) =>
  send(world.app, 'POST', '/inventory/import', { key, body });
const stock = async (world: TestWorld) =>
  (await send(world.app, 'GET', '/inventory/numbers', { key: world.keys.operator })).body;

t.test('a CSV file of numbers is tried, taken in, found, bought and taken off sale', async (t) => {
  const world = await openTestWorld(t);
  const tried = await load(world, { csv: CSV, dry_run: true });
  t.match(tried.body.data, { dry_run: true, total: 3, created: 3, changed: 0, unchanged: 0 });
  t.equal((await stock(world)).meta.total, 0, 'a dry run changes nothing');
  t.match((await load(world, { csv: CSV })).body.data, { dry_run: false, created: 3 });
  t.match((await stock(world)).data, [
    { number: '+31301112221', country: 'NL', type: 'local', requires_regulatory: true, sms_enabled: false },
    { number: '+31301112222', country: 'NL', type: 'local', setup_fee: 0 },
    { number: '+441212223334', country: 'GB', requires_regulatory: false, sms_enabled: true, setup_fee: 500 },
  ]);
  const key = world.keys.msp;
  const found = await send(world.app, 'GET', '/numbers/search?country=GB&city=Birmingham', { key });
  t.match(found.body.data[0], { number: '+441212223334', monthly_rate: 90, setup_fee: 500 });
  const money = { account_id: world.accounts.msp, amount: 1000 };
  await send(world.app, 'POST', '/wallet/topups', { key: world.keys.operator, body: money });
  const items = [{ number: '+441212223334', country: 'GB', type: 'local' }];
  t.match(await send(world.app, 'POST', '/wallet/checkout', { key, body: { items } }), { status: 201 });
  t.equal((await send(world.app, 'GET', '/wallet/balance', { key })).body.balance, '4.10');
  const path = `/inventory/numbers/${encodeURIComponent('+31301112221')}`;
  t.match(await send(world.app, 'DELETE', path, { key: world.keys.operator }), { status: 200 });
  t.equal((await send(world.app, 'DELETE', path, { key: world.keys.operator })).status, 404);
  t.equal((await stock(world)).meta.total, 2);
});

t.test('every line at fault is named, and nothing is taken', async (t) => {
  const world = await openTestWorld(t);
  const csv = `number,country,monthly_rate\n+31301112221,NL,150\n+3112,NL,150\n+31301112222,DE,150\n+31301112221,NL,1\n`;
  const answer = await load(world, { csv });
  t.equal(answer.status, 422);
  t.same(
    answer.body.error.fields.map(({ field }: { field: string }) => field),
    ['row 2 number', 'row 3 country', 'row 4 number'],
  );
  t.match(
    answer.body.error.message,
    /line 3: \+3112 is no number.*line 4: \+31301112222 is a number of NL.*line 5: is in row 1/,
  );
  const wrong = await load(world, { csv: 'number,monthly_rate,colour\n+31301112221,-1,red\n' });
  t.match(wrong.body.error.message, /line 2/);
  t.equal((await load(world, {})).status, 422);
  t.equal((await stock(world)).meta.total, 0);
});

t.test('what is in stock already is refused, left alone or changed, as one says', async (t) => {
  const world = await openTestWorld(t);
  await load(world, { csv: CSV });
  const rows = [
    { number: '+31301112221', monthly_rate: 200 },
    { number: '+31301112229', monthly_rate: 200 },
  ];
  const refused = await load(world, { rows });
  t.match(refused.body.error, { code: 'conflict', message: /row 1 number: \+31301112221 is in stock already/ });
  t.match((await load(world, { rows, on_existing: 'skip' })).body.data, { created: 1, unchanged: 1 });
  t.match((await load(world, { rows, on_existing: 'update' })).body.data, { changed: 1, unchanged: 1 });
});

t.test('only the operator has a stock', async (t) => {
  const world = await openTestWorld(t);
  t.equal((await load(world, { csv: CSV }, world.keys.msp)).body.error.code, 'operator_only');
  t.equal((await send(world.app, 'GET', '/inventory/numbers', { key: world.keys.msp })).status, 403);
});
