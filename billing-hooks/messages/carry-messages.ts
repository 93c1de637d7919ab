import { type Store, TenancyError } from '../../tenancy/index.ts';
import type { CarrierAdapter } from '../inventory/index.ts';
import { takeReceipt } from './deliver-messages.ts';
import { MessageCourier } from './message-courier.ts';
import { takeInbound } from './take-inbound.ts';

/** One round with the carrier, to its end: what waits goes out, what it has for us comes in. */
export async function carryMessages(store: Store, carrier: CarrierAdapter): Promise<void> {
  const faults: unknown[] = [];
  const courier = new MessageCourier(store, carrier, (error) => faults.push(error));
  while (faults.length === 0 && (await courier.round()) > 0) await courier.settle();
  if (faults.length > 0) throw faults[0];
  await fetchMessages(store, carrier);
}

/** Takes in what the carrier has for us: receipts, and messages that came. @returns how many */
export async function fetchMessages(store: Store, carrier: CarrierAdapter): Promise<number> {
  const { receipts, inbound } = (await carrier.messageEvents?.()) ?? { receipts: [], inbound: [] };
  for (const receipt of receipts) await kept(store.write((context) => takeReceipt(context, receipt)));
  for (const message of inbound) await kept(store.write((context) => takeInbound(context, message)));
  return receipts.length + inbound.length;
}

/** What is about a number or a message that is not ours is passed over; the others must not wait for it. */
async function kept(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof TenancyError)) throw error;
  }
}
