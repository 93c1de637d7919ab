import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { getAccount, updateAccount } from '../tenancy/index.ts';
import { openTestSandbox, type TestSandbox } from './test-sandbox.ts';

/** A key that is made in the test world of `msp`. */
async function makeKey({ send }: TestSandbox): Promise<string> {
  const made = await send('POST', '/api-keys', { body: { name: 'Inner', scopes: ['admin'] } });
  return made.body.data.key;
}

const revoke = ({ live }: TestSandbox, accountId: number) =>
  live.db
    .updateTable('apiKeys')
    .set({ revokedAtMs: live.clock.nowMs() })
    .where('accountId', '=', accountId)
    .where('mode', '=', 'test')
    .execute();

t.test('keys made in a test world end with the last key that lets into it', async (t) => {
  const sandbox = await openTestSandbox(t);
  const key = await makeKey(sandbox);
  t.equal((await sandbox.send('GET', '/accounts', { key })).status, 200);
  await revoke(sandbox, sandbox.accounts.msp);
  t.equal((await sandbox.send('GET', '/accounts', { key })).status, 401);
});

t.test('a world that is reset leaves no keys behind', async (t) => {
  const sandbox = await openTestSandbox(t);
  const keys = () => readdirSync(join(sandbox.folder, 'keys')).length;
  const key = await makeKey(sandbox);
  t.equal(keys(), 1);
  await sandbox.send('POST', '/sandbox/reset');
  await sandbox.send('GET', '/accounts');
  t.equal(keys(), 0);
  t.equal((await sandbox.send('GET', '/accounts', { key })).status, 401);
});

t.test('the test world of a closed account is removed, open or not, and no other is', async (t) => {
  const sandbox = await openTestSandbox(t);
  const { live, accounts, keys, send, folder } = sandbox;
  await makeKey(sandbox);
  await send('GET', '/accounts', { key: keys.bistro });
  const fileOf = async (id: number) => join(folder, `${(await getAccount(live, id, null)).uuid}.db`);
  const [own, other] = [await fileOf(accounts.msp), await fileOf(accounts.bistro)];
  await sandbox.sandbox.removeUnused();
  t.same([own, other].map(existsSync), [true, true]);
  await live.write((context) => updateAccount(context, accounts.msp, { status: 'closed' }, null));
  await sandbox.sandbox.removeUnused();
  t.same([own, other].map(existsSync), [false, true]);
  t.equal(sandbox.sandbox.openWorlds, 1);
  t.same(readdirSync(join(folder, 'keys')), []);
  await live.write((context) => updateAccount(context, accounts.bistro, { status: 'closed' }, null));
  await sandbox.sandbox.close();
  await sandbox.sandbox.removeUnused();
  t.same([own, other].map(existsSync), [false, false]);
});
