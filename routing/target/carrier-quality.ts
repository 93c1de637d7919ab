import type { CallRecord } from '../../bus/index.ts';
import type { CallContext } from '../call-context.ts';

/** One outcome weighs this much of a score: some twenty calls decide. */
const WEIGHT = 0.1;
/** Scores are compared in steps of so much, so that single calls do not turn the order. */
const STEP = 0.1;

interface Quality {
  /** Moving share of calls that the carrier delivered, 0 … 1. */
  score: number;
  /** Moving length of answered calls (s). */
  durationSec: number;
  calls: number;
}

/**
 * How well carriers did of late: the share of calls that they delivered (answered, or refused by the called side
 * itself), and how long the answered ones lasted. It orders carriers that cost the same (F-034); who never was asked
 * counts as good.
 */
export class CarrierQuality {
  readonly #byCarrier = new Map<number, Quality>();

  /** One attempt: whether the carrier brought the call to somebody who decided about it. */
  attempted(carrierId: number, isDelivered: boolean): void {
    const quality = this.#of(carrierId);
    quality.calls += 1;
    quality.score += WEIGHT * ((isDelivered ? 1 : 0) - quality.score);
  }

  /** An answered call has ended. */
  ended(carrierId: number, durationSec: number): void {
    const quality = this.#of(carrierId);
    quality.durationSec += WEIGHT * (durationSec - quality.durationSec);
  }

  /** What carriers of one cost are ordered by; higher is better. */
  rank(carrierId: number): number {
    return Math.round((this.#byCarrier.get(carrierId)?.score ?? 1) / STEP);
  }

  /** Of every carrier that was ever asked. */
  scores(): readonly { readonly carrierId: number; readonly score: number; readonly durationSec: number }[] {
    return [...this.#byCarrier].map(([carrierId, { score, durationSec }]) => ({ carrierId, score, durationSec }));
  }

  #of(carrierId: number): Quality {
    const known = this.#byCarrier.get(carrierId);
    if (known !== undefined) return known;
    const made = { score: 1, durationSec: 0, calls: 0 };
    this.#byCarrier.set(carrierId, made);
    return made;
  }
}

/** How long the calls over a carrier last is part of how well it does. */
export function noteDuration(
  { options, admitted, carrierQuality }: Pick<CallContext, 'options' | 'admitted' | 'carrierQuality'>,
  { answeredAtMs, endedAtMs }: CallRecord,
): void {
  const carrier = options[admitted]?.carrier;
  if (carrier === undefined || answeredAtMs === null || endedAtMs === null) return;
  carrierQuality.ended(carrier.id, (endedAtMs - answeredAtMs) / 1000);
}
