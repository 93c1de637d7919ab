import {
  findMessageByCarrier,
  getMessage,
  type MessageRow,
  type Store,
  type StoreContext,
  TenancyError,
  updateMessage,
} from '../../tenancy/index.ts';
import type { CarrierAdapter } from '../inventory/index.ts';
import { refundMessage } from './message-money.ts';

/** After a carrier that did not answer: doubled each time. */
const RETRY_MS = 5_000;
const LONGEST_WAIT_MS = 3_600_000;
/** Then nobody waits for the message any more. */
const GIVE_UP_MS = 24 * 3_600_000;
/** A carrier that has not answered by then did not: the same message comes again, by the same reference. */
export const ANSWER_MS = 10_000;

/**
 * Hands one message to the carrier, which is never called inside a transaction.
 * @param silence ends the waiting for an answer
 * @returns whether the carrier took it
 */
export async function deliverMessage(
  store: Store,
  carrier: CarrierAdapter,
  message: MessageRow,
  silence: AbortSignal = AbortSignal.timeout(ANSWER_MS),
): Promise<boolean> {
  const { id, uuid, fromNumber: from, toNumber: to, body } = message;
  const answer = await unlessSilent(carrier.sendMessage({ from, to, body, reference: uuid }), silence);
  return store.write(async (context) => {
    const now = await getMessage(context, id, null);
    // Another round was quicker; the carrier sends once for one reference.
    if (now.status !== 'queued') return false;
    if (answer === undefined) await wait(context, now);
    else if (answer.status === 'rejected') await fail(context, now, answer.reason ?? 'refused by the carrier');
    else {
      const sentAtMs = context.clock.nowMs();
      await updateMessage(context, id, { status: 'sent', carrierRef: answer.carrierId, sentAtMs });
    }
    return answer?.status === 'accepted';
  });
}

/** What came of it; `undefined` when it failed, or when nothing came of it in time. */
async function unlessSilent<T>(answer: Promise<T>, silence: AbortSignal): Promise<T | undefined> {
  const { promise: silent, resolve } = Promise.withResolvers<undefined>();
  const end = () => resolve(undefined);
  if (silence.aborted) end();
  silence.addEventListener('abort', end, { once: true });
  try {
    return await Promise.race([answer.catch(() => undefined), silent]);
  } finally {
    silence.removeEventListener('abort', end);
  }
}

async function wait(context: StoreContext, message: MessageRow): Promise<void> {
  const { id, attempts, createdAtMs } = message;
  const now = context.clock.nowMs();
  if (now - createdAtMs >= GIVE_UP_MS) return fail(context, message, 'the carrier did not answer for a day');
  const dueAtMs = now + Math.min(LONGEST_WAIT_MS, RETRY_MS * 2 ** attempts);
  await updateMessage(context, id, { attempts: attempts + 1, dueAtMs });
}

/** The carrier never took it: what it cost is given back. */
async function fail(context: StoreContext, message: MessageRow, reason: string): Promise<void> {
  await updateMessage(context, message.id, { status: 'failed', reason, finishedAtMs: context.clock.nowMs() });
  await refundMessage(context, message);
}

export interface DeliveryReceipt {
  readonly carrierId: string;
  readonly status: 'delivered' | 'failed';
  readonly reason?: string | undefined;
}

/**
 * Takes in what the carrier says became of a message, once: the first receipt counts. One that was sent and did not
 * arrive has cost what it cost.
 * @throws TenancyError `not_found`
 */
export async function takeReceipt(context: StoreContext, receipt: DeliveryReceipt): Promise<MessageRow> {
  const message = await findMessageByCarrier(context, 'out', receipt.carrierId);
  if (message === undefined) throw new TenancyError('not_found', 'There is no such message.');
  if (message.status !== 'sent') return message;
  const reason = receipt.status === 'failed' ? (receipt.reason ?? 'not delivered') : null;
  const finishedAtMs = context.clock.nowMs();
  await updateMessage(context, message.id, { status: receipt.status, reason, finishedAtMs });
  return getMessage(context, message.id, null);
}
