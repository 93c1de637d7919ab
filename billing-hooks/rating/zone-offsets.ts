import { Temporal } from 'temporal-polyfill';

interface Span {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly offsetMs: number;
}

const NS_PER_MS = 1_000_000;

/** The offset of one time zone from UTC; each stretch between two changes of its clock is looked up once. */
export class ZoneOffsets {
  readonly #timezone: string;
  readonly #spans: Span[] = [];
  #last: Span | undefined;

  constructor(timezone: string) {
    this.#timezone = timezone;
  }

  /** What to add to UTC at that moment (ms), and until when that holds (epoch ms). */
  at(ms: number): Span {
    const last = this.#last;
    if (last !== undefined && ms >= last.fromMs && ms < last.untilMs) return last;
    const known = this.#spans.find((span) => ms >= span.fromMs && ms < span.untilMs);
    this.#last = known ?? this.#learn(ms);
    return this.#last;
  }

  #learn(ms: number): Span {
    const zoned = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(this.#timezone);
    // `previous` is strictly before: of the moment of a change itself the change is the start.
    const after = zoned.add({ milliseconds: 1 });
    const span = {
      fromMs: after.getTimeZoneTransition('previous')?.epochMilliseconds ?? Number.NEGATIVE_INFINITY,
      untilMs: zoned.getTimeZoneTransition('next')?.epochMilliseconds ?? Number.POSITIVE_INFINITY,
      offsetMs: zoned.offsetNanoseconds / NS_PER_MS,
    };
    this.#spans.push(span);
    return span;
  }
}
