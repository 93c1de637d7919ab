/** What an unreliable network does to datagrams; each rate is a probability from 0 to 1. */
export interface NetworkQuality {
  readonly loss: number;
  readonly duplication: number;
  /** Every datagram is late by something between 0 and this, in ms. */
  readonly jitterMs: number;
  /** Share of datagrams that are overtaken: late by `reorderMs` more. */
  readonly reordering: number;
  readonly reorderMs: number;
}

/** What happens to one datagram: how late each of its copies arrives, in ms; none when it is lost. */
export type Fate = readonly number[];

export const PERFECT: NetworkQuality = { loss: 0, duplication: 0, jitterMs: 0, reordering: 0, reorderMs: 0 };

/** Draws the fates of datagrams; the same seed draws the same ones in the same order. */
export function createFates(seed: number, quality: NetworkQuality): () => Fate {
  const random = mulberry32(seed);
  const delay = () => {
    const lateMs = random() * quality.jitterMs;
    return random() < quality.reordering ? lateMs + quality.reorderMs : lateMs;
  };
  return () => {
    // Every draw is made every time: what happened to one datagram does not shift the others.
    const lost = random() < quality.loss;
    const doubled = random() < quality.duplication;
    const copies = [delay(), delay()];
    return lost ? [] : copies.slice(0, doubled ? 2 : 1);
  };
}

/** Mulberry32: 32 bits of state, good enough to shuffle packets, the same on every machine. */
export function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}
