import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import t from 'tap';
import { openStore } from '../../tenancy/index.ts';
import type { AdminDeps } from '../deps.ts';
import { createAdminStore } from '../store/index.ts';
import { BulkRunner } from './bulk-runner.ts';

const ROWS = 200;
const SECRET = Buffer.alloc(32);

/** Starts a job and says `.` whenever rows of it are stored; half-way, at the latest, it kills itself. */
function worker(database: string): string {
  const face = (path: string) => JSON.stringify(join(import.meta.dirname, path));
  return `
    import { openStore } from ${face('../../tenancy/index.ts')};
    import { createAdminStore } from ${face('../store/index.ts')};
    import { BulkRunner } from ${face('./bulk-runner.ts')};
    const store = await openStore({ file: ${JSON.stringify(database)}, secretKey: Buffer.alloc(32) });
    const admin = createAdminStore(store);
    const account = await admin.accounts.create('test', { name: 'Many' });
    const rows = Array.from({ length: ${ROWS} }, (_, n) => ({ row: n + 1, line: null, values: { name: 'PBX ' + n } }));
    const job = await admin.bulk.create({ accountId: account.id, actor: 'test', isOperator: true, resource: 'trunks',
      action: 'import', onExisting: 'fail', dryRun: false, idempotencyKey: null, fingerprint: '', total: rows.length,
      input: JSON.stringify(rows) });
    let parts = 0;
    const publish = async () => {
      process.stdout.write('.');
      if (++parts === 4) process.kill(process.pid, 'SIGKILL');
    };
    const runner = new BulkRunner({ store: admin, publish });
    runner.enqueue(job);
    await runner.idle();
    await store.close();`;
}

t.test('after a kill -9 a job goes on where it was: no row is lost, none is done twice', async (t) => {
  const database = join(t.testdir(), 'didfarm.db');
  const child = spawn(process.execPath, ['--input-type=module', '-e', worker(database)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'close');
  const store = await openStore({ file: database, secretKey: SECRET });
  t.teardown(() => store.close());
  const admin = createAdminStore(store);
  const [left] = await admin.bulk.unfinished();
  if (left === undefined) throw new Error('the job was not left behind');
  t.ok(left.done > 0 && left.done < ROWS, `${left.done} rows were done`);
  const runner = new BulkRunner({ store: admin, publish: async () => undefined } as unknown as AdminDeps);
  await runner.resume();
  await runner.idle();
  t.match(await admin.bulk.find(null, left.id), {
    state: 'done',
    done: ROWS,
    created: ROWS,
    faulty: 0,
    resumed: 1,
  });
  const { total } = await admin.trunks.list(null, { afterId: 0, offset: 0, limit: 1 }, {});
  t.equal(total, ROWS);
  const job = await admin.bulk.find(null, left.id);
  if (job !== undefined) t.equal((await admin.bulk.takePasswords('test', job)).length, ROWS, 'nor is a password lost');
});

t.test('a server that stops leaves a job where it is; what was sent is sealed, and gone at the end', async (t) => {
  const store = await openStore({ file: join(t.testdir(), 'didfarm.db'), secretKey: SECRET });
  t.teardown(() => store.close());
  const admin = createAdminStore(store);
  const account = await admin.accounts.create('test', { name: 'Many' });
  const rows = Array.from({ length: ROWS }, (_, n) => ({ row: n + 1, line: null, values: { name: `Secret ${n}` } }));
  const job = await admin.bulk.create({
    accountId: account.id,
    actor: 'test',
    isOperator: true,
    resource: 'trunks',
    action: 'import',
    onExisting: 'fail',
    dryRun: false,
    idempotencyKey: null,
    fingerprint: '',
    total: ROWS,
    input: JSON.stringify(rows),
  });
  const input = async () =>
    (await store.db.selectFrom('bulkJobs').select('inputSealed').executeTakeFirstOrThrow()).inputSealed;
  t.notMatch(Buffer.from((await input()) ?? '').toString('latin1'), 'Secret');
  const first: BulkRunner = new BulkRunner({
    store: admin,
    publish: async () => void first.stop(),
  } as unknown as AdminDeps);
  first.enqueue(job);
  await first.idle();
  t.match(await admin.bulk.find(null, job.id), { state: 'running', done: 25, resumed: 0 });
  const second = new BulkRunner({ store: admin, publish: async () => undefined } as unknown as AdminDeps);
  await second.resume();
  await second.idle();
  t.match(await admin.bulk.find(null, job.id), { state: 'done', done: ROWS, created: ROWS, resumed: 1 });
  t.equal(await input(), null);
});
