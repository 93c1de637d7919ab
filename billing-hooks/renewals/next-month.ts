import type { LocalTime, WallClock } from '../../tenancy/index.ts';

/**
 * The first moment after `afterMs` that lies a whole number of months after `anchorMs` on the wall clock. A day that a month lacks becomes its last: the 31st renews on 28 February and on 31 March.
 */
export function nextMonthly(anchorMs: number, afterMs: number, clock: WallClock): number {
  const anchor = clock.toLocal(anchorMs);
  const after = clock.toLocal(afterMs);
  let months = Math.max(1, (after.year - anchor.year) * 12 + after.month - anchor.month);
  for (;;) {
    const at = monthsLater(anchor, months, clock);
    if (at > afterMs) return at;
    months += 1;
  }
}

function monthsLater(anchor: LocalTime, months: number, clock: WallClock): number {
  const index = anchor.year * 12 + anchor.month - 1 + months;
  const year = Math.floor(index / 12);
  const month = (index % 12) + 1;
  const lastDay = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return clock.toEpoch({ year, month, day: Math.min(anchor.day, lastDay), timeMs: anchor.timeMs });
}
