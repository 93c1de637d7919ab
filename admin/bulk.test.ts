import { setImmediate } from 'node:timers/promises';
import t from 'tap';
import { openTestWorld, send, type TestWorld } from './test-world.ts';

type Options = Parameters<typeof send>[3];

async function post(world: TestWorld, resource: string, body: unknown, options: Options = {}, query = '') {
  return send(world.app, 'POST', `/bulk/${resource}${query}`, { key: world.keys.msp, ...options, body });
}

/** The job as it is when it has ended; between two questions the event loop turns once. */
async function ended(world: TestWorld, resource: string, id: number, key = world.keys.msp) {
  for (;;) {
    const { body } = await send(world.app, 'GET', `/bulk/${resource}/${id}`, { key });
    if (body.data.finished_at !== null) return body.data;
    await setImmediate();
  }
}

async function run(world: TestWorld, resource: string, body: unknown, options: Options = {}, query = '') {
  const accepted = await post(world, resource, body, options, query);
  t.equal(accepted.status, 202, JSON.stringify(accepted.body));
  return ended(world, resource, accepted.body.data.id, options.key ?? world.keys.msp);
}

const csvOf = (count: number) =>
  `name,max_in\n${Array.from({ length: count }, (_, n) => `PBX ${n},${n}`).join('\n')}\n`;
const CSV = { headers: { 'content-type': 'text/csv' } };

t.test('a CSV file of trunks is imported as a job, and its passwords are handed out once', async (t) => {
  const world = await openTestWorld(t);
  const accepted = await post(world, 'trunks', csvOf(60), CSV);
  t.match(accepted, { status: 202, body: { data: { total: 60, action: 'import', dry_run: false } } });
  t.equal(accepted.headers.location, `/api/v1/bulk/trunks/${accepted.body.data.id}`);
  const job = await ended(world, 'trunks', accepted.body.data.id);
  t.match(job, { state: 'done', done: 60, created: 60, faulty: 0, faults: [] });
  const listed = await send(world.app, 'GET', '/portal/sip-trunks', { key: world.keys.msp });
  t.equal(listed.body.meta.total, 60);
  t.match(listed.body.data[7], { name: 'PBX 7', max_in: 7 });
  t.ok(world.published.count >= 3, 'SIP has the rows in parts');
  const take = () => send(world.app, 'POST', `/bulk/trunks/${job.id}/passwords`, { key: world.keys.msp });
  const passwords = (await take()).body.data;
  t.equal(passwords.length, 60);
  t.match(passwords[7], { row: 8, name: 'PBX 7', realm: 'sip.didfarm.com', password: /.{16,}/ });
  t.same((await take()).body.data, []);
});

t.test('a dry run tells what the import would do, and does nothing', async (t) => {
  const world = await openTestWorld(t);
  await run(world, 'trunks', 'name\nPBX 1\n', CSV);
  const job = await run(world, 'trunks', csvOf(3), CSV, '?dry_run=true');
  t.match(job, { dry_run: true, state: 'done', done: 3, created: 2, faulty: 1 });
  t.match(job.faults, [{ row: 2, line: 3, field: null, code: 'conflict', problem: /has that name/, remedy: /./ }]);
  t.equal((await send(world.app, 'GET', '/portal/sip-trunks', { key: world.keys.msp })).body.meta.total, 1);
  t.match(await run(world, 'trunks', csvOf(3), CSV, '?on_existing=update'), { created: 2, changed: 1, faulty: 0 });
  t.match(await run(world, 'trunks', csvOf(3), CSV, '?on_existing=update'), { created: 0, changed: 0, unchanged: 3 });
});

t.test('faults name row, line, field and remedy; a file that cannot be read does nothing at all', async (t) => {
  const world = await openTestWorld(t);
  const refused = await post(world, 'trunks', 'name;max_inn\nA;1\n', CSV);
  t.match(refused.body.error, { code: 'unknown_field', message: /row 1 max_inn: line 2: .* did you mean "max_in"/ });
  const wrong = await post(world, 'trunks', 'name,max_in,auth_type\nA,many,digest\nB,1,magic\n', CSV);
  t.match(wrong.body.error.fields, [
    { field: 'row 1 max_in', problem: /^line 2: must be an integer/ },
    { field: 'row 2 auth_type', problem: /^line 3: must be one of digest/ },
  ]);
  t.match((await post(world, 'trunks', 'name\n"A\n', CSV)).body.error.message, /^csv: .*line/i);
  t.match((await post(world, 'trunks', 'name\n', CSV)).body.error.message, /there is none: send at least one/);
  t.match((await post(world, 'trunks', {})).body.error.message, /rows: must be given, or csv/);
  const job = await run(world, 'trunks', {
    rows: [{ name: 'A', sources: ['10.0.0.0/8'], auth_type: 'ip' }, { name: 'B' }],
  });
  t.match(job, { created: 2 }, 'JSON rows');
  const bad = await run(world, 'trunks', { rows: [{ name: 'C', realm: 'nowhere.example' }, { name: 'D' }] });
  t.match(bad, { created: 1, faulty: 1, faults: [{ row: 1, line: null }] }, 'the other rows are done');
});

t.test('an export opens in a spreadsheet without running formulas, and can be imported again', async (t) => {
  const world = await openTestWorld(t);
  await run(world, 'trunks', {
    rows: [
      { name: '=cmd|calc', notes: '@SUM(1)' },
      { name: 'A, "quoted"', notes: '-1' },
    ],
  });
  const exported = await world.app.inject({
    url: '/api/v1/exports/trunks',
    headers: { authorization: `Bearer ${world.keys.msp}` },
  });
  t.match(exported.headers['content-type'], /^text\/csv/);
  t.match(exported.headers['content-disposition'], /trunks\.csv/);
  const lines = exported.body.split('\n');
  t.match(lines[0], /^uuid,account,name,auth_type,/);
  t.match(lines[1], /,'=cmd\|calc,.*'@SUM\(1\)/);
  t.match(lines[2], /"A, ""quoted""".*,-1,/);
  t.notMatch(exported.body, /password/);
  t.match(await run(world, 'trunks', exported.body, CSV, '?on_existing=update'), { unchanged: 2, faulty: 0 });
  const json = await send(world.app, 'GET', '/exports/trunks?format=json', { key: world.keys.msp });
  t.match(json.body.rows, [{ name: '=cmd|calc' }, { name: 'A, "quoted"' }]);
  t.match(await run(world, 'trunks', { ...json.body, on_existing: 'update' }), { unchanged: 2, faulty: 0 });
  const empty = await send(world.app, 'GET', '/exports/dids?format=json', { key: world.keys.msp });
  t.same(empty.body, { rows: [] });
});

t.test('the operator imports accounts with their children and numbers with destinations by name', async (t) => {
  const world = await openTestWorld(t);
  const operator = { key: world.keys.operator };
  const accounts = 'name,parent,is_reseller,max_in\nBig,null,yes,10\nSmall,Big,no,\n';
  t.match(await run(world, 'accounts', accounts, { ...CSV, ...operator }), { created: 2, faulty: 0, faults: [] });
  const tree = (await send(world.app, 'GET', '/accounts?per_page=200', operator)).body.data;
  const big = tree.find((account: { name: string }) => account.name === 'Big');
  t.match(
    tree.find((account: { name: string }) => account.name === 'Small'),
    { parent_id: big.id },
  );
  t.match(await run(world, 'trunks', { rows: [{ account: 'Small', name: 'Desk' }] }, operator), { created: 1 });
  const dids =
    'number,account,destination_kind,destination,notes\n+31207654321,Small,trunk,Desk,front\n0031207654322,Small,trunk,Nope,\n';
  const job = await run(world, 'dids', dids, { ...CSV, ...operator });
  t.match(job, {
    created: 1,
    faulty: 1,
    faults: [{ row: 2, line: 3, field: 'destination', problem: /no trunk "Nope"/ }],
  });
  const exported = await send(world.app, 'GET', '/exports/dids?format=json', operator);
  t.match(exported.body.rows, [{ number: '+31207654321', destination_kind: 'trunk', destination: /^trk_/ }]);
  t.match(await run(world, 'dids', { ...exported.body, on_existing: 'update' }, operator), { unchanged: 1 });
});

t.test('trunks are deleted, and get new passwords, in bulk', async (t) => {
  const world = await openTestWorld(t);
  await run(world, 'trunks', csvOf(3), CSV);
  const again = await run(world, 'trunks', { action: 'regenerate', rows: [{ name: 'PBX 0' }, { name: 'No' }] });
  t.match(again, { changed: 1, faulty: 1, faults: [{ row: 2, code: 'not_found' }] });
  const passwords = await send(world.app, 'POST', `/bulk/trunks/${again.id}/passwords`, { key: world.keys.msp });
  t.equal(passwords.body.data.length, 1);
  t.match(await run(world, 'trunks', { action: 'delete', rows: [{ name: 'PBX 1' }, { name: 'PBX 2' }] }), {
    changed: 2,
  });
  t.equal((await send(world.app, 'GET', '/portal/sip-trunks', { key: world.keys.msp })).body.meta.total, 1);
  t.match((await post(world, 'accounts', { action: 'delete', rows: [{ name: 'x' }] })).body.error.fields, [
    { field: 'action' },
  ]);
});

t.test('the same Idempotency-Key starts no second job; more than 100 rows need the bulk flag', async (t) => {
  const world = await openTestWorld(t);
  const keyed = { headers: { 'content-type': 'text/csv', 'idempotency-key': 'nightly' } };
  const first = await post(world, 'trunks', csvOf(5), keyed);
  const second = await post(world, 'trunks', csvOf(5), keyed);
  t.equal(second.body.data.id, first.body.data.id);
  t.match((await post(world, 'trunks', csvOf(6), keyed)).body.error, { code: 'idempotency_mismatch' });
  await ended(world, 'trunks', first.body.data.id);
  t.match((await post(world, 'trunks', csvOf(101), CSV)).body.error, { message: /flagged for bulk/ });
  const flag = { key: world.keys.operator, body: { bulk: true } };
  await send(world.app, 'PATCH', `/accounts/${world.accounts.msp}`, flag);
  t.match(await run(world, 'trunks', csvOf(101), CSV, '?on_existing=skip'), { created: 96, unchanged: 5 });
});

t.test('a tenant sees its own jobs only, and imports nothing for others', async (t) => {
  const world = await openTestWorld(t);
  const mine = await run(world, 'trunks', csvOf(1), CSV);
  for (const key of [world.keys.bistro, world.keys.reseller]) {
    t.equal((await send(world.app, 'GET', `/bulk/trunks/${mine.id}`, { key })).status, 404);
    t.equal((await send(world.app, 'POST', `/bulk/trunks/${mine.id}/passwords`, { key })).status, 404);
    t.same((await send(world.app, 'GET', '/bulk/trunks', { key })).body.data, []);
  }
  const foreign = {
    rows: [
      { account: world.accounts.clinic, name: 'X' },
      { account: 'MSP', name: 'Y' },
    ],
  };
  const tried = await run(world, 'trunks', foreign, { key: world.keys.bistro });
  t.match(tried, {
    created: 0,
    faulty: 2,
    faults: [{ problem: /there is no account/ }, { problem: /there is no account/ }],
  });
  t.match(await run(world, 'trunks', { rows: [{ account: 'Clinic', name: 'X' }] }, { key: world.keys.reseller }), {
    created: 1,
  });
  const number = { rows: [{ number: '+31209999999' }] };
  t.match(await run(world, 'dids', number), { faulty: 1, faults: [{ code: 'operator_only' }] });
});
