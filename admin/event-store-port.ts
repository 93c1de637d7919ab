import type { OutboxRow } from '../tenancy/index.ts';
import type { Visible } from './store-port.ts';

export interface EventStore {
  /** Oldest first. */
  list(
    visible: Visible,
    filter: { readonly afterId: number; readonly accountId: number | undefined; readonly limit: number },
  ): Promise<readonly OutboxRow[]>;
  /** Somebody follows the calls of these accounts without an endpoint; to be repeated within a minute. */
  askForCalls(accountId: number | null): Promise<void>;
  /** 0 without one. */
  newestId(): Promise<number>;
}
