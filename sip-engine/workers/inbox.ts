import type { EngineClock } from '../ports.ts';

export interface InboxDeps {
  readonly clock: EngineClock;
  readonly take: (batch: Uint8Array) => void;
  /** More has been handed over than a turn can take, or no longer. */
  readonly tellBehind: (isBehind: boolean) => void;
}

/** As a socket has in `UdpDrain`. */
const TURN_MS = 4;

/**
 * What another worker hands over. The system would deliver all of it in one go, and 4 MiB of messages take a fifth of a second:
 * beyond some ms they wait for the next turn of the event loop, so that sockets and timers have theirs.
 */
export class Inbox {
  readonly #deps: InboxDeps;
  readonly #waiting: Uint8Array[] = [];
  readonly #settled = Promise.resolve();
  readonly #endTurn = (): void => this.#nextTurn();
  readonly #step = (): void => this.#takeOn();
  readonly #afterPromises = (): void => process.nextTick(this.#step);
  #turnBeganMs: number | undefined;

  constructor(deps: InboxDeps) {
    this.#deps = deps;
  }

  put(batch: Uint8Array): void {
    this.#beginTurn();
    if (this.#waiting.length === 0 && !this.#isTurnOver) {
      this.#deps.take(batch);
      return;
    }
    if (this.#waiting.push(batch) === 1) this.#deps.tellBehind(true);
  }

  /** What waits is forgotten. */
  close(): void {
    this.#waiting.length = 0;
  }

  #beginTurn(): void {
    if (this.#turnBeganMs !== undefined) return;
    this.#turnBeganMs = this.#deps.clock.nowMs();
    setImmediate(this.#endTurn);
  }

  get #isTurnOver(): boolean {
    return this.#turnBeganMs !== undefined && this.#deps.clock.nowMs() - this.#turnBeganMs > TURN_MS;
  }

  #nextTurn(): void {
    this.#turnBeganMs = undefined;
    if (this.#waiting.length === 0) return;
    this.#beginTurn();
    this.#takeOn();
  }

  #takeOn(): void {
    const batch = this.#waiting.shift();
    if (batch === undefined) return;
    if (this.#waiting.length === 0) this.#deps.tellBehind(false);
    this.#deps.take(batch);
    // What one batch has set going is settled before the next, as with those that the system delivers.
    if (this.#waiting.length > 0 && !this.#isTurnOver) void this.#settled.then(this.#afterPromises);
  }
}
