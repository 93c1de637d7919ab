import { join } from 'node:path';
import { assignDeck, createDeck, getDeck, parseRatesCsv, putRates } from '../../billing-hooks/index.ts';
import { EVERYTHING, listAccounts, loadSecretKey, openStore, topUp } from '../../tenancy/index.ts';

/**
 * Makes every account of a seeded data directory pay for its calls, in advance, out of a wallet that does not end.
 * usage: DATA_DIR
 */
const [dataDir = ''] = process.argv.slice(2);
const secretKey = loadSecretKey({ dataDir, secretKeyFile: undefined });
const store = await openStore({ file: join(dataDir, 'didfarm.db'), secretKey });
const deck = await store.write(async (context) => {
  const made = await createDeck(context, { accountId: null, name: 'Bench' });
  await assignDeck(context, 'platform', made.id);
  const { rows } = await listAccounts(context, {}, EVERYTHING, null);
  for (const { id } of rows)
    await topUp(context, { accountId: id, amountMicros: 1e12, idempotencyKey: `bench ${id}`, note: 'bench' });
  return getDeck(context, made.id, null);
});
// Prices as a list has them: many prefixes, of which one is the called number's.
const prefixes = Array.from({ length: 5000 }, (_, n) => `in,+${100 + n},0.01,30/6`);
await putRates(
  store,
  deck,
  parseRatesCsv(['direction,prefix,per_minute,interval', 'in,,0.01,1/1', ...prefixes].join('\n')),
);
await store.close();
