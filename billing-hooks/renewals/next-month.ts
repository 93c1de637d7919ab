interface LocalTime {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  /** Milliseconds since local midnight, as a wall clock counts them. */
  readonly timeMs: number;
}

const DAY_MS = 86_400_000;

/**
 * The first moment after `afterMs` that lies a whole number of months after `anchorMs` on the wall clock of
 * `timezone`. A day that a month lacks becomes its last: the 31st renews on 28 February and on 31 March.
 */
export function nextMonthly(anchorMs: number, afterMs: number, timezone: string): number {
  const anchor = toLocal(anchorMs, timezone);
  const after = toLocal(afterMs, timezone);
  let months = Math.max(1, (after.year - anchor.year) * 12 + after.month - anchor.month);
  for (;;) {
    const at = monthsLater(anchor, months, timezone);
    if (at > afterMs) return at;
    months += 1;
  }
}

function monthsLater(anchor: LocalTime, months: number, timezone: string): number {
  const index = anchor.year * 12 + anchor.month - 1 + months;
  const year = Math.floor(index / 12);
  const month = (index % 12) + 1;
  const lastDay = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return toEpoch({ year, month, day: Math.min(anchor.day, lastDay), timeMs: anchor.timeMs }, timezone);
}

function toLocal(ms: number, timezone: string): LocalTime {
  const local = new Date(ms + offsetMs(ms, timezone));
  const [year, month, day] = [local.getUTCFullYear(), local.getUTCMonth() + 1, local.getUTCDate()];
  return { year, month, day, timeMs: local.getTime() - Date.UTC(year, month - 1, day) };
}

/** A time that the clock skips or shows twice is taken with the offset that holds before the change. */
function toEpoch({ year, month, day, timeMs }: LocalTime, timezone: string): number {
  const wall = Date.UTC(year, month - 1, day) + timeMs;
  const at = wall - offsetMs(wall - DAY_MS, timezone);
  return at + offsetMs(at, timezone) === wall ? at : wall - offsetMs(at, timezone);
}

function offsetMs(ms: number, timezone: string): number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const parts = Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(ms / 1000) * 1000;
}
