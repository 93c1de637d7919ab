import { hash } from 'node:crypto';
import type { EnginePorts } from '../ports.ts';

/** RFC 3261 table 4: a client repeats an INVITE by its own T1, of which 500 ms is the largest in use, for 64 of them. */
const REPEATED_FOR_MS = 64 * 500;

/**
 * INVITE transactions that have ended, remembered for as long as their client may repeat the request: the
 * server's timers follow its own T1, and I is short, but whoever repeats later does not want a second call.
 * Kept are digests: a piece of a message's text would keep the whole message in memory.
 */
export class SpentInvites {
  readonly #clock: EnginePorts['clock'];
  readonly #counters: EnginePorts['counters'];
  readonly #maxHalf: number;
  /** Two halves: the older one is dropped when the newer one is old enough. */
  #newer = new Set<string>();
  #older = new Set<string>();
  #turnAtMs: number;

  /** At most `max` are remembered; the older ones make room. */
  constructor({ clock, counters }: Pick<EnginePorts, 'clock' | 'counters'>, max: number) {
    this.#clock = clock;
    this.#counters = counters;
    this.#maxHalf = Math.max(1, Math.floor(max / 2));
    this.#turnAtMs = clock.nowMs() + REPEATED_FOR_MS;
  }

  add(key: string): void {
    this.#turn();
    if (this.#newer.size >= this.#maxHalf) this.#makeRoom();
    this.#newer.add(digest(key));
  }

  has(key: string): boolean {
    this.#turn();
    if (this.size === 0) return false;
    const wanted = digest(key);
    return this.#newer.has(wanted) || this.#older.has(wanted);
  }

  get size(): number {
    return this.#newer.size + this.#older.size;
  }

  /** The older half goes before its time. */
  #makeRoom(): void {
    if (this.#older.size > 0) this.#counters.count('dropped', 'spent_invites');
    this.#older = this.#newer;
    this.#newer = new Set();
    this.#turnAtMs = this.#clock.nowMs() + REPEATED_FOR_MS;
  }

  #turn(): void {
    const lateMs = this.#clock.nowMs() - this.#turnAtMs;
    if (lateMs < 0) return;
    this.#older = lateMs < REPEATED_FOR_MS ? this.#newer : new Set();
    this.#newer = new Set();
    this.#turnAtMs = this.#clock.nowMs() + REPEATED_FOR_MS;
  }
}

/** A flat string of 27 characters, whatever the length of the key. */
function digest(key: string): string {
  return hash('sha1', key, 'base64url');
}
