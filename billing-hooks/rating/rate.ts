/** One price of a deck. */
export interface Rate {
  /** Digits of the international number, without `+`; `''` is every number. */
  readonly prefix: string;
  /** In force from this moment on (epoch ms). */
  readonly fromMs: number;
  /** Up to, and not including, this moment; infinite while it is not replaced. */
  readonly untilMs: number;
  /** Index of the band it holds in; -1: at all times that no band of the prefix covers. */
  readonly band: number;
  readonly connectFeeMicros: number;
  readonly perMinuteMicros: number;
  /** The least that a call costs. */
  readonly minimumMicros: number;
  /** Seconds that are charged at once when the call is answered, and then each time: 60/60, 30/6, 1/1. */
  readonly firstSec: number;
  readonly nextSec: number;
}

/** Numbers a price takes in a packed table. */
export const RATE_FIELDS = 8;

/** A prefix as one number: its digits behind a leading 1, so that `0` and `00` differ. */
export function prefixKey(digits: string): number {
  return Number(`1${digits}`);
}

export function prefixOfKey(key: number): string {
  return String(key).slice(1);
}
