import type { RateDirection } from '../../bus/index.ts';

/** One price as it is stored. */
export interface RateRow {
  readonly direction: RateDirection;
  /** Digits without `+`; `''` is every number. */
  readonly prefix: string;
  /** Name of a band of the deck; `''`: at all times that no band covers. */
  readonly band: string;
  readonly fromMs: number;
  /** `null`: while it is not replaced. */
  readonly untilMs: number | null;
  readonly connectFeeMicros: number;
  readonly perMinuteMicros: number;
  readonly minimumMicros: number;
  readonly firstSec: number;
  readonly nextSec: number;
}
