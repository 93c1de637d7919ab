import {
  dueMessages,
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
const AT_ONCE = 50;

/** Hands the messages that wait to the carrier, which is never called inside a transaction. @returns how many it took */
export async function deliverMessages(store: Store, carrier: CarrierAdapter): Promise<number> {
  let taken = 0;
  for (const message of await dueMessages(store, AT_ONCE))
    if (await deliverMessage(store, carrier, message)) taken += 1;
  return taken;
}

/** The same for one, as soon as it is accepted. @returns whether the carrier took it */
export async function deliverMessage(store: Store, carrier: CarrierAdapter, message: MessageRow): Promise<boolean> {
  const { id, uuid, fromNumber: from, toNumber: to, body } = message;
  const answer = await carrier.sendMessage({ from, to, body, reference: uuid }).catch(() => undefined);
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
