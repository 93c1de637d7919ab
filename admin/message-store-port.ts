import type { DeliveryReceipt, InboundMessage, MessageRequest } from '../billing-hooks/index.ts';
import type { Found, MessageFilter, MessageRow, Ref, Slice, Visible } from './store-port.ts';

/** Short messages, as the routes use them. */
export interface MessageStore {
  list(visible: Visible, slice: Slice, filter: MessageFilter): Promise<Found<MessageRow>>;
  /** Foreign messages are answered like unknown ones. */
  get(visible: Visible, ref: Ref): Promise<MessageRow>;
  /** Charges it, and hands it to the carrier at once. */
  send(actor: string, visible: Visible, request: MessageRequest): Promise<MessageRow>;
  receive(message: InboundMessage): Promise<MessageRow>;
  takeReceipt(receipt: DeliveryReceipt): Promise<MessageRow>;
  setPrice(
    actor: string,
    price: { readonly accountId: number | null; readonly prefix: string; readonly priceMicros: number },
  ): Promise<void>;
}
