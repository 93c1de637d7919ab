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
  return new RunningRound(legs, place, onFailed);
}

interface Failed extends RoundResult {
  readonly failure: LegFailure;
}

class RunningRound implements Round {
  readonly #legs: readonly LegTarget[];
  readonly #placed: readonly PlacedLeg[];
  readonly #onFailed: (leg: LegTarget, failure: LegFailure) => void;
  readonly #result = Promise.withResolvers<RoundResult>();
  #failures: readonly Failed[] = NONE;
  #isOver = false;

  constructor(
    legs: readonly LegTarget[],
    place: (leg: LegTarget) => PlacedLeg,
    onFailed: (leg: LegTarget, failure: LegFailure) => void,
  ) {
    this.#legs = legs;
    this.#onFailed = onFailed;
    this.#placed = legs.map(place);
    for (const [index, leg] of legs.entries()) {
      this.#placed[index]?.outcome.then((outcome) => this.#take(leg, outcome), this.#result.reject);
    }
  }

  get result(): Promise<RoundResult> {
    return this.#result.promise;
  }

  cancel(headers: SrfHeaders): void {
    for (const call of this.#placed) call.cancel(headers);
  }

  #take(leg: LegTarget, outcome: LegOutcome): void {
    if (this.#isOver) {
      if (outcome.kind !== 'failed') releaseLeg(outcome);
      return;
    }
    if (outcome.kind !== 'failed') {
      this.#finish({ leg, outcome }, ELSEWHERE);
      return;
    }
    const { failure } = outcome;
    this.#failures = [...this.#failures, { leg, outcome, failure }];
    this.#onFailed(leg, failure);
    // RFC 3261 16.7 step 5: a 6xx speaks for all of them.
    if (failure.status >= 600) this.#finish({ leg, outcome }, {});
    else if (this.#failures.length === this.#placed.length) this.#finish(best(this.#failures) ?? { leg, outcome }, {});
  }

  #finish(winner: RoundResult, others: SrfHeaders): void {
    this.#isOver = true;
    for (const [index, leg] of this.#legs.entries()) if (leg !== winner.leg) this.#placed[index]?.cancel(others);
    this.#result.resolve(winner);
  }
}

const NONE: readonly never[] = Object.freeze([]);

/** A far end's own answer says more than our failing to reach it, and a lower status more than a higher one. */
function best<T extends { readonly failure: LegFailure }>(failures: readonly T[]): T | undefined {
  return failures.toSorted(
    (a, b) => Number(a.failure.isLocal) - Number(b.failure.isLocal) || a.failure.status - b.failure.status,
  )[0];
}
