import t from 'tap';
import { getBalance, verifyLedger } from '../../tenancy/index.ts';
import { openTestShop } from '../test-store.ts';
import { createSimulatedProvider, parseNotice, signNotice, startPayment, takePaymentNotice } from './index.ts';

const EURO = 1_000_000;

async function open(t: Parameters<typeof openTestShop>[0]) {
  const shop = await openTestShop(t, 0);
  const provider = createSimulatedProvider({ secret: 'whsec_1', nowMs: () => shop.clock.nowMs() });
  const payment = await startPayment(shop.store, provider, {
    accountId: shop.accountId,
    amountMicros: 25 * EURO,
    actor: 'test',
  });
  const event = { providerRef: payment.providerRef, amountMicros: 25 * EURO, currency: 'EUR' };
  const take = (notice: { body: string; signature: string }) => takePaymentNotice(shop.store, provider, notice);
  return { ...shop, provider, payment, event, take };
}

t.test('a payment is in the wallet once, however often the provider tells', async (t) => {
  const { store, accountId, provider, payment, event, take } = await open(t);
  t.equal(payment.status, 'pending');
  t.equal(await getBalance(store, accountId), 0);
  const notice = provider.notice({ ...event, outcome: 'succeeded' });
  const all = await Promise.all(Array.from({ length: 20 }, () => take(notice)));
  t.ok(all.every((taken) => taken?.status === 'succeeded'));
  t.equal(await getBalance(store, accountId), 25 * EURO);
  await take(provider.notice({ ...event, outcome: 'failed' }));
  t.equal(await getBalance(store, accountId), 25 * EURO, 'a failure that comes late takes nothing back');
  t.same((await verifyLedger(store)).faults, []);
});

t.test('a payment that failed brings nothing, and may still succeed', async (t) => {
  const { store, accountId, provider, event, take } = await open(t);
  t.match(await take(provider.notice({ ...event, outcome: 'failed' })), { status: 'failed' });
  t.equal(await getBalance(store, accountId), 0);
  t.match(await take(provider.notice({ ...event, outcome: 'succeeded' })), { status: 'succeeded' });
  t.equal(await getBalance(store, accountId), 25 * EURO);
});

t.test('what was paid counts, not what was asked for', async (t) => {
  const { store, accountId, provider, event, take } = await open(t);
  await take(provider.notice({ ...event, amountMicros: 10 * EURO, outcome: 'succeeded' }));
  t.equal(await getBalance(store, accountId), 10 * EURO);
});

t.test('a notice that is not the provider’s is refused', async (t) => {
  const { store, accountId, clock, provider, event, take } = await open(t);
  const notice = provider.notice({ ...event, outcome: 'succeeded' });
  const refused = { name: 'PaymentRefused' };
  await t.rejects(take({ ...notice, body: notice.body.replace('2500', '9900') }), refused, 'changed');
  const nowSec = Math.floor(clock.nowMs() / 1000);
  await t.rejects(take({ ...notice, signature: signNotice(notice.body, 'other', nowSec) }), refused, 'another secret');
  for (const signature of ['', 't=,v1=', `t=${nowSec}`, `t=${nowSec},v0=00`, 'v1=00'])
    await t.rejects(take({ ...notice, signature }), refused, `signature ${signature}`);
  clock.advance(301_000);
  await t.rejects(take(notice), refused, 'overheard and sent again');
  t.equal(await getBalance(store, accountId), 0);
  const stranger = provider.notice({ ...event, providerRef: 'pi_unknown', outcome: 'succeeded' });
  await t.rejects(take(stranger), { code: 'not_found' });
  t.throws(() => parseNotice('{"type":"payment_intent.succeeded","data":{"object":{"id":1}}}'), refused);
  t.equal(parseNotice('{"type":"charge.refunded"}'), undefined);
});

t.test('an amount is in the smallest unit of its currency, and above nothing', async (t) => {
  const notice = (amount: unknown, currency = 'eur') =>
    JSON.stringify({ type: 'payment_intent.succeeded', data: { object: { id: 'pi_1', amount, currency } } });
  t.match(parseNotice(notice(1250)), { amountMicros: 12_500_000, currency: 'EUR' });
  t.match(parseNotice(notice(500, 'jpy')), { amountMicros: 500_000_000, currency: 'JPY' }, 'a yen has no cents');
  t.match(parseNotice(notice(1250, 'bhd')), { amountMicros: 1_250_000 }, 'a dinar has a thousand');
  for (const amount of [0, -100, 1.5, '100', 1e300, null]) t.throws(() => parseNotice(notice(amount)), String(amount));
  t.throws(() => parseNotice(notice(100, 'euro')));
});

t.test(
  'what is paid in another currency goes into the wallet of that currency, in its own smallest unit',
  async (t) => {
    const { store, accountId, clock } = await openTestShop(t, 0);
    const provider = createSimulatedProvider({ secret: 'whsec_1', nowMs: () => clock.nowMs() });
    const money = { amountMicros: 500 * EURO, currency: 'JPY' };
    const payment = await startPayment(store, provider, { accountId, ...money, actor: 'test' });
    t.match(payment, { currency: 'JPY', status: 'pending' });
    const notice = provider.notice({ providerRef: payment.providerRef, outcome: 'succeeded', ...money });
    t.match(JSON.parse(notice.body), { data: { object: { amount: 500, currency: 'jpy' } } }, 'a yen has no cents');
    t.match(await takePaymentNotice(store, provider, notice), { status: 'succeeded', ...money });
    t.equal(await getBalance(store, accountId, 'JPY'), 500 * EURO);
    t.equal(await getBalance(store, accountId), 0);
  },
);
