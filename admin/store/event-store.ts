import { askForCallEvents, listEvents, newestEventId, type Store } from '../../tenancy/index.ts';
import type { EventStore } from '../event-store-port.ts';

export function createEventStore(store: Store): EventStore {
  return {
    list: (visible, filter) => listEvents(store, filter, visible),
    askForCalls: (accountId) =>
      store.bulk((connection) => askForCallEvents(connection, accountId, store.clock.nowMs())),
    newestId: () => newestEventId(store),
  };
}
