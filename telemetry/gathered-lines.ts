import type { DestinationStream } from 'pino';
import { WaitingText } from './waiting-text.ts';

/** More than so many lines are written without waiting. */
const MOST_LINES = 500;

/** A stream that can be emptied, as pino's own destination can. */
export interface LineTarget extends DestinationStream {
  flush(done: (error?: Error) => void): void;
}

/**
 * Lines that wait for others and are written together. The destination could gather them by itself, but looks at all
 * that it has gathered with every line: that copied 2 kB a line.
 */
export class GatheredLines implements LineTarget {
  readonly #target: LineTarget;
  readonly #gatherMs: number;
  readonly #waiting = new WaitingText();
  #lines = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param gatherMs how long a line may wait (ms) */
  constructor(target: LineTarget, gatherMs: number) {
    this.#target = target;
    this.#gatherMs = gatherMs;
  }

  write(line: string): void {
    this.#waiting.add(line);
    this.#lines += 1;
    if (this.#lines >= MOST_LINES) this.#send();
    else this.#timer ??= setTimeout(() => this.#send(), this.#gatherMs).unref();
  }

  flush(done: (error?: Error) => void): void {
    this.#send();
    this.#target.flush(done);
  }

  #send(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#lines === 0) return;
    this.#lines = 0;
    this.#target.write(this.#waiting.take());
  }
}
