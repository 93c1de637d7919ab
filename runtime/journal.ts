import type { SipEvent } from '../bus/index.ts';
import type { Logger } from '../telemetry/index.ts';
import { roomOf, takeBatch } from './journal-batch.ts';

/** Writes one batch of events in one transaction. */
export type WriteEvents = (events: readonly SipEvent[]) => Promise<void>;

export interface BacklogLimits {
  readonly events: number;
  /** What the events take in memory, roughly (bytes): one may hold all calls of a moment. */
  readonly bytes: number;
}

/** What is kept while the store does not take it (disk full, locked); beyond it the oldest events are lost. */
const LIMITS: BacklogLimits = { events: 500_000, bytes: 512 * 1024 * 1024 };
const RETRY_MS = 1000;

/**
 * Persists what the SIP threads tell, in order, one transaction at a time: whatever arrives while a
 * transaction runs joins the next one. A store that fails is tried again; SIP never waits for it.
 */
export class Journal {
  readonly #write: WriteEvents;
  readonly #logger: Logger;
  readonly #limits: BacklogLimits;
  #backlog: SipEvent[] = [];
  #bytes = 0;
  #running: Promise<void> | undefined;
  #isClosing = false;

  constructor(write: WriteEvents, logger: Logger, limits: BacklogLimits = LIMITS) {
    this.#write = write;
    this.#logger = logger;
    this.#limits = limits;
  }

  take(events: readonly SipEvent[]): void {
    for (const event of events) this.#backlog.push(event);
    this.#bytes += roomOf(events);
    this.#dropOldest();
    this.#running ??= this.#drain().finally(() => {
      this.#running = undefined;
    });
  }

  /** Resolves when everything taken so far is on disk, or could not be put there. */
  async flush(): Promise<void> {
    this.#isClosing = true;
    await this.#running;
  }

  #dropOldest(): void {
    let lost = 0;
    for (const event of this.#backlog) {
      if (this.#backlog.length - lost <= this.#limits.events && this.#bytes <= this.#limits.bytes) break;
      this.#bytes -= roomOf([event]);
      lost += 1;
    }
    if (lost === 0) return;
    this.#backlog.splice(0, lost);
    this.#logger.error({ lost }, 'the journal is full; its oldest events are lost');
  }

  async #drain(): Promise<void> {
    while (this.#backlog.length > 0) {
      const batch = takeBatch(this.#backlog);
      this.#bytes -= roomOf(batch);
      try {
        await this.#write(batch);
      } catch (error) {
        // At the end nothing is tried again, and what waits behind it is lost as well.
        const events = batch.length + (this.#isClosing ? this.#backlog.length : 0);
        this.#logger.error({ err: error, events }, 'events could not be stored');
        if (this.#isClosing) return;
        this.#backlog = [...batch, ...this.#backlog];
        this.#bytes += roomOf(batch);
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }
}
