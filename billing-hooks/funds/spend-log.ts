import type { SpendRecord } from '../../bus/index.ts';
import { SPEND_PIECE_MS } from '../charging/index.ts';

const DAY_MS = 86_400_000;
/** Kept a little longer than the longest day. */
const KEPT_MS = 26 * 3_600_000;

/** What was spent under one name, by quarters of an hour: enough for a calendar day and for 24 hours that roll. */
export class SpendLog {
  readonly #pieces = new Map<number, number>();

  add({ atMs, amountMicros }: Pick<SpendRecord, 'atMs' | 'amountMicros'>): void {
    const piece = Math.floor(atMs / SPEND_PIECE_MS) * SPEND_PIECE_MS;
    this.#pieces.set(piece, (this.#pieces.get(piece) ?? 0) + amountMicros);
    for (const old of this.#pieces.keys()) if (old < piece - KEPT_MS) this.#pieces.delete(old);
  }

  since(ms: number): number {
    let sum = 0;
    for (const [piece, amount] of this.#pieces) if (piece >= ms) sum += amount;
    return sum;
  }

  /** The last 24 hours; the piece that they begin in counts whole. */
  rolling(nowMs: number): number {
    return this.since(Math.floor((nowMs - DAY_MS) / SPEND_PIECE_MS) * SPEND_PIECE_MS);
  }
}
