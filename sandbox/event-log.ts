import { listEvents, newestEventId, type OutboxRow, type Store, type Visible } from '../tenancy/index.ts';

/** Notes what is told while the clock is moved: later the oldest of it may have been forgotten. */
export class EventLog {
  readonly #store: Store;
  readonly #most: number;
  readonly #visible: Visible;
  readonly #events: OutboxRow[] = [];
  #firstId = 0;

  /** @param most events that are kept, of those accounts */
  constructor(store: Store, most: number, visible: Visible) {
    this.#store = store;
    this.#most = most;
    this.#visible = visible;
  }

  async start(): Promise<void> {
    this.#firstId = await newestEventId(this.#store);
  }

  async note(): Promise<void> {
    const limit = this.#most - this.#events.length;
    if (limit <= 0) return;
    const afterId = this.#events.at(-1)?.id ?? this.#firstId;
    this.#events.push(...(await listEvents(this.#store, { afterId, accountId: undefined, limit }, this.#visible)));
  }

  get events(): readonly OutboxRow[] {
    return this.#events;
  }

  async total(): Promise<number> {
    return (await newestEventId(this.#store)) - this.#firstId;
  }
}
