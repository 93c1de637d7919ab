import type { SipEvent } from '../bus/index.ts';
import type { Logger } from '../telemetry/index.ts';
import { takeBatch } from './journal-batch.ts';

/** Writes one batch of events in one transaction. */
export type WriteEvents = (events: readonly SipEvent[]) => Promise<void>;

/** Events kept while the store does not take them (disk full, locked); beyond it the oldest are lost. */
const MAX_BACKLOG = 500_000;
const RETRY_MS = 1000;

/**
 * Persists what the SIP threads tell, in order, one transaction at a time: whatever arrives while a
 * transaction runs joins the next one. A store that fails is tried again; SIP never waits for it.
 */
export class Journal {
  readonly #write: WriteEvents;
  readonly #logger: Logger;
  #backlog: SipEvent[] = [];
  #running: Promise<void> | undefined;
  #isClosing = false;

  constructor(write: WriteEvents, logger: Logger) {
    this.#write = write;
    this.#logger = logger;
  }

  take(events: readonly SipEvent[]): void {
    for (const event of events) this.#backlog.push(event);
    if (this.#backlog.length > MAX_BACKLOG) {
      const lost = this.#backlog.length - MAX_BACKLOG;
      this.#backlog.splice(0, lost);
      this.#logger.error({ lost }, 'the journal is full; its oldest events are lost');
    }
    this.#running ??= this.#drain().finally(() => {
      this.#running = undefined;
    });
  }

  /** Resolves when everything taken so far is on disk, or could not be put there. */
  async flush(): Promise<void> {
    this.#isClosing = true;
    await this.#running;
  }

  async #drain(): Promise<void> {
    while (this.#backlog.length > 0) {
      const batch = takeBatch(this.#backlog);
      try {
        await this.#write(batch);
      } catch (error) {
        this.#logger.error({ err: error, events: batch.length }, 'events could not be stored');
        if (this.#isClosing) return;
        this.#backlog = [...batch, ...this.#backlog];
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }
}
