import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import t from 'tap';
import { createRandom, type OpenApiDocument, RandomRequests } from '../admin/random-requests.ts';
import type { Store } from '../tenancy/index.ts';
import { openTestSandbox } from './test-sandbox.ts';

/** Every row of every table, as one hash for each table. */
async function rowsOf(store: Store): Promise<Readonly<Record<string, string>>> {
  const tables = await sql<{ name: string }>`SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name`.execute(
    store.db,
  );
  const hashes: Record<string, string> = {};
  for (const { name } of tables.rows) {
    const { rows } = await sql`SELECT * FROM ${sql.table(name)}`.execute(store.db);
    hashes[name] = createHash('sha256')
      .update(
        JSON.stringify(
          rows.map((row) => Object.values(row as object)),
          bytes,
        ),
      )
      .digest('hex');
  }
  return hashes;
}

function bytes(_name: string, value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value;
}

/** Values that the schema of a body takes, for every write of the document. */
async function everyWrite(app: { inject(path: string): Promise<{ json(): unknown }> }) {
  const { paths } = (await app.inject('/api/v1/openapi.json')).json() as {
    readonly paths: Readonly<Record<string, Readonly<Record<string, object>>>>;
  };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods)
      .filter((method) => method !== 'get')
      .map((method) => ({
        method: method.toUpperCase() as 'POST' | 'PATCH' | 'DELETE',
        path: path.replace('/api/v1', ''),
      })),
  );
}

/** Writes that are done. */
const DONE: readonly (readonly [path: string, body: object])[] = [
  ['/portal/sip-trunks', { name: 'Acme' }],
  ['/extensions', { name: 'Phone' }],
  ['/sip-domains', { domain: 'acme.example' }],
  ['/webhooks', { url: 'https://example.com/hook', events: ['*'] }],
  ['/record-streams', { url: 'https://example.com/records' }],
  ['/rate-decks', { name: 'Prices', currency: 'EUR' }],
  ['/users', { email: 'a@example.com', name: 'A', role: 'support' }],
  ['/api-keys', { name: 'other', scopes: ['admin'] }],
  ['/wallet/top-ups', { amount: 100 }],
  ['/sandbox/wallet', { amount: 100 }],
  ['/bulk/trunks', { rows: [{ name: 'Bulk' }] }],
];

t.test('no write with a test key changes a row of the live side, not even when it is done', async (t) => {
  const { send, live, app, keys, accounts } = await openTestSandbox(t);
  const trunk = await send('POST', '/portal/sip-trunks', { key: keys.live, body: { name: 'Live' } });
  const did = { accountId: accounts.msp, number: '+31201234567', status: 'active' } as const;
  const { createDid } = await import('../tenancy/index.ts');
  await live.write((context) => createDid(context, did));
  // That a key was used is noted on the live side, once a minute.
  for (const key of Object.values(keys)) await send('GET', '/numbers', { key });
  const before = await rowsOf(live);
  const writes = await everyWrite(app);
  t.ok(writes.length > 60, `${writes.length} writes`);
  const refs = ['1', trunk.body.data.uuid];
  for (const { method, path } of writes) {
    for (const ref of path.includes('{') ? refs : ['']) {
      const url = path.replace(/\{\w+\}/g, ref);
      const { headers } = await send(method, url, { body: method === 'DELETE' ? undefined : {} });
      t.equal(headers['x-didfarm-livemode'], 'false', `${method} ${url}`);
    }
  }
  const document = (await app.inject('/api/v1/openapi.json')).json() as OpenApiDocument;
  const random = new RandomRequests(document, [keys.test, keys.reseller], createRandom(7));
  const statuses = new Map<number, number>();
  // Until one of them has made something.
  for (let n = 0; n < 150 || (n < 2000 && !statuses.has(201)); n += 1) {
    const { method, url, headers, payload } = random.next();
    if (
      /sandbox\/(reset|pbx|calls|clock)|routing\/explain/.test(url) ||
      !/df_test_/.test(String(headers.authorization))
    )
      continue;
    const answer = await app.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) });
    statuses.set(answer.statusCode, (statuses.get(answer.statusCode) ?? 0) + 1);
    t.ok(answer.statusCode < 500, `${method} ${url}: ${answer.body.slice(0, 200)}`);
    random.learn(answer.body);
  }
  t.ok((statuses.get(201) ?? 0) > 0, JSON.stringify([...statuses]));
  for (const [path, body] of DONE) {
    const answer = await send('POST', path, { body });
    t.ok(answer.status < 300, `${path}: ${JSON.stringify(answer.body)}`);
  }
  await send('POST', '/wallet/checkout', { body: { items: [{ number: '+12125550100' }] } });
  await send('POST', '/sandbox/clock/advance', { body: { days: 60 } });
  t.same(await rowsOf(live), before);
});

t.test('two accounts have two worlds, and a live key sees neither', async (t) => {
  const { send, keys, accounts, folder } = await openTestSandbox(t);
  await send('POST', '/portal/sip-trunks', { body: { name: 'Secret Trunk' } });
  await send('POST', '/wallet/checkout', { body: { items: [{ number: '+12125550100' }] } });
  await send('POST', '/webhooks', { body: { url: 'https://example.com/secret-hook', events: ['*'] } });
  for (const list of ['/portal/sip-trunks', '/numbers', '/webhooks', '/orders', '/audit', '/wallet/transactions']) {
    const own = await send('GET', list);
    t.ok(own.body.meta.total > 0, list);
    for (const key of [keys.live, keys.reseller, keys.bistro]) {
      const { body } = await send('GET', list, { key });
      t.notMatch(JSON.stringify(body), /Secret Trunk|12125550100|secret-hook/, list);
    }
  }
  t.equal((await send('GET', '/wallet/balance', { key: keys.live })).body.balance, '0.00');
  t.equal((await send('GET', '/wallet/balance', { key: keys.bistro })).body.balance, '1000.00', 'of its own');
  t.equal(
    (await send('GET', `/accounts/${accounts.bistro}`, { key: keys.reseller })).status,
    404,
    'not even of those below it',
  );
  const headers = { 'x-didfarm-account': String(accounts.bistro) };
  t.equal((await send('GET', '/numbers', { key: keys.reseller, headers })).status, 404);
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.db')))
    t.equal(readFileSync(join(folder, name)).includes('Live'), false);
  t.equal(readdirSync(folder).filter((file) => file.endsWith('.db')).length, 3, 'a file each');
});

t.test('a key that is made in a test world is a test key, good in that world alone', async (t) => {
  const { send, keys, sandbox, app } = await openTestSandbox(t);
  const child = await send('POST', '/accounts', { key: keys.reseller, body: { name: 'Client' } });
  t.equal(child.status, 201, JSON.stringify(child.body));
  const body = { name: 'x', scopes: ['trunks:write'], account_id: child.body.data.id, mode: 'live' };
  const made = (await send('POST', '/api-keys', { key: keys.reseller, body })).body.data;
  t.match(made, { key: /^df_test_/, mode: 'test' });
  t.equal((await send('POST', '/portal/sip-trunks', { key: made.key, body: { name: 'Phone' } })).status, 201);
  t.match((await send('GET', '/portal/sip-trunks', { key: keys.reseller })).body.data, [{ name: 'Phone' }]);
  t.equal((await send('GET', '/numbers', { key: made.key })).status, 403, 'with its scopes');
  await sandbox.close();
  t.equal((await send('GET', '/portal/sip-trunks', { key: made.key })).status, 200, 'also after a restart');
  await send('DELETE', `/api-keys/${made.id}`, { key: keys.reseller });
  t.equal((await send('GET', '/portal/sip-trunks', { key: made.key })).body.error.code, 'invalid_api_key');
  t.equal((await send('GET', '/numbers', { key: 'df_test_unknown' })).body.error.code, 'invalid_api_key');
  t.ok(app);
});

t.test('what is decided on the live side holds in the test world', async (t) => {
  const { send, live, accounts } = await openTestSandbox(t);
  t.equal((await send('POST', '/portal/sip-trunks', { body: { name: 'A' } })).status, 201);
  const set = (status: 'suspended' | 'closed') =>
    live.db.updateTable('accounts').set({ status }).where('id', '=', accounts.msp).execute();
  await set('suspended');
  t.equal((await send('GET', '/portal/sip-trunks')).status, 200);
  t.equal((await send('POST', '/portal/sip-trunks', { body: { name: 'B' } })).body.error.code, 'account_suspended');
  await set('closed');
  t.equal((await send('GET', '/portal/sip-trunks')).body.error.code, 'invalid_api_key');
});

t.test('of more worlds than may be open the longest unused one makes room', async (t) => {
  const { send, keys } = await openTestSandbox(t, { mostWorlds: 2 });
  await send('POST', '/portal/sip-trunks', { body: { name: 'Kept' } });
  for (const key of [keys.reseller, keys.bistro]) t.equal((await send('GET', '/numbers', { key })).status, 200);
  t.equal((await send('GET', '/portal/sip-trunks')).body.meta.total, 1, 'and is opened again');
});
