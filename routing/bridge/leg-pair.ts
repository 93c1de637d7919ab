import type { Side } from '../nearest-setting.ts';
import type { SrfDialog } from '../srf-adapter.ts';
import type { Call, CallEnd } from './call.ts';

/** One of the two dialogs that are joined. */
export interface Leg extends Side {
  readonly side: 'caller' | 'callee';
  readonly dialog: SrfDialog;
  /** The call whose record holds this dialog, and as which leg. */
  readonly call: Call;
  readonly recordedAs: 'caller' | 'callee';
  /** Where its requests came from last. */
  address: string;
}

/** A transfer that one side has asked for and that has not come to an end. */
export interface PendingTransfer {
  readonly transferor: Leg;
  /** The transferor has hung up: the transfer goes on without it. */
  transferorLeft(): void;
  /** The other side has hung up: there is nobody to transfer. */
  abandon(): void;
}

/** The two legs of a call that is up; a transfer puts another in the place of one. */
export class LegPair {
  #caller: Leg;
  #callee: Leg;
  /** Calls that a transfer has made: they end with this one. */
  readonly #linked: Call[] = [];
  pending: PendingTransfer | undefined;

  constructor(caller: Leg, callee: Leg) {
    this.#caller = caller;
    this.#callee = callee;
  }

  get legs(): readonly [Leg, Leg] {
    return [this.#caller, this.#callee];
  }

  /** The other one; `undefined` for a leg that has been replaced. */
  otherOf(leg: Leg): Leg | undefined {
    if (leg === this.#caller) return this.#callee;
    return leg === this.#callee ? this.#caller : undefined;
  }

  replace(old: Leg, leg: Leg): void {
    if (old === this.#caller) this.#caller = leg;
    else if (old === this.#callee) this.#callee = leg;
    if (!this.#linked.includes(leg.call)) this.#linked.push(leg.call);
  }

  endLinked(end: CallEnd): void {
    for (const call of this.#linked) call.end(end);
  }
}
