import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkout, createDefaultCarrier, releaseNumber, runRenewals } from '../../billing-hooks/index.ts';
import { EVERYTHING, listDids, openStore, TenancyError, topUp } from '../../tenancy/index.ts';

/**
 * Works on money at random until it is killed: tops up, orders, releases, renews, repeats what it did before.
 * Each operation that was answered is appended to `acknowledged`; after so many of them it says so, and works on.
 */
const [folder = '', seedText = '1', limitText = '1000', tellText = '0'] = process.argv.slice(2);
let now = Date.now();
const clock = { nowMs: () => now };
const store = await openStore({
  file: join(folder, 'didfarm.db'),
  secretKey: Buffer.alloc(32),
  platformRealm: 'sip.didfarm.com',
  clock,
});
const carrier = createDefaultCarrier(store);
const accounts = (await store.db.selectFrom('accounts').select('id').execute()).map(({ id }) => id);
const newest = await store.db
  .selectFrom('ledgerEntries')
  .select('atMs')
  .orderBy('id', 'desc')
  .limit(1)
  .executeTakeFirst();
now = Math.max(now, newest?.atMs ?? 0);

let state = Number(seedText) >>> 0 || 1;
function random(below: number): number {
  // xorshift32
  state ^= state << 13;
  state >>>= 0;
  state ^= state >>> 17;
  state ^= state << 5;
  state >>>= 0;
  return state % below;
}

async function operate(n: number): Promise<string> {
  const accountId = accounts[random(accounts.length)] ?? 0;
  const key = `${seedText}-${n}`;
  const roll = random(100);
  if (roll < 60) {
    const amountMicros = (random(500) + 1) * 10_000;
    const entry = { accountId, amountMicros, idempotencyKey: `topup:${key}` };
    await store.write((context) => topUp(context, entry));
    const again = await store.write((context) => topUp(context, entry));
    if (!again.replayed) throw new Error(`topup:${key} acted twice`);
    return `topup ${accountId} ${amountMicros}`;
  }
  if (roll < 85) {
    const country = ['US', 'GB', 'CA'][random(3)] ?? 'US';
    const page = { offset: random(100), limit: 1 + random(3) };
    const { offers } = await carrier.search({ country, type: 'local' }, page);
    if (offers.length === 0) return 'nothing';
    const order = await checkout({ store, carrier }, { accountId, actor: 'soak', items: offers, idempotencyKey: key });
    return `order ${accountId} ${-order.totalMicros}`;
  }
  if (roll < 95) {
    const { rows } = await listDids(store, { accountId }, { ...EVERYTHING, offset: random(20), limit: 1 }, null);
    const [did] = rows;
    if (did !== undefined) await store.write((context) => releaseNumber(context, carrier, did.id, null));
    return 'nothing';
  }
  now += random(20) * 86_400_000;
  await runRenewals(store, carrier);
  return 'nothing';
}

for (let n = 0; n < Number(limitText); n += 1) {
  if (n === Number(tellText)) process.stdout.write('so far\n');
  const line = await operate(n).catch((error: unknown) => {
    if (error instanceof TenancyError) return `refused ${error.code}`;
    throw error;
  });
  appendFileSync(join(folder, 'acknowledged'), `${seedText}-${n} ${line}\n`);
}
await store.close();
