import { listEvents, newestEventId, type OutboxRow, type Store } from '../tenancy/index.ts';

/** Notes what is told while the clock is moved: later the oldest of it may have been forgotten. */
export class EventLog {
  readonly #store: Store;
  readonly #most: number;
  readonly #events: OutboxRow[] = [];
  #firstId = 0;

  /** @param most events that are kept */
  constructor(store: Store, most: number) {
    this.#store = store;
    this.#most = most;
  }

  async start(): Promise<void> {
    this.#firstId = await newestEventId(this.#store);
  }

  async note(): Promise<void> {
    const limit = this.#most - this.#events.length;
    if (limit <= 0) return;
    const afterId = this.#events.at(-1)?.id ?? this.#firstId;
    this.#events.push(...(await listEvents(this.#store, { afterId, accountId: undefined, limit }, null)));
  }

  get events(): readonly OutboxRow[] {
    return this.#events;
  }

  async total(): Promise<number> {
    return (await newestEventId(this.#store)) - this.#firstId;
  }
}
