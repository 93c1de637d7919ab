import type { WebhookChange } from '../tenancy/index.ts';
import type {
  DeliveryFilter,
  Found,
  Ref,
  Slice,
  StoredDelivery,
  TextFilter,
  Visible,
  WebhookRow,
} from './store-port.ts';
import type { Actor } from './stores.ts';

/** A webhook and its secret, which is told here and never again. */
export interface WithSecret {
  readonly row: WebhookRow;
  readonly secret: string;
}

export interface WebhookStore {
  /** Whether events may be sent to that address. */
  mayReach(address: string): boolean;
  list(visible: Visible, slice: Slice, filter: TextFilter): Promise<Found<WebhookRow>>;
  find(visible: Visible, ref: Ref): Promise<WebhookRow | undefined>;
  create(
    actor: Actor,
    webhook: { readonly accountId: number | null; readonly url: string; readonly events: readonly string[] },
  ): Promise<WithSecret>;
  update(actor: Actor, webhook: WebhookRow, change: WebhookChange): Promise<WebhookRow>;
  rotateSecret(actor: Actor, webhook: WebhookRow, overlapSec: number): Promise<WithSecret>;
  remove(actor: Actor, id: number): Promise<void>;
  /** Puts an event on the way to this endpoint alone. @returns the delivery's id */
  sendTest(actor: Actor, webhook: WebhookRow): Promise<number>;
  deliveries(webhookId: number, slice: Slice, filter?: DeliveryFilter): Promise<Found<StoredDelivery>>;
  replay(actor: Actor, webhook: WebhookRow, deliveryId: number): Promise<void>;
}
