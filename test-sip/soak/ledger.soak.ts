import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { createAccount, getBalance, openStore, type Store, verifyLedger } from '../../tenancy/index.ts';

const OPERATIONS = Number(process.env.SOAK_OPERATIONS ?? 100_000);
const ACCOUNTS = 20;
/**
 * Where the database lies. kill -9 loses nothing that the kernel has, so a file system in memory proves the same, and
 * spares the disk half a million times fsync. @default a folder beside the tests
 */
const SOAK_DIR = process.env.SOAK_DIR;
/** A round ends by kill -9 at a moment of chance, at the latest after so many milliseconds. */
const MAX_ROUND_MS = 20_000;

function open(folder: string): Promise<Store> {
  return openStore({
    file: join(folder, 'didfarm.db'),
    secretKey: Buffer.alloc(32),
    platformRealm: 'sip.didfarm.com',
  });
}

async function runAndKill(folder: string, seed: number, left: number): Promise<void> {
  const worker = join(import.meta.dirname, 'ledger-worker.ts');
  const child: ChildProcess = spawn(process.execPath, [worker, folder, String(seed), String(left)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let errors = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    errors += chunk;
  });
  // Counted from when it works: on a busy machine the start alone may take longer than a round.
  let timer: NodeJS.Timeout | undefined;
  child.stdout?.once('data', () => {
    timer = setTimeout(() => child.kill('SIGKILL'), Math.random() * MAX_ROUND_MS);
  });
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  clearTimeout(timer);
  if (signal !== 'SIGKILL' && code !== 0) throw new Error(`the worker ended with ${code}: ${errors}`);
}

type Checks = Pick<typeof t, 'same' | 'ok' | 'fail'>;

/** Everything that was answered is in the ledger, and every order has its debit, its numbers and its items. */
async function check(t: Checks, store: Store, lines: readonly string[]): Promise<void> {
  t.same((await verifyLedger(store)).faults, []);
  const paid = (kind: string) =>
    lines.filter((line) => line.includes(` ${kind} `)).reduce((sum, line) => sum + Number(line.split(' ')[3]), 0);
  const booked = async (referenceType: 'topup' | 'order') => {
    const rows = await store.db
      .selectFrom('ledgerPostings')
      .innerJoin('ledgerEntries', 'ledgerEntries.id', 'entryId')
      .innerJoin('ledgerAccounts', 'ledgerAccounts.id', 'ledgerAccountId')
      .select((eb) => eb.fn.sum<number>('amountMicros').as('sum'))
      .where('ledgerAccounts.kind', '=', 'wallet')
      .where('referenceType', '=', referenceType)
      .executeTakeFirstOrThrow();
    return rows.sum ?? 0;
  };
  t.ok((await booked('topup')) >= paid('topup'), 'every top-up that was answered is there');
  t.ok((await booked('order')) <= paid('order'), 'every order that was answered is there');
  const orders = await store.db.selectFrom('orders').select('id').orderBy('id').execute();
  const entries = await store.db
    .selectFrom('ledgerEntries')
    .select('referenceId')
    .where('referenceType', '=', 'order')
    .orderBy('referenceId')
    .execute();
  t.same(
    entries.map(({ referenceId }) => referenceId),
    orders.map(({ id }) => id),
    'one debit an order',
  );
  const loose = await store.db.selectFrom('orderItems').select('id').where('didId', 'is', null).execute();
  t.same(loose, [], 'no item without its number');
  for (let id = 1; id <= ACCOUNTS; id += 1) {
    const balance = await getBalance(store, id);
    if (balance < 0) t.fail(`account ${id} has ${balance}`);
  }
}

t.setTimeout(14_400_000);
t.test(`${OPERATIONS} random operations on money, with kill -9`, { timeout: 14_400_000 }, async (t) => {
  const folder = SOAK_DIR === undefined ? t.testdir() : mkdtempSync(join(SOAK_DIR, 'ledger-'));
  if (SOAK_DIR !== undefined) t.teardown(() => rmSync(folder, { recursive: true }));
  const acknowledged = join(folder, 'acknowledged');
  writeFileSync(acknowledged, '');
  const first = await open(folder);
  for (let n = 0; n < ACCOUNTS; n += 1)
    await first.write((context) => createAccount(context, { name: `Account ${n}` }));
  await first.close();
  const lines = () => readFileSync(acknowledged, 'utf8').trim().split('\n').filter(Boolean);
  let rounds = 0;
  for (let seed = Date.now() % 1_000_000; lines().length < OPERATIONS; seed += 1) {
    await runAndKill(folder, seed, OPERATIONS - lines().length);
    const store = await open(folder);
    await check(t, store, lines());
    await store.close();
    rounds += 1;
    t.comment(`${lines().length} operations, ${rounds} ends by kill -9 or at the last`);
  }
});
