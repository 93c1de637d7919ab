import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { createAccount, openStore, type Store } from '../../tenancy/index.ts';
import { LedgerChecks } from './ledger-checks.ts';

const OPERATIONS = Number(process.env.SOAK_OPERATIONS ?? 100_000);
const ACCOUNTS = 20;
const MEMORY = '/dev/shm';
/**
 * Where the database lies. kill -9 loses nothing that the kernel has, so a file in memory proves what one on a disk
 * does, and spares the disk some hundred thousand times fsync; `SOAK_DIR` names a disk.
 * @default /dev/shm; a folder beside the tests where there is none
 */
const SOAK_DIR = process.env.SOAK_DIR ?? (isWritable(MEMORY) ? MEMORY : undefined);
/**
 * A round ends by kill -9 at a moment of chance: after so many operations at most, and then so many milliseconds at
 * most. On a busy machine time alone would leave most rounds nothing to do but begin.
 */
const MOST_OPERATIONS = 800;
const MOST_MS = 500;

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function open(folder: string): Promise<Store> {
  return openStore({
    file: join(folder, 'didfarm.db'),
    secretKey: Buffer.alloc(32),
    platformRealm: 'sip.didfarm.com',
  });
}

/** @returns whether it was killed, and did not end by itself */
async function runAndKill(folder: string, seed: number, left: number): Promise<boolean> {
  const worker = join(import.meta.dirname, 'ledger-worker.ts');
  const killAfter = Math.floor(Math.random() * MOST_OPERATIONS);
  const child: ChildProcess = spawn(process.execPath, [worker, folder, String(seed), String(left), String(killAfter)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let errors = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    errors += chunk;
  });
  // It goes on working after it has said how far it is.
  let timer: NodeJS.Timeout | undefined;
  child.stdout?.once('data', () => {
    timer = setTimeout(() => child.kill('SIGKILL'), Math.random() * MOST_MS);
  });
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  clearTimeout(timer);
  if (signal !== 'SIGKILL' && code !== 0) throw new Error(`the worker ended with ${code}: ${errors}`);
  return signal === 'SIGKILL';
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
  const checks = new LedgerChecks(acknowledged, ACCOUNTS);
  let kills = 0;
  for (let seed = Date.now() % 1_000_000; checks.lines < OPERATIONS; seed += 1) {
    if (await runAndKill(folder, seed, OPERATIONS - checks.lines)) kills += 1;
    checks.readAnswers();
    const store = await open(folder);
    await checks.checkNew(t, store);
    await store.close();
    t.comment(`${checks.lines} operations, ${kills} times kill -9`);
  }
  const store = await open(folder);
  await checks.checkAll(t, store);
  await store.close();
});
