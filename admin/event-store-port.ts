import type { OutboxRow } from '../tenancy/index.ts';
import type { Visible } from './store-port.ts';

export interface EventStore {
  /** Oldest first. */
  list(
    visible: Visible,
    filter: { readonly afterId: number; readonly accountId: number | undefined; readonly limit: number },
  ): Promise<readonly OutboxRow[]>;
  /** 0 without one. */
  newestId(): Promise<number>;
}
