import type { BandRecord } from '../../bus/index.ts';
import { ZoneOffsets } from './zone-offsets.ts';

/** Which bands hold at a moment, one bit each, and until when that is so (epoch ms). */
export interface BandsNow {
  readonly mask: number;
  readonly untilMs: number;
}

const DAY_MIN = 1440;
const WEEK_MIN = 7 * DAY_MIN;
const MINUTE_MS = 60_000;
const WEEK_MS = WEEK_MIN * MINUTE_MS;
/** 1970-01-01 was a Thursday: Monday of that week is three days before. */
const MONDAY_SHIFT_MS = 3 * DAY_MIN * MINUTE_MS;
/** Bands are bits of a number. */
export const MAX_BANDS = 30;

/** The bands of one deck on the wall clock of its time zone; a week is cut once into pieces of one answer. */
export class BandCalendar {
  readonly #zone: ZoneOffsets;
  /** Minutes of the week at which something begins or ends; the first is 0. */
  readonly #cuts: readonly number[];
  readonly #masks: readonly number[];

  constructor(timezone: string, bands: readonly BandRecord[]) {
    this.#zone = new ZoneOffsets(timezone);
    const spans = bands.flatMap((band, index) => spansOf(band).map(([from, to]) => ({ from, to, bit: 1 << index })));
    this.#cuts = [...new Set([0, ...spans.flatMap(({ from, to }) => [from, to % WEEK_MIN])])].sort((a, b) => a - b);
    this.#masks = this.#cuts.map((cut) =>
      spans.reduce((mask, { from, to, bit }) => (cut >= from && cut < to ? mask | bit : mask), 0),
    );
  }

  at(ms: number): BandsNow {
    if (this.#cuts.length === 1) return { mask: this.#masks[0] ?? 0, untilMs: Number.POSITIVE_INFINITY };
    const { offsetMs, untilMs } = this.#zone.at(ms);
    const local = (((ms + offsetMs + MONDAY_SHIFT_MS) % WEEK_MS) + WEEK_MS) % WEEK_MS;
    const index = this.#pieceOf(local / MINUTE_MS);
    const end = (this.#cuts[index + 1] ?? WEEK_MIN) * MINUTE_MS;
    return { mask: this.#masks[index] ?? 0, untilMs: Math.min(untilMs, ms + end - local) };
  }

  #pieceOf(minute: number): number {
    let index = this.#cuts.length - 1;
    while (index > 0 && (this.#cuts[index] ?? 0) > minute) index -= 1;
    return index;
  }
}

/** Minutes of the week, cut in two where a band runs over Sunday's end. */
function spansOf({ days, fromMin, toMin }: BandRecord): readonly (readonly [number, number])[] {
  return days.flatMap((day) => {
    const from = (day - 1) * DAY_MIN + fromMin;
    const to = (day - 1) * DAY_MIN + (toMin <= fromMin ? toMin + DAY_MIN : toMin);
    if (to <= WEEK_MIN) return [[from, to] as const];
    return [[from, WEEK_MIN] as const, [0, to - WEEK_MIN] as const];
  });
}
