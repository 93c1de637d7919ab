import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import t from 'tap';
import { openStore, type Store } from './open-store.ts';
import { createAccount } from './repos/index.ts';
import { getNonceSecret } from './settings.ts';
import { openTestStore } from './test-store.ts';

const secretKey = randomBytes(32);
const open = (file: string, more: object = {}): Promise<Store> => openStore({ file, secretKey, ...more });

t.test('a second process is told that the store is locked, and by whom; the lock dies with its holder', async (t) => {
  const file = join(t.testdir(), 'didfarm.db');
  const holder = `
    import { openStore } from ${JSON.stringify(join(import.meta.dirname, 'open-store.ts'))};
    await openStore({ file: ${JSON.stringify(file)}, secretKey: Buffer.alloc(32) }).catch((e) => { console.log(e.code, e.message); process.exit(3); });
    process.kill(process.pid, 'SIGKILL');`;
  const run = () =>
    spawnSync(process.execPath, ['--input-type=module', '-e', holder], { encoding: 'utf8', timeout: 60_000 });
  const store = await openStore({ file, secretKey: Buffer.alloc(32) });
  const second = run();
  t.equal(second.status, 3);
  t.match(second.stdout, new RegExp(`^store_locked .*in use by another didfarm process \\(process ${process.pid}\\)`));
  await store.close();
  t.equal(run().signal, 'SIGKILL', 'it opened, and died holding the lock');
  const again = await openStore({ file, secretKey: Buffer.alloc(32) });
  await again.close();
});

t.test('within one process a second store on the same file is refused too', async (t) => {
  const file = join(t.testdir(), 'didfarm.db');
  const store = await open(file);
  await t.rejects(open(file), { code: 'store_locked' });
  await store.close();
});

t.test('a read-only data directory is one clear error', async (t) => {
  const folder = join(t.testdir(), 'data');
  mkdirSync(folder);
  chmodSync(folder, 0o555);
  const attempt = `
    import { openStore } from ${JSON.stringify(join(import.meta.dirname, 'open-store.ts'))};
    await openStore({ file: ${JSON.stringify(join(folder, 'didfarm.db'))}, secretKey: Buffer.alloc(32) })
      .then(() => console.log('opened'), (e) => console.log(e.code, e.message));`;
  // Root may write anywhere, so the attempt is made as nobody.
  const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
  const result = spawnSync(process.execPath, ['--input-type=module', '-e', attempt], { encoding: 'utf8', ...nobody });
  t.match(result.stdout, /^store_read_only The data directory .* cannot be written \(EACCES\)/);
  chmodSync(folder, 0o755);
});

t.test('a file that is no database, and one that is damaged, are named as such', async (t) => {
  const folder = t.testdir();
  const garbage = join(folder, 'garbage.db');
  writeFileSync(
    garbage,
    'this is not a database at all, only some text that is long enough to be read as a header of one',
  );
  await t.rejects(open(garbage), { code: 'store_corrupt', message: /damaged.*backup/ });
  const damaged = join(folder, 'damaged.db');
  await (await open(damaged)).close();
  const bytes = readFileSync(damaged);
  bytes.fill(0xff, 4096, 8 * 4096);
  writeFileSync(damaged, bytes);
  await t.rejects(
    open(damaged).then((store) =>
      store.db
        .selectFrom('accounts')
        .selectAll()
        .execute()
        .finally(() => store.close()),
    ),
    { code: 'store_corrupt' },
  );
});

t.test('a full disk refuses the write, keeps what was there, and works again afterwards', async (t) => {
  const store = await open(join(t.testdir(), 'didfarm.db'));
  await store.db
    .insertInto('accounts')
    .values({ name: 'Before' } as never)
    .execute();
  await store.bulk((connection) => connection.exec('CREATE TABLE filler (x BLOB)'));
  await store.db.connection().execute(async (db) => {
    await sql`PRAGMA max_page_count = 1`.execute(db);
  });
  const fill = () =>
    store.bulk((connection) => connection.prepare('INSERT INTO filler VALUES (zeroblob(100000000))').run([]));
  await t.rejects(fill(), { code: 'store_full', message: /disk.*is full; nothing was written/ });
  await t.rejects(
    store.write((tx) => sql`INSERT INTO filler VALUES (zeroblob(100000000))`.execute(tx.db)),
    { code: 'store_full' },
  );
  t.equal((await store.db.selectFrom('accounts').selectAll().execute()).length, 1);
  await sql`PRAGMA max_page_count = 4294967294`.execute(store.db);
  await store.write((tx) =>
    tx.db
      .insertInto('accounts')
      .values({ name: 'After' } as never)
      .execute(),
  );
  t.equal((await store.db.selectFrom('accounts').selectAll().execute()).length, 2);
  await store.close();
});

t.test('the platform realm is fixed at the first start', async (t) => {
  const file = join(t.testdir(), 'didfarm.db');
  const first = await open(file, { platformRealm: 'SIP.example.org' });
  t.equal(first.platformRealm, 'sip.example.org');
  await first.close();
  await t.rejects(open(file, { platformRealm: 'other.example' }), {
    code: 'realm_changed',
    message: /didfarm realm change/,
  });
  const again = await open(file);
  t.equal(again.platformRealm, 'sip.example.org');
  await again.close();
});

t.test('another secret key is noticed at the start, not at the first call', async (t) => {
  const file = join(t.testdir(), 'didfarm.db');
  await (await open(file)).close();
  await t.rejects(openStore({ file, secretKey: randomBytes(32) }), { code: 'secret_key_mismatch' });
});

t.test('a database of a later release is refused', async (t) => {
  const file = join(t.testdir(), 'didfarm.db');
  const store = await open(file);
  await sql`INSERT INTO schema_migrations VALUES (9999, 'later', 0)`.execute(store.db);
  await store.close();
  await t.rejects(open(file), { code: 'store_too_new', message: /later release/ });
});

t.test('the nonce secret survives a restart and is not stored in clear', async (t) => {
  const file = join(t.testdir(), 'didfarm.db');
  const store = await open(file);
  const secret = await getNonceSecret(store);
  await store.close();
  const again = await open(file);
  t.ok((await getNonceSecret(again)).equals(secret));
  const rows = await again.db.selectFrom('settings').selectAll().execute();
  t.notMatch(JSON.stringify(rows), secret.toString('hex'));
  await again.close();
});

t.test('a failed transaction leaves nothing, and a bulk write waits for an open transaction', async (t) => {
  const store = await open(join(t.testdir(), 'didfarm.db'));
  const order: string[] = [];
  const failing = store.write(async (tx) => {
    await tx.db
      .insertInto('accounts')
      .values({ name: 'Gone' } as never)
      .execute();
    await new Promise((resolve) => setImmediate(resolve));
    order.push('write');
    throw new Error('no');
  });
  const bulk = store.bulk((connection) => {
    order.push('bulk');
    connection.prepare("INSERT INTO accounts (name) VALUES ('Stays')").run([]);
  });
  await t.rejects(failing, { message: 'no' });
  await bulk;
  t.strictSame(order, ['write', 'bulk']);
  t.match(await store.db.selectFrom('accounts').select('name').execute(), [{ name: 'Stays' }]);
  await store.close();
});

t.test('a backup is a database of its own', async (t) => {
  const folder = t.testdir();
  const store = await open(join(folder, 'didfarm.db'));
  await store.db
    .insertInto('accounts')
    .values({ name: 'Kept' } as never)
    .execute();
  await store.backup(join(folder, 'copy.db'));
  await store.close();
  const copy = await open(join(folder, 'copy.db'));
  t.match(await copy.db.selectFrom('accounts').select('name').execute(), [{ name: 'Kept' }]);
  await copy.close();
});

t.test('who only looks waits for no transaction, and sees what is committed', async (t) => {
  const store = await openTestStore(t);
  const names = async () => (await store.db.selectFrom('accounts').select('name').execute()).map(({ name }) => name);
  const [begun, ended] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const written = store.write(async (tx) => {
    await createAccount(tx, { name: 'Inside' });
    begun.resolve();
    await ended.promise;
    t.strictSame((await tx.db.selectFrom('accounts').select('name').execute()).length, 1);
  });
  await begun.promise;
  t.strictSame(await names(), [], 'nothing that may still be rolled back');
  t.equal(await store.read((connection) => connection.prepare('SELECT name FROM accounts').all([]).length), 0);
  ended.resolve();
  await written;
  t.strictSame(await names(), ['Inside']);
  await store.db.updateTable('accounts').set({ name: 'Later' }).execute();
  t.strictSame(await names(), ['Later'], 'what was written before');
  await t.rejects(
    store.read((connection) => connection.exec("UPDATE accounts SET name = 'x'")),
    /read-only/,
  );
});

t.test('a store that was only looked at is closed, too: its journal is gone, and it answers no more', async (t) => {
  const folder = t.testdir();
  const store = await open(join(folder, 'didfarm.db'));
  const look = () => store.read((connection) => connection.prepare('SELECT 1 FROM accounts').all([]));
  await look();
  await store.close();
  t.notOk(readdirSync(folder).some((name) => /-(?:wal|shm)$/.test(name)));
  await t.rejects(look());
});
