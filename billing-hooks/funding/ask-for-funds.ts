import { type Store, type StoreContext, topUp } from '../../tenancy/index.ts';
import { bookPayment, findPayment } from '../payments/index.ts';
import type { FundingAnswer, FundingSource, FundingSources } from './funding-source.ts';

const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 60_000;
/** Then nobody waits for it any more. */
const GIVE_UP_MS = 24 * 3_600_000;

interface Asked {
  readonly id: number;
  readonly accountId: number;
  readonly accountUuid: string;
  readonly currency: string;
  readonly source: 'payment' | 'service';
  readonly reference: string;
  readonly amountMicros: number;
  readonly attempts: number;
  readonly createdAtMs: number;
}

/** Asks for what is due, never inside a transaction, and books what comes; then looks how pending payments stand. */
export async function askForFunds(store: Store, sources: FundingSources): Promise<void> {
  const due = await store.db
    .selectFrom('fundingRequests')
    .innerJoin('accounts', 'accounts.id', 'fundingRequests.accountId')
    .select(['fundingRequests.id', 'accountId', 'accounts.uuid as accountUuid', 'source', 'reference'])
    .select(['amountMicros', 'fundingRequests.currency', 'attempts', 'fundingRequests.createdAtMs'])
    .where('fundingRequests.status', '=', 'asked')
    .where('dueAtMs', '<=', store.clock.nowMs())
    .orderBy('fundingRequests.id')
    .execute();
  // Side by side: one that is slow to answer keeps nothing from the others.
  await Promise.all(due.map((asked) => askOne(store, sources[asked.source], asked)));
  await store.write((context) => settlePending(context));
}

async function askOne(store: Store, source: FundingSource | undefined, asked: Asked): Promise<void> {
  const { reference, accountId, accountUuid, amountMicros, currency } = asked;
  const request = { reference, accountId, accountUuid, amountMicros, currency };
  let answer: FundingAnswer | undefined;
  try {
    answer =
      source === undefined ? { status: 'failed', reason: 'there is no such source' } : await source.fund(request);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    await store.write((context) => postpone(context, asked, reason));
    return;
  }
  await store.write((context) => take(context, asked, source?.name ?? '', answer));
}

async function take(context: StoreContext, asked: Asked, provider: string, answer: FundingAnswer): Promise<void> {
  const { accountId, source, amountMicros, currency } = asked;
  await isUp(context, asked);
  if (answer.status === 'failed') return settle(context, asked, { status: 'failed', reason: answer.reason });
  const { status, providerRef } = answer;
  const granted = status === 'succeeded' ? answer.amountMicros : amountMicros;
  if (!Number.isSafeInteger(granted) || granted <= 0 || granted > amountMicros)
    return settle(context, asked, { status: 'failed', reason: `${granted} micro-units were granted` });
  if (source === 'payment') {
    const payment = { accountId, provider, providerRef, amountMicros: granted, currency };
    await bookPayment(context, { ...payment, url: null }, status);
  } else if (status === 'succeeded') {
    const money = { accountId, amountMicros: granted, currency, idempotencyKey: `funding:${asked.reference}` };
    await topUp(context, { ...money, note: `granted by ${provider}: ${providerRef}`.slice(0, 200) });
  } else return settle(context, asked, { status: 'failed', reason: 'a service grants at once, or not' });
  await settle(context, asked, { status, providerRef });
}

/** What came in later, by a notice of the provider. */
async function settlePending(context: StoreContext): Promise<void> {
  const pending = await context.db
    .selectFrom('fundingRequests')
    .select(['id', 'accountId', 'currency', 'providerRef'])
    .where('status', '=', 'pending')
    .execute();
  for (const request of pending) {
    const payment = await findPayment(context, request.accountId, request.providerRef ?? '');
    if (payment === undefined || payment.status === 'pending') continue;
    await settle(context, request, { status: payment.status });
  }
}

interface Outcome {
  readonly status: 'pending' | 'succeeded' | 'failed';
  readonly reason?: string;
  readonly providerRef?: string;
}

/** Money that came makes the next fall below the threshold count again. */
async function settle(context: StoreContext, request: Pick<Asked, 'id' | 'accountId' | 'currency'>, outcome: Outcome) {
  const { id, accountId, currency } = request;
  const row = { ...outcome, updatedAtMs: context.clock.nowMs() };
  await context.db.updateTable('fundingRequests').set(row).where('id', '=', id).execute();
  if (outcome.status === 'succeeded')
    await context.db
      .updateTable('walletFunding')
      .set({ isArmed: 1 })
      .where('accountId', '=', accountId)
      .where('currency', '=', currency)
      .execute();
}

async function postpone(context: StoreContext, asked: Asked, reason: string): Promise<void> {
  const { id, accountId, currency, source, attempts, createdAtMs } = asked;
  const nowMs = context.clock.nowMs();
  if (source === 'service')
    await context.db
      .updateTable('walletFunding')
      .set({ downSinceMs: nowMs })
      .where('accountId', '=', accountId)
      .where('currency', '=', currency)
      .where('downSinceMs', 'is', null)
      .execute();
  if (nowMs - createdAtMs >= GIVE_UP_MS) return settle(context, asked, { status: 'failed', reason });
  const dueAtMs = nowMs + Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** attempts);
  const row = { attempts: attempts + 1, reason, dueAtMs, updatedAtMs: nowMs };
  await context.db.updateTable('fundingRequests').set(row).where('id', '=', id).execute();
}

/** The service answers: calls go no further below zero than it is agreed otherwise. */
async function isUp(
  context: StoreContext,
  { accountId, currency }: Pick<Asked, 'accountId' | 'currency'>,
): Promise<void> {
  await context.db
    .updateTable('walletFunding')
    .set({ downSinceMs: null })
    .where('accountId', '=', accountId)
    .where('currency', '=', currency)
    .where('downSinceMs', 'is not', null)
    .execute();
}
