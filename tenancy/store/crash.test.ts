import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import t from 'tap';
import { getBalance, verifyLedger } from '../ledger/index.ts';
import { EVERYTHING, listAccounts, listTrunks } from './index.ts';
import { openStore } from './open-store.ts';

const INDEX = JSON.stringify(join(import.meta.dirname, '..', 'index.ts'));

/** Writes without end: an account, three trunks and a top-up each time, and tells what has been committed. */
function writer(file: string): string {
  return `
    import { createAccount, createTrunk, openStore, topUp } from ${INDEX};
    const store = await openStore({ file: ${JSON.stringify(file)}, secretKey: Buffer.alloc(32) });
    const start = Number(process.argv[1]);
    for (let n = start; ; n++) {
      await store.write(async (tx) => {
        const { id: accountId } = await createAccount(tx, { name: 'a' + n });
        for (const name of ['x', 'y', 'z']) await createTrunk(tx, { accountId, name });
        await topUp(tx, { accountId, amountMicros: 1000000, idempotencyKey: 'k' + n });
      });
      process.stdout.write('+');
      await new Promise((resolve) => setImmediate(resolve));
    }`;
}

t.test('kill -9 at any moment leaves each transaction whole or not at all, and nothing told is lost', async (t) => {
  const file = join(t.testdir(), 'didfarm.db');
  let told = 0;
  for (let round = 0; round < 4; round++) {
    const child = spawn(process.execPath, ['--input-type=module', '-e', writer(file), String(told + round)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let seen = 0;
    const wanted = 3 + round * 4;
    child.stdout.on('data', (chunk: Buffer) => {
      seen += chunk.length;
      if (seen >= wanted) child.kill('SIGKILL');
    });
    await once(child, 'close');
    t.equal(child.signalCode, 'SIGKILL');
    told += seen;
    const store = await openStore({ file, secretKey: Buffer.alloc(32) });
    const accounts = await listAccounts(store, {}, EVERYTHING, null);
    // The last one of each round may be written and not yet told.
    t.ok(accounts.total >= told && accounts.total <= told + round + 1, `${accounts.total} stored, ${told} told`);
    t.equal((await listTrunks(store, {}, EVERYTHING, null)).total, accounts.total * 3);
    for (const { id } of accounts.rows) t.equal(await getBalance(store, id), 1_000_000);
    t.strictSame(await verifyLedger(store), { entries: accounts.total, postings: accounts.total * 2, faults: [] });
    await store.close();
  }
});
