import type { Hours } from '../bus/index.ts';

interface LocalTime {
  /** 0 is Monday. */
  readonly day: number;
  /** Since midnight. */
  readonly minute: number;
}

const DAYS: readonly string[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

/** A moment lasts a minute: the time of a zone is worked out once for it. */
export class OpenHours {
  readonly #formats = new Map<string, Intl.DateTimeFormat>();
  readonly #minutes = new Map<string, { readonly minute: number; readonly time: LocalTime }>();

  /** Whether that moment (epoch ms) is within the hours; without hours every moment is. */
  isOpen(hours: Hours | undefined, atMs: number): boolean {
    if (hours === undefined) return true;
    const { day, minute } = this.#local(hours.timezone, atMs);
    return hours.open.some(({ days, from, to }) => {
      const start = minutesOf(from);
      const end = minutesOf(to);
      const isToday = days.includes(DAYS[day] ?? '');
      if (start < end) return isToday && minute >= start && minute < end;
      const wasYesterday = days.includes(DAYS[(day + 6) % 7] ?? '');
      return (isToday && minute >= start) || (wasYesterday && minute < end);
    });
  }

  #local(timezone: string, atMs: number): LocalTime {
    const minute = Math.floor(atMs / 60_000);
    const known = this.#minutes.get(timezone);
    if (known?.minute === minute) return known.time;
    const parts = new Map(
      this.#format(timezone)
        .formatToParts(atMs)
        .map(({ type, value }) => [type, value]),
    );
    const time = {
      day: DAYS.indexOf((parts.get('weekday') ?? '').slice(0, 3).toLowerCase()),
      minute: Number(parts.get('hour')) * 60 + Number(parts.get('minute')),
    };
    this.#minutes.set(timezone, { minute, time });
    return time;
  }

  #format(timezone: string): Intl.DateTimeFormat {
    const known = this.#formats.get(timezone);
    if (known !== undefined) return known;
    const format = new Intl.DateTimeFormat('en-GB', {
      timeZone: timezone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
    this.#formats.set(timezone, format);
    return format;
  }
}

function minutesOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}
