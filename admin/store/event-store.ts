import { listEvents, newestEventId, type Store } from '../../tenancy/index.ts';
import type { EventStore } from '../event-store-port.ts';

export function createEventStore(store: Store): EventStore {
  return {
    list: (visible, filter) => listEvents(store, filter, visible),
    newestId: () => newestEventId(store),
  };
}
