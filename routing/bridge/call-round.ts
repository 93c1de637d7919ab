import type { LegTarget } from '../call-context.ts';
import type { SrfHeaders } from '../srf-adapter.ts';
import type { LegFailure } from './leg-outcome.ts';
import type { LegOutcome, PlacedLeg } from './place-leg.ts';
import { releaseLeg } from './release-leg.ts';

/** What came of one target of a round. */
export interface RoundResult {
  readonly leg: LegTarget;
  readonly outcome: LegOutcome;
}

export interface Round {
  /** The first that answered, else the failure that says most (RFC 3261 16.7 step 6). */
  readonly result: Promise<RoundResult>;
  cancel(headers: SrfHeaders): void;
}

const ELSEWHERE: SrfHeaders = { Reason: 'SIP;cause=200;text="Call completed elsewhere"' };

/** Calls one target, or several at once: the first answer wins and the others are called back. */
export function callRound(
  legs: readonly LegTarget[],
  place: (leg: LegTarget) => PlacedLeg,
  onFailed: (leg: LegTarget, failure: LegFailure) => void,
): Round {
  const placed = legs.map((leg) => ({ leg, call: place(leg) }));
  const result = Promise.withResolvers<RoundResult>();
  const failures: (RoundResult & { readonly failure: LegFailure })[] = [];
  let isOver = false;
  const finish = (winner: RoundResult, others: SrfHeaders) => {
    isOver = true;
    for (const { leg, call } of placed) if (leg !== winner.leg) call.cancel(others);
    result.resolve(winner);
  };
  const take = (leg: LegTarget, outcome: LegOutcome) => {
    if (isOver) {
      if (outcome.kind !== 'failed') releaseLeg(outcome);
      return;
    }
    if (outcome.kind !== 'failed') return finish({ leg, outcome }, ELSEWHERE);
    failures.push({ leg, outcome, failure: outcome.failure });
    onFailed(leg, outcome.failure);
    // RFC 3261 16.7 step 5: a 6xx speaks for all of them.
    if (outcome.failure.status >= 600) return finish({ leg, outcome }, {});
    if (failures.length === placed.length) finish(best(failures) ?? { leg, outcome }, {});
  };
  for (const { leg, call } of placed) call.outcome.then((outcome) => take(leg, outcome), result.reject);
  const cancel = (headers: SrfHeaders) => {
    for (const { call } of placed) call.cancel(headers);
  };
  return { result: result.promise, cancel };
}

/** A far end's own answer says more than our failing to reach it, and a lower status more than a higher one. */
function best<T extends { readonly failure: LegFailure }>(failures: readonly T[]): T | undefined {
  return failures.toSorted(
    (a, b) => Number(a.failure.isLocal) - Number(b.failure.isLocal) || a.failure.status - b.failure.status,
  )[0];
}
