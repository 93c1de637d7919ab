import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { createAccount, openStore, topUp } from '../tenancy/index.ts';
import { createControlApp, send } from './test-world.ts';

const REPEATED = { headers: { 'idempotency-key': 'crash' } };

interface Case {
  readonly path: string;
  readonly body: object;
  /** What the write makes is listed here. */
  readonly list: string;
  /** Whether the same request goes on where a crash has left it; else it is told that it was done. */
  readonly resumes: boolean;
  /** Points where it is killed: 1 before anything is written, 2 when it is, the last after the answer is kept. */
  readonly kills: readonly number[];
}

/** Stands for a number of the inventory. */
const ON_SALE = 'on sale';

const CASES: Readonly<Record<string, Case>> = {
  'a trunk': {
    path: '/portal/sip-trunks',
    body: { account_id: 1, name: 'Acme' },
    list: '/portal/sip-trunks',
    resumes: false,
    kills: [1, 2, 3, 4],
  },
  'a number': {
    path: '/dids',
    body: { account_id: 1, number: '+31201234567' },
    list: '/dids',
    resumes: false,
    kills: [2, 4],
  },
  'an API key': {
    path: '/api-keys',
    body: { account_id: 1, name: 'ci', scopes: ['admin'] },
    list: '/api-keys',
    resumes: false,
    kills: [2, 4],
  },
  'an order': {
    path: '/wallet/checkout',
    body: { account_id: 1, items: [{ number: ON_SALE }] },
    list: '/orders',
    resumes: true,
    kills: [2, 4],
  },
};

const open = (folder: string) => openStore({ file: join(folder, 'didfarm.db'), secretKey: Buffer.alloc(32) });

/** A database with an account that has money; resolves with a number that it may buy. */
async function prepare(folder: string): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const store = await open(folder);
  await store.write(async (context) => {
    const { id } = await createAccount(context, { name: 'Buyer' });
    await topUp(context, { accountId: id, amountMicros: 5_000_000, idempotencyKey: 'opening' });
  });
  const app = await createControlApp(store);
  const { body } = await send(app, 'GET', '/numbers/search?country=US&type=local');
  await app.close();
  await store.close();
  return body.data[0].number as string;
}

/** The request in a process that kills itself at that point; resolves with the signal. */
async function crash(folder: string, killAt: number, { path, body }: Case): Promise<string | null> {
  const worker = join(import.meta.dirname, 'test-crash-worker.ts');
  const args = [worker, folder, String(killAt), path, JSON.stringify(body)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  await once(child, 'close');
  return child.signalCode;
}

/** What the same request is answered after the restart, twice, and how many there are then. */
async function retry(t: Test, folder: string, { path, body, list }: Case) {
  const store = await open(folder);
  const app = await createControlApp(store);
  t.teardown(async () => {
    await app.close();
    await store.close();
  });
  const [first, second] = [
    await send(app, 'POST', path, { body, ...REPEATED }),
    await send(app, 'POST', path, { body, ...REPEATED }),
  ];
  return { first, second, count: (await send(app, 'GET', list)).body.meta.total as number };
}

// Ten processes that open a database and die, one after the other.
t.setTimeout(400_000);

for (const [what, tried] of Object.entries(CASES)) {
  t.test(`${what} is made once, wherever kill -9 comes between the request and its retry`, async (t) => {
    const dir = t.testdir();
    for (const killAt of tried.kills) {
      const folder = join(dir, String(killAt));
      const body = JSON.parse(JSON.stringify(tried.body).replace(ON_SALE, await prepare(folder)));
      t.equal(await crash(folder, killAt, { ...tried, body }), 'SIGKILL');
      await t.test(`killed at ${killAt}`, async (t) => {
        const { first, second, count } = await retry(t, folder, { ...tried, body });
        t.equal(count, 1, 'one, not two');
        if (tried.resumes || killAt === 1) t.equal(first.status, 201, 'done now');
        else if (killAt === tried.kills.at(-1))
          t.match(first, { status: 201, headers: { 'idempotency-replayed': 'true' } });
        else t.match(first, { status: 422, body: { error: { code: 'idempotency_interrupted' } } });
        if (first.status === 201) t.same(second.body, first.body, 'and the answer stays what it is');
      });
    }
  });
}
