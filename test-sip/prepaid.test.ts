import t from 'tap';
import { WalletStorm } from './calls/wallet-storm.ts';
import { moveGateway } from './support/gateway.ts';
import { Pbx } from './support/pbx.ts';
import { type Product, startProduct } from './support/product.ts';
import { startSipp } from './support/sipp.ts';
import { until } from './support/wait.ts';

interface Call {
  readonly id: number;
  readonly answered_at: string | null;
  readonly ended_at: string | null;
  readonly reason: string;
  readonly hung_up_by: string;
}

interface Transaction {
  readonly amount: number;
  readonly balance_after: number;
  readonly reference_type: string;
  readonly reference_id: number;
}

const NUMBER = '+4930123456';
/** The demo wallet holds 142.50: three seconds at 47.50 each. */
const PRICE = 'prefix,per_minute,interval\n,2850,1/1\n';
const SECONDS = 3;

/** Everybody pays by one deck. */
async function setPrice(product: Product, csv: string): Promise<void> {
  const made = await product.api('POST', '/rate-decks', { name: 'all', round_to_micros: 1 }, product.demo.operator_key);
  const { id } = (made.body as { readonly data: { readonly id: number } }).data;
  await product.api('POST', `/rate-decks/${id}/rates`, { csv }, product.demo.operator_key);
  await product.api('POST', `/rate-decks/${id}/assign`, { platform: true }, product.demo.operator_key);
}

t.test('a prepaid call is cut when the money ends, and record and ledger say the same', async (t) => {
  const product = await startProduct(t);
  const key = await product.bulkKey('MSP Demo');
  const acme = product.trunk('Acme Corp');
  const [did = ''] = acme.dids;
  const read = async <T>(path: string) => ((await product.api('GET', path, undefined, key)).body as { data: T }).data;
  await setPrice(product, PRICE);

  const pbx = await Pbx.at(product, acme);
  t.equal((await pbx.register(t)).code, 0);
  const at = await moveGateway(t, product);
  const gateway = await startSipp(t, { ...at, scenario: 'carrier-answers-caller-hangs-up' });
  const cut = await pbx.calls(t, 'pbx-calls-out-until-cut', NUMBER, did, {});
  t.equal(cut.code, 0, `the caller got a BYE ${cut.errors}`);
  t.match(cut.messages, /BYE sip:/);
  const carried = await gateway.done;
  t.equal(carried.code, 0, `and so did the carrier ${carried.errors}`);

  const transactions = async () =>
    (await read<Transaction[]>('/wallet/transactions')).filter(({ reference_type }) => reference_type === 'call');
  await until('the call is charged', async () => (await transactions()).length === 1);
  const [charge] = await transactions();
  const call = await read<Call>(`/calls/${charge?.reference_id}`);
  t.match(call, { reason: 'insufficient_balance' });
  const lastedMs = Date.parse(call.ended_at ?? '') - Date.parse(call.answered_at ?? '');
  // A machine that stands still cuts later, at nobody's cost but ours.
  const lateMs = ((await product.metric('didfarm_sip_loop_stall_max_seconds')) ?? 0) * 1000;
  const paidMs = Math.min(lastedMs, SECONDS * 1000);
  t.ok(
    lastedMs <= SECONDS * 1000 + lateMs && paidMs > (SECONDS - 1) * 1000,
    `cut after ${lastedMs} ms of ${SECONDS} s`,
  );
  t.equal(charge?.amount, -Math.ceil(paidMs / 1000) * 4750, 'what the record lasted is what the ledger took');
  t.equal(charge?.balance_after, 0, 'to the last cent, and not one more');
  const events = product.log().filter((line) => JSON.stringify(line).includes('could not'));
  t.same(events, []);

  const refused = await pbx.calls(t, 'pbx-calls-out-expect-refused', NUMBER, did, { status: '503' });
  t.equal(refused.code, 0, refused.errors);
  t.match(refused.messages, /Warning: 399 \S+ "insufficient_balance"/);
});

t.test('of a hundred calls at once as many come in as one wallet has slices for', async (t) => {
  const product = await startProduct(t);
  const key = await product.bulkKey('MSP Demo');
  // 30 seconds at 0.95: the 142.50 of the demo wallet are five slices.
  await setPrice(product, 'direction,prefix,per_minute,interval\nin,,57,1/1\n');
  const storm = await WalletStorm.open(t, product, product.trunk('Beta Services'));
  const { admitted, refused } = await storm.begin(100, 'first');
  t.equal(admitted.length, 5);
  t.same(refused, { '503 insufficient_balance': 95 });
  await storm.hangUp(admitted);
  const read = async <T>(path: string) => (await product.api('GET', path, undefined, key)).body as T;
  const charges = async () =>
    (await read<{ data: Transaction[] }>('/wallet/transactions')).data.filter((one) => one.reference_type === 'call');
  await until('the five are charged', async () => (await charges()).length === 5);
  const left = Number((await read<{ balance: string }>('/wallet/balance')).balance);
  t.ok(left > 142.5 - 5 * 28.5, 'for what they lasted, not for what they held');
  const again = await storm.begin(50, 'second');
  t.equal(again.admitted.length, Math.ceil(left / 28.5), 'the last one has what is left');
  await storm.hangUp(again.admitted);
});
