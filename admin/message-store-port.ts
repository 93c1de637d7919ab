import type { DeliveryReceipt, InboundMessage, MessageRequest } from '../billing-hooks/index.ts';
import type { Found, MessageDeliveryRow, MessageFilter, MessageRow, Ref, Slice, Visible } from './store-port.ts';

/** Short messages, as the routes use them. */
export interface MessageStore {
  list(visible: Visible, slice: Slice, filter: MessageFilter): Promise<Found<MessageRow>>;
  /** Foreign messages are answered like unknown ones. */
  get(visible: Visible, ref: Ref): Promise<MessageRow>;
  /** Of those that go to a PBX, how far they have got; ask only for messages that may be seen. */
  deliveries(messageIds: readonly number[]): Promise<ReadonlyMap<number, MessageDeliveryRow>>;
  /** Charges it, and hands it to the carrier at once. */
  send(actor: string, visible: Visible, request: MessageRequest): Promise<MessageRow>;
  receive(message: InboundMessage): Promise<MessageRow>;
  takeReceipt(receipt: DeliveryReceipt): Promise<MessageRow>;
  setPrice(
    actor: string,
    price: { readonly accountId: number | null; readonly prefix: string; readonly priceMicros: number },
  ): Promise<void>;
}
