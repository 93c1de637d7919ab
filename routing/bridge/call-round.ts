import type { LegTarget, RouteOption } from '../call-context.ts';
import type { SrfHeaders } from '../srf-adapter.ts';
import type { LegFailure } from './leg-outcome.ts';
import type { LegOutcome, PlacedLeg } from './place-leg.ts';
import { releaseLeg } from './release-leg.ts';

/** What came of one target of a round. */
export interface RoundResult {
  readonly leg: LegTarget;
  readonly outcome: LegOutcome;
}

/** Who calls the targets of a round, and what is told of them. */
export interface RoundCaller {
  /** Tells the outcome once, after it has returned. */
  place(option: RouteOption, leg: LegTarget, onOutcome: (outcome: LegOutcome) => void): PlacedLeg;
  onFailed(option: RouteOption, leg: LegTarget, failure: LegFailure): void;
  /** The first that answered, else the failure that says most (RFC 3261 16.7 step 6). */
  onResult(option: RouteOption, result: RoundResult): void;
}

const ELSEWHERE: SrfHeaders = { Reason: 'SIP;cause=200;text="Call completed elsewhere"' };

interface Failed extends RoundResult {
  readonly failure: LegFailure;
}

/** Calls one target, or several at once: the first answer wins and the others are called back. */
export class CallRound {
  readonly #option: RouteOption;
  readonly #legs: readonly LegTarget[];
  readonly #placed: readonly PlacedLeg[];
  readonly #caller: RoundCaller;
  #failures: readonly Failed[] = NONE;
  #isOver = false;

  constructor(option: RouteOption, legs: readonly LegTarget[], caller: RoundCaller) {
    this.#option = option;
    this.#legs = legs;
    this.#caller = caller;
    this.#placed = this.#place();
  }

  /** Where one cannot be placed, those before it must not ring on. */
  #place(): readonly PlacedLeg[] {
    const placed: PlacedLeg[] = [];
    try {
      for (const leg of this.#legs)
        placed.push(this.#caller.place(this.#option, leg, (outcome) => this.#take(leg, outcome)));
    } catch (fault) {
      this.#isOver = true;
      for (const call of placed) call.cancel({});
      throw fault;
    }
    return placed;
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
    this.#caller.onFailed(this.#option, leg, failure);
    // RFC 3261 16.7 step 5: a 6xx speaks for all of them.
    if (failure.status >= 600) this.#finish({ leg, outcome }, {});
    else if (this.#failures.length === this.#placed.length) this.#finish(best(this.#failures) ?? { leg, outcome }, {});
  }

  #finish(winner: RoundResult, others: SrfHeaders): void {
    this.#isOver = true;
    if (this.#legs.length > 1) this.#callBack(winner.leg, others);
    this.#caller.onResult(this.#option, winner);
  }

  #callBack(winner: LegTarget, headers: SrfHeaders): void {
    for (const [index, leg] of this.#legs.entries()) if (leg !== winner) this.#placed[index]?.cancel(headers);
  }
}

const NONE: readonly never[] = Object.freeze([]);

/** A far end's own answer says more than our failing to reach it, and a lower status more than a higher one. */
function best<T extends { readonly failure: LegFailure }>(failures: readonly T[]): T | undefined {
  return failures.toSorted(
    (a, b) => Number(a.failure.isLocal) - Number(b.failure.isLocal) || a.failure.status - b.failure.status,
  )[0];
}
