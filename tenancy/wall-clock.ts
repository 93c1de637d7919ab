/** A moment as clocks on the wall of some place show it. */
export interface LocalTime {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  /** Milliseconds since local midnight, as a wall clock counts them. */
  readonly timeMs: number;
}

const DAY_MS = 86_400_000;

/** The clock on the wall in one time zone (an IANA name), both ways. */
export class WallClock {
  readonly #format: Intl.DateTimeFormat;

  constructor(timezone: string) {
    this.#format = new Intl.DateTimeFormat('en-US', {
      timeZone: timezone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  }

  toLocal(ms: number): LocalTime {
    const local = new Date(ms + this.#offsetMs(ms));
    const [year, month, day] = [local.getUTCFullYear(), local.getUTCMonth() + 1, local.getUTCDate()];
    return { year, month, day, timeMs: local.getTime() - Date.UTC(year, month - 1, day) };
  }

  /**
   * Epoch milliseconds; days and months beyond their end run over into the next. A time that the clock skips or shows
   * twice is taken with the offset that holds before the change.
   */
  toEpoch({ year, month, day, timeMs }: LocalTime): number {
    const wall = Date.UTC(year, month - 1, day) + timeMs;
    const at = wall - this.#offsetMs(wall - DAY_MS);
    return at + this.#offsetMs(at) === wall ? at : wall - this.#offsetMs(at);
  }

  #offsetMs(ms: number): number {
    const parts = Object.fromEntries(this.#format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(ms / 1000) * 1000;
  }
}
