import {
  DEFAULT_CURRENCY,
  type Store,
  type StoreContext,
  TenancyError,
  topUp,
  writeAudit,
} from '../../tenancy/index.ts';
import type { PaymentEvent, PaymentProvider } from './payment-provider.ts';

export interface Payment {
  readonly id: number;
  readonly accountId: number;
  readonly provider: string;
  readonly providerRef: string;
  readonly amountMicros: number;
  readonly currency: string;
  readonly status: 'pending' | 'succeeded' | 'failed';
  readonly url: string | null;
}

/** Begins a payment into a wallet; the money is there when the provider says so. */
export async function startPayment(
  store: Store,
  provider: PaymentProvider,
  request: {
    readonly accountId: number;
    readonly amountMicros: number;
    /** @default EUR */
    readonly currency?: string;
    readonly actor: string;
  },
): Promise<Payment> {
  const { accountId, amountMicros, currency = DEFAULT_CURRENCY, actor } = request;
  if (amountMicros <= 0)
    throw new TenancyError('validation_failed', 'amount: must be more than 0', { field: 'amount' });
  // What is lost when we end right after it costs nobody anything: nobody was told where to pay.
  const { providerRef, url } = await provider.create({ accountId, amountMicros, currency });
  return store.write(async (context) => {
    const nowMs = context.clock.nowMs();
    const { id } = await context.db
      .insertInto('payments')
      .values({
        ...{ accountId, provider: provider.name, providerRef, amountMicros, currency, url },
        ...{ status: 'pending', entryId: null, createdAtMs: nowMs, updatedAtMs: nowMs },
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    const payment = await getPayment(context, id);
    const entry = { actor, action: 'start', resource: 'payment', resourceId: String(id), accountId };
    await writeAudit(context, { ...entry, before: null, after: payment });
    return payment;
  });
}

/**
 * Takes in a notice of the provider: a payment that came is in the wallet exactly once, however often it is told. What
 * was paid counts, not what was asked for.
 * @returns the payment, `undefined` for a notice of something else
 * @throws PaymentRefused, TenancyError `not_found`
 */
export async function takePaymentNotice(
  store: Store,
  provider: PaymentProvider,
  notice: { readonly body: string; readonly signature: string },
): Promise<Payment | undefined> {
  const event = provider.readNotice(notice.body, notice.signature);
  if (event === undefined) return undefined;
  return store.write(async (context) => {
    const row = await paymentBy(context, provider.name, event.providerRef);
    if (row === undefined) throw new TenancyError('not_found', 'There is no such payment.');
    const updatedAtMs = context.clock.nowMs();
    if (event.outcome === 'failed') {
      // A notice that comes late does not take back what was paid.
      const failed = { status: 'failed', updatedAtMs } as const;
      await context.db
        .updateTable('payments')
        .set(failed)
        .where('id', '=', row.id)
        .where('status', '=', 'pending')
        .execute();
      return getPayment(context, row.id);
    }
    await succeed(context, row, event);
    return getPayment(context, row.id);
  });
}

/** The same for a payment that nobody began by hand: it is noted, and booked once it has succeeded. */
export async function bookPayment(
  context: StoreContext,
  payment: Omit<Payment, 'id' | 'status'>,
  status: 'pending' | 'succeeded',
): Promise<void> {
  const nowMs = context.clock.nowMs();
  const noted = await context.db
    .insertInto('payments')
    .values({ ...payment, status: 'pending', entryId: null, createdAtMs: nowMs, updatedAtMs: nowMs })
    .onConflict((conflict) => conflict.columns(['provider', 'providerRef']).doNothing())
    .returningAll()
    .executeTakeFirst();
  const row = noted ?? (await paymentBy(context, payment.provider, payment.providerRef));
  if (row !== undefined && status === 'succeeded') await succeed(context, row, payment);
}

/** A payment into that wallet, by the provider's name for it. */
export function findPayment(
  context: Pick<Store, 'db'>,
  accountId: number,
  providerRef: string,
): Promise<Pick<Payment, 'status'> | undefined> {
  return context.db
    .selectFrom('payments')
    .select('status')
    .where('accountId', '=', accountId)
    .where('providerRef', '=', providerRef)
    .executeTakeFirst();
}

/** Puts the money into the wallet, once. */
async function succeed(
  context: StoreContext,
  { id, accountId, provider, providerRef, status }: Omit<Payment, 'url' | 'amountMicros' | 'currency'>,
  { amountMicros, currency }: Pick<PaymentEvent, 'amountMicros' | 'currency'>,
): Promise<void> {
  if (status === 'succeeded') return;
  const idempotencyKey = `payment:${provider}:${providerRef}`;
  const { entryId } = await topUp(context, {
    accountId,
    amountMicros,
    currency,
    idempotencyKey,
    note: `payment ${id}`,
  });
  const paid = { status: 'succeeded', entryId, amountMicros, currency, updatedAtMs: context.clock.nowMs() } as const;
  await context.db.updateTable('payments').set(paid).where('id', '=', id).execute();
}

function paymentBy(context: Pick<Store, 'db'>, provider: string, providerRef: string) {
  return context.db
    .selectFrom('payments')
    .selectAll()
    .where('provider', '=', provider)
    .where('providerRef', '=', providerRef)
    .executeTakeFirst();
}

async function getPayment(context: Pick<Store, 'db'>, id: number): Promise<Payment> {
  const {
    entryId: _,
    createdAtMs: __,
    updatedAtMs: ___,
    ...payment
  } = await context.db.selectFrom('payments').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  return payment;
}
