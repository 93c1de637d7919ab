import type { MessageStore } from './message-store-port.ts';
import type { RegulatoryStore } from './regulatory-store-port.ts';

/** What numbers can do beside calls, and what they wait for. */
export interface NumberStores {
  readonly regulatory: RegulatoryStore;
  readonly messages: MessageStore;
}
