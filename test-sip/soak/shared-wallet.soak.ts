import { join } from 'node:path';
import t from 'tap';
import { getBalance, loadSecretKey, openStore, verifyLedger } from '../../tenancy/index.ts';
import { WalletStorm } from '../calls/wallet-storm.ts';
import { startProduct } from '../support/product.ts';
import { until } from '../support/wait.ts';

const CALLS = Number(process.env.SOAK_CALLS ?? 1000);
const SLICE_SEC = 30;
/** What the demo wallet holds, in micro-units. */
const WALLET = 142_500_000;
/** The wallet has a whole slice for half of the calls. */
const PER_SEC = WALLET / (CALLS / 2) / SLICE_SEC;

t.setTimeout(300_000);
t.test(`${CALLS} calls at once on one wallet spend it, and nothing more`, { timeout: 300_000 }, async (t) => {
  const product = await startProduct(t, { DIDFARM_LOG_LEVEL: 'warn' });
  const key = product.demo.operator_key;
  const made = await product.api('POST', '/rate-decks', { name: 'all', round_to_micros: 1 }, key);
  const { id } = (made.body as { readonly data: { readonly id: number } }).data;
  const csv = `direction,prefix,per_minute,interval\nin,,${((PER_SEC * 60) / 1e6).toFixed(6)},1/1\n`;
  await product.api('POST', `/rate-decks/${id}/rates`, { csv }, key);
  await product.api('POST', `/rate-decks/${id}/assign`, { platform: true }, key);
  const storm = await WalletStorm.open(t, product, product.trunk('Beta Services'));
  const { admitted, refused } = await storm.begin(CALLS, 'storm');
  t.comment(`${admitted.length} came in, refused: ${JSON.stringify(refused)}`);
  t.equal(admitted.length, CALLS / 2, 'as many as there are slices');
  t.same(refused, { '503 insufficient_balance': CALLS / 2 });
  await storm.cut(admitted, 2 * SLICE_SEC * 1000);
  const charged = async () => (await product.metric('didfarm_calls_active{direction="in"}')) === 0;
  await until('no call is up', charged, 30_000);
  await product.stop();
  const secretKey = loadSecretKey({ dataDir: product.dataDir, secretKeyFile: undefined });
  const store = await openStore({ file: join(product.dataDir, 'didfarm.db'), secretKey });
  const account = product.demo.accounts.find(({ name }) => name === 'MSP Demo');
  const left = await getBalance(store, account?.id ?? 0);
  const charges = await store.db.selectFrom('callCharges').select('amountMicros').execute();
  t.equal(charges.length, admitted.length, 'each is charged, once');
  t.comment(`${left / 1e6} EUR are left of ${WALLET / 1e6}`);
  t.ok(left >= -PER_SEC * SLICE_SEC, 'never more than one slice too much');
  t.ok(left < PER_SEC * SLICE_SEC * 2 + CALLS * PER_SEC, 'and it was spent');
  t.equal(
    charges.reduce((sum, { amountMicros }) => sum + amountMicros, 0),
    WALLET - left,
    'to the micro-unit',
  );
  t.same((await verifyLedger(store)).faults, []);
  await store.close();
});
