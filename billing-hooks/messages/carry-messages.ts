import { type Store, TenancyError } from '../../tenancy/index.ts';
import type { CarrierAdapter } from '../inventory/index.ts';
import { deliverMessages, takeReceipt } from './deliver-messages.ts';
import { takeInbound } from './take-inbound.ts';

/** One round with the carrier: what waits goes out, what it has for us comes in. @returns how much was moved */
export async function carryMessages(store: Store, carrier: CarrierAdapter): Promise<number> {
  const out = await deliverMessages(store, carrier);
  const { receipts, inbound } = (await carrier.messageEvents?.()) ?? { receipts: [], inbound: [] };
  for (const receipt of receipts) await kept(store.write((context) => takeReceipt(context, receipt)));
  for (const message of inbound) await kept(store.write((context) => takeInbound(context, message)));
  return out + receipts.length + inbound.length;
}

/** What is about a number or a message that is not ours is passed over; the others must not wait for it. */
async function kept(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof TenancyError)) throw error;
  }
}
