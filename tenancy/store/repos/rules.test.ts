import { sql } from 'kysely';
import t from 'tap';
import type { StoreContext } from '../open-store.ts';
import { handClock, openTestStore } from '../test-store.ts';
import * as repo from './index.ts';

const { EVERYTHING } = repo;

async function open(t: Parameters<typeof openTestStore>[0]) {
  const clock = handClock();
  const store = await openTestStore(t, clock);
  const account = await store.write((tx) => repo.createAccount(tx, { name: 'Acme' }));
  return { store, account, clock, accountId: account.id };
}

t.test('the account tree refuses what is not a tree of resellers, in plain words', async (t) => {
  const { store, account } = await open(t);
  const write = <T>(work: (tx: StoreContext) => Promise<T>) => store.write(work);
  await t.rejects(
    write((tx) => repo.createAccount(tx, { name: 'Child', parentId: account.id })),
    {
      code: 'validation_failed',
      field: 'parent_id',
      message: 'parent_id: only a reseller account may own other accounts',
    },
  );
  await write((tx) => repo.updateAccount(tx, account.id, { isReseller: true }, null));
  const child = await write((tx) => repo.createAccount(tx, { name: 'Child', parentId: account.id, isReseller: true }));
  await t.rejects(
    write((tx) => repo.updateAccount(tx, account.id, { parentId: child.id }, null)),
    { message: /cannot stand below itself/ },
  );
  await t.rejects(
    write((tx) => repo.updateAccount(tx, account.id, { parentId: account.id }, null)),
    { message: /cannot stand below itself/ },
  );
  await t.rejects(
    write((tx) => repo.updateAccount(tx, account.id, { isReseller: false }, null)),
    { code: 'validation_failed', field: 'is_reseller' },
  );
  await t.rejects(
    write((tx) => repo.updateAccount(tx, account.id, { status: 'closed' }, null)),
    { message: /close the accounts below it first/ },
  );
  await t.rejects(
    write((tx) => repo.createAccount(tx, { name: 'Child', parentId: account.id })),
    { code: 'conflict', field: 'name' },
  );
  await t.rejects(
    write((tx) => repo.createAccount(tx, { name: 'x', parentId: 12345 })),
    { code: 'validation_failed', field: 'parent_id' },
  );
  await t.rejects(sql`DELETE FROM accounts WHERE id = ${child.id}`.execute(store.db), { message: /close it first/ });
});

t.test('the tree ends at ten levels, whether built down or put together', async (t) => {
  const { store } = await open(t);
  const chain = async (levels: number, name: string) => {
    const ids: number[] = [];
    for (let level = 1; level <= levels; level++) {
      const parentId = ids[ids.length - 1] ?? null;
      ids.push(
        (await store.write((tx) => repo.createAccount(tx, { name: `${name}${level}`, parentId, isReseller: true }))).id,
      );
    }
    return ids;
  };
  const ten = await chain(10, 'a');
  await t.rejects(
    store.write((tx) => repo.createAccount(tx, { name: 'eleven', parentId: ten[9] ?? 0 })),
    { message: /deeper than 10 levels/ },
  );
  const two = await chain(2, 'b');
  await t.rejects(
    store.write((tx) => repo.updateAccount(tx, two[0] ?? 0, { parentId: ten[8] ?? 0 }, null)),
    { message: /deeper than 10 levels/ },
  );
  t.ok(await store.write((tx) => repo.updateAccount(tx, two[0] ?? 0, { parentId: ten[7] ?? 0 }, null)));
});

t.test('values that make no sense name the field and what is allowed', async (t) => {
  const { store, accountId } = await open(t);
  const bad: readonly (readonly [string, (tx: StoreContext) => Promise<unknown>])[] = [
    ['max_in', (tx) => repo.updateAccount(tx, accountId, { maxIn: -2 }, null)],
    ['max_in', (tx) => repo.updateAccount(tx, accountId, { maxIn: 1.5 }, null)],
    ['language', (tx) => repo.updateAccount(tx, accountId, { language: 'tlh' }, null)],
    ['voice_gender', (tx) => repo.updateAccount(tx, accountId, { voiceGender: 'robot' as 'male' }, null)],
    ['timezone', (tx) => repo.updateAccount(tx, accountId, { timezone: 'Mars/Olympus' }, null)],
    ['country', (tx) => repo.updateAccount(tx, accountId, { country: 'Nl' }, null)],
    ['default_cid_number', (tx) => repo.updateAccount(tx, accountId, { defaultCidNumber: '0201234567' }, null)],
    ['brand_domain', (tx) => repo.updateAccount(tx, accountId, { brandDomain: 'no domain' }, null)],
    ['name', (tx) => repo.createTrunk(tx, { accountId, name: '  ' })],
    ['auth_type', (tx) => repo.createTrunk(tx, { accountId, name: 'x', authType: 'magic' as 'ip' })],
    ['sources', (tx) => repo.createTrunk(tx, { accountId, name: 'x', authType: 'ip' })],
    ['sources', (tx) => repo.createTrunk(tx, { accountId, name: 'x', authType: 'ip', sources: ['192.0.2.300'] })],
    ['ip_target', (tx) => repo.createTrunk(tx, { accountId, name: 'x', ipTarget: 'a b' })],
    ['username', (tx) => repo.createTrunk(tx, { accountId, name: 'x', username: 'me' })],
    ['username', (tx) => repo.createTrunk(tx, { accountId, name: 'x', username: 'a"b', mayChooseUsername: true })],
    ['password', (tx) => repo.createTrunk(tx, { accountId, name: 'x', password: 'short' })],
    ['number', (tx) => repo.createDid(tx, { accountId, number: '0031201234567' })],
    ['block_size', (tx) => repo.createDid(tx, { accountId, number: '+31209999990', blockSize: 0 })],
    ['block_size', (tx) => repo.createDid(tx, { accountId, number: '+99999', blockSize: 10 })],
    [
      'dest_uri',
      (tx) => repo.createDid(tx, { accountId, number: '+3120', destination: { kind: 'uri', uri: 'http://x' } }),
    ],
    [
      'port',
      (tx) =>
        repo.createCarrier(tx, {
          name: 'x',
          gateways: [{ host: 'a', port: 0, transport: 'udp', priority: 1, weight: 1 }],
        }),
    ],
    ['digest_algorithms', (tx) => repo.createDomain(tx, { accountId, domain: 'x.example', algorithms: [] })],
    ['domain', (tx) => repo.createDomain(tx, { accountId, domain: 'sip.didfarm.com' })],
    ['domain', (tx) => repo.createDomain(tx, { accountId, domain: 'a..b' })],
  ];
  for (const [field, work] of bad) {
    await t.rejects(store.write(work), { code: 'validation_failed', field, message: new RegExp(`^${field}: `) }, field);
  }
});

t.test('numbers and blocks never overlap, and a released number is free again', async (t) => {
  const { store, accountId } = await open(t);
  const create = (number: string, blockSize = 1) =>
    store.write((tx) => repo.createDid(tx, { accountId, number, blockSize }));
  await create('+31201234500', 50);
  for (const [number, size] of [
    ['+31201234500', 1],
    ['+31201234549', 1],
    ['+31201234490', 11],
    ['+31201234520', 5],
    ['+31201234400', 200],
  ] as const) {
    await t.rejects(create(number, size), { code: 'conflict', field: 'number', message: /already in use/ });
  }
  await create('+31201234499');
  const after = await create('+31201234550');
  await t.rejects(sql`UPDATE dids SET block_size = 51 WHERE number = '+31201234500'`.execute(store.db), {
    code: 'conflict',
  });
  await store.write((tx) => repo.releaseDid(tx, after.uuid, null));
  t.equal(await repo.findDid(store, after.id, null), undefined);
  t.ok(await create('+31201234550'));
});

t.test('one identity per realm: the same name elsewhere is another, a deleted one is free', async (t) => {
  const { store, accountId } = await open(t);
  for (const domain of ['a.example', 'b.example'])
    await store.write((tx) => repo.createDomain(tx, { accountId, domain }));
  const create = (name: string, realm: string) =>
    store.write((tx) => repo.createTrunk(tx, { accountId, name, realm, username: '1002' }));
  const first = await create('A', 'a.example');
  await create('B', 'B.example');
  await t.rejects(create('C', 'a.example'), { code: 'conflict', field: 'username' });
  await t.rejects(create('A', 'a.example'), { code: 'conflict' });
  await store.write((tx) => repo.deleteTrunk(tx, first.trunk.id, null));
  t.ok(await create('A', 'a.example'));
  await t.rejects(
    store.write((tx) => repo.deleteDomain(tx, 'a.example', null)),
    { message: /trunks still use it/ },
  );
});

t.test('no password and no API key is stored in clear', async (t) => {
  const { store, accountId } = await open(t);
  const { password } = await store.write((tx) => repo.createTrunk(tx, { accountId, name: 'Acme Corp' }));
  const { key, row } = await store.write((tx) =>
    repo.createKey(tx, { accountId, name: 'k', scopes: ['trunks:read'], mode: 'test' }),
  );
  const dump = JSON.stringify([
    await store.db.selectFrom('trunks').selectAll().execute(),
    await store.db.selectFrom('apiKeys').selectAll().execute(),
  ]);
  t.notMatch(dump, password);
  t.notMatch(dump, key);
  t.match(key, /^df_test_/);
  t.equal(row.prefix, key.slice(0, 12));
});

t.test('a key is good until it expires or is revoked', async (t) => {
  const { store, accountId, clock } = await open(t);
  const made = await store.write((tx) =>
    repo.createKey(tx, { accountId, name: 'k', scopes: ['admin'], expiresAtMs: clock.nowMs() + 1000 }),
  );
  t.match(await repo.authenticateKey(store, made.key), { id: made.row.id, accountId, scopes: ['admin'] });
  t.equal(await repo.authenticateKey(store, `${made.key}x`), undefined);
  await repo.touchKey(store, made.row.id);
  t.match(await repo.findKey(store, made.row.uuid, null), { lastUsedAtMs: clock.nowMs() });
  clock.advance(1000);
  t.equal(await repo.authenticateKey(store, made.key), undefined);
  const other = await store.write((tx) => repo.createKey(tx, { accountId: null, name: 'op', scopes: ['admin'] }));
  await store.write((tx) => repo.revokeKey(tx, other.row.id, null));
  t.equal(await repo.authenticateKey(store, other.key), undefined);
});

t.test('a change made on an older version is refused, and every change raises the version', async (t) => {
  const { store, accountId } = await open(t);
  const { trunk } = await store.write((tx) => repo.createTrunk(tx, { accountId, name: 'Acme' }));
  const changed = await store.write((tx) =>
    repo.updateTrunk(tx, trunk.id, { maxIn: 4, profile: '3cx' }, null, trunk.version),
  );
  t.match(changed, { version: trunk.version + 1, maxIn: 4, profile: '3cx', name: 'Acme' });
  await t.rejects(
    store.write((tx) => repo.updateTrunk(tx, trunk.id, { maxIn: 5 }, null, trunk.version)),
    { code: 'stale_version' },
  );
  const cleared = await store.write((tx) => repo.updateTrunk(tx, trunk.id, { maxIn: null }, null));
  t.match(cleared, { maxIn: null, profile: '3cx', version: trunk.version + 2 });
});

t.test('pages and cursors together show every row once, with the same total', async (t) => {
  const { store, accountId } = await open(t);
  await store.write(async (tx) => {
    for (let i = 0; i < 7; i++) await repo.createTrunk(tx, { accountId, name: `t${i}` });
  });
  const names = (found: repo.Found<repo.TrunkRow>) => found.rows.map((row) => row.name);
  const page = await repo.listTrunks(store, {}, { afterId: 0, offset: 3, limit: 3 }, null);
  t.strictSame([names(page), page.total], [['t3', 't4', 't5'], 7]);
  const next = await repo.listTrunks(store, {}, { afterId: page.rows[2]?.id ?? 0, offset: 0, limit: 3 }, null);
  t.strictSame([names(next), next.total], [['t6'], 7]);
  t.strictSame(
    names(await repo.listTrunks(store, { search: 't_' }, EVERYTHING, null)),
    [],
    'wildcards are taken literally',
  );
  t.strictSame(names(await repo.listTrunks(store, { search: '3', name: 't3' }, EVERYTHING, null)), ['t3']);
});

t.test('a uuid may be cut to eight digits while only one row fits', async (t) => {
  const { store, accountId } = await open(t);
  const one = await store.write((tx) => repo.createTrunk(tx, { accountId, name: 'a', uuid: 'trk_a1b2c3d400000001' }));
  t.equal((await repo.findTrunk(store, 'trk_a1b2c3d4', null))?.id, one.trunk.id);
  t.equal(await repo.findTrunk(store, 'trk_a1b2c3d', null), undefined);
  await store.write((tx) => repo.createTrunk(tx, { accountId, name: 'b', uuid: 'trk_a1b2c3d400000002' }));
  t.equal(await repo.findTrunk(store, 'trk_a1b2c3d4', null), undefined);
  t.equal((await repo.findTrunk(store, 'trk_a1b2c3d400000001', null))?.id, one.trunk.id);
});

t.test('new credentials end the old ones at once, or after an overlap', async (t) => {
  const { store, accountId } = await open(t);
  const { trunk, password } = await store.write((tx) => repo.createTrunk(tx, { accountId, name: 'Acme' }));
  const again = await store.write((tx) => repo.regenerateCredentials(tx, trunk.uuid, { overlapSec: 3600 }, null));
  t.not(again.password, password);
  t.equal(again.trunk.username, trunk.username);
  t.equal(again.trunk.previousPasswordUntilMs, store.clock.nowMs() + 3_600_000);
  const renamed = await store.write((tx) => repo.regenerateCredentials(tx, trunk.uuid, { rotateUsername: true }, null));
  t.not(renamed.trunk.username, trunk.username);
  t.equal(renamed.trunk.previousPasswordUntilMs, null);
  await t.rejects(
    store.write((tx) => repo.regenerateCredentials(tx, trunk.uuid, { rotateUsername: true, overlapSec: 5 }, null)),
    { code: 'validation_failed', field: 'overlap_seconds' },
  );
});

t.test('audit entries cannot be changed or removed; events leave with their transaction', async (t) => {
  const { store, accountId } = await open(t);
  await store.write(async (tx) => {
    await repo.writeAudit(tx, {
      accountId,
      actor: 'key:1',
      action: 'update',
      resource: 'trunk',
      resourceId: 7,
      before: { a: 1 },
      after: { a: 2 },
    });
    await repo.appendOutbox(tx, [{ accountId, event: 'trunk.registered', data: { trunk_id: 7 } }]);
  });
  t.match(await repo.listAudit(store, { resource: 'trunk' }, EVERYTHING, null), {
    total: 1,
    rows: [{ resourceId: '7', before: { a: 1 }, after: { a: 2 } }],
  });
  await t.rejects(sql`UPDATE audit SET actor = 'me'`.execute(store.db), { message: /never changed/ });
  await t.rejects(sql`DELETE FROM audit`.execute(store.db), { message: /never removed/ });
  await t.rejects(
    store.write(async (tx) => {
      await repo.appendOutbox(tx, [{ accountId, event: 'trunk.offline', data: {} }]);
      throw new Error('no');
    }),
  );
  const waiting = await repo.takeOutbox(store, 10);
  t.match(waiting, [{ event: 'trunk.registered', data: { trunk_id: 7 } }]);
  const taken = waiting.map((row) => row.id);
  await store.bulk((connection) => repo.markDispatched(connection, taken, store.clock.nowMs()));
  t.strictSame(await repo.takeOutbox(store, 10), []);
});
