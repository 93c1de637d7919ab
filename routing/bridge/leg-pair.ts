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
  #pending: PendingTransfer | undefined;
  /** The pair that this one has become part of. */
  #into: LegPair | undefined;

  constructor(caller: Leg, callee: Leg) {
    this.#caller = caller;
    this.#callee = callee;
  }

  get pending(): PendingTransfer | undefined {
    return this.#into === undefined ? this.#pending : this.#into.pending;
  }

  set pending(pending: PendingTransfer | undefined) {
    if (this.#into === undefined) this.#pending = pending;
    else this.#into.pending = pending;
  }

  /** The two that talk now. */
  get legs(): readonly [Leg, Leg] {
    return this.#into === undefined ? [this.#caller, this.#callee] : this.#into.legs;
  }

  /** The other one; `undefined` for a leg that has been replaced. */
  otherOf(leg: Leg): Leg | undefined {
    if (this.#into !== undefined) return this.#into.otherOf(leg);
    if (leg === this.#caller) return this.#callee;
    return leg === this.#callee ? this.#caller : undefined;
  }

  replace(old: Leg, leg: Leg): void {
    if (this.#into !== undefined) {
      this.#into.replace(old, leg);
      return;
    }
    if (old === this.#caller) this.#caller = leg;
    else if (old === this.#callee) this.#callee = leg;
    if (!this.#linked.includes(leg.call)) this.#linked.push(leg.call);
  }

  /**
   * Takes a leg of another pair in the place of one; the other pair is this one from now on, and all those calls end
   * together.
   */
  absorb(old: Leg, leg: Leg, other: LegPair, calls: ReadonlySet<Call>): void {
    if (this.#into !== undefined) {
      this.#into.absorb(old, leg, other, calls);
      return;
    }
    const from = other.#root();
    this.replace(old, leg);
    for (const call of [...calls, ...from.#linked]) if (!this.#linked.includes(call)) this.#linked.push(call);
    if (from !== this) from.#into = this;
  }

  endLinked(end: CallEnd): void {
    if (this.#into !== undefined) this.#into.endLinked(end);
    for (const call of this.#linked) call.end(end);
  }

  #root(): LegPair {
    return this.#into === undefined ? this : this.#into.#root();
  }
}
