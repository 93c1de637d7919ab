import { createHmac, timingSafeEqual } from 'node:crypto';
import { type PaymentEvent, PaymentRefused } from './payment-provider.ts';

/** How old a notice may be (s): an overheard one cannot be sent again later. */
const TOLERANCE_SEC = 300;

/** Amounts are in the currency's smallest unit: a cent, but a whole yen. */
export function microsPerUnit(currency: string): number {
  const { maximumFractionDigits = 2 } = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions();
  return 10 ** (6 - maximumFractionDigits);
}

/** `t=SECONDS,v1=HEX`: HMAC-SHA256 over `SECONDS.BODY`, as Stripe signs its webhooks. */
export function signNotice(body: string, secret: string, nowSec: number): string {
  return `t=${nowSec},v1=${mac(body, secret, nowSec)}`;
}

/** Any of the `v1` may fit: while a secret is changed there are two. @throws PaymentRefused */
export function checkNotice(body: string, signature: string, secret: string, nowSec: number): void {
  const parts = signature.split(',').map((part) => part.trim().split('='));
  const at = Number(parts.find(([name]) => name === 't')?.[1] ?? Number.NaN);
  if (!(Math.abs(nowSec - at) <= TOLERANCE_SEC)) throw new PaymentRefused('the notice is too old, or has no time');
  const wanted = Buffer.from(mac(body, secret, at), 'hex');
  const fits = parts.some(([name, value = '']) => {
    const given = Buffer.from(value, 'hex');
    return name === 'v1' && given.length === wanted.length && timingSafeEqual(given, wanted);
  });
  if (!fits) throw new PaymentRefused('the notice is not signed with our secret');
}

interface Notice {
  readonly type?: unknown;
  readonly data?: {
    readonly object?: { readonly id?: unknown; readonly amount?: unknown; readonly currency?: unknown };
  };
}

const OUTCOMES: Readonly<Record<string, PaymentEvent['outcome']>> = {
  'payment_intent.succeeded': 'succeeded',
  'payment_intent.payment_failed': 'failed',
};

/** The part of Stripe's event that says whether a payment came; other events are `undefined`. @throws PaymentRefused */
export function parseNotice(body: string): PaymentEvent | undefined {
  let notice: Notice;
  try {
    notice = JSON.parse(body) as Notice;
  } catch {
    throw new PaymentRefused('the notice is no JSON');
  }
  const outcome = typeof notice?.type === 'string' ? OUTCOMES[notice.type] : undefined;
  if (outcome === undefined) return undefined;
  const { id, amount, currency } = notice.data?.object ?? {};
  if (typeof id !== 'string' || typeof currency !== 'string' || !/^[a-z]{3}$/i.test(currency))
    throw new PaymentRefused('the notice lacks id or currency');
  if (typeof amount !== 'number' || !Number.isSafeInteger(amount) || amount <= 0)
    throw new PaymentRefused('the notice lacks an amount above 0');
  const code = currency.toUpperCase();
  return { providerRef: id, outcome, amountMicros: amount * microsPerUnit(code), currency: code };
}

function mac(body: string, secret: string, atSec: number): string {
  return createHmac('sha256', secret).update(`${atSec}.${body}`, 'utf8').digest('hex');
}
