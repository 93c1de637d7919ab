import { EmptiedMap } from '../emptied-map.ts';
import type { Admission, AdmissionResult, CallClass, CeilingLevel, Claim, Lease } from './admission.ts';

/** Places taken under one ceiling. */
interface Counter {
  readonly key: number;
  used: number;
}

/** A lease and the counters that it holds, one for each claim: nobody has to look for them when it ends. */
interface Held {
  readonly lease: Lease;
  readonly counters: readonly Counter[];
}

/** Admission of one process, exact because a SIP thread runs one handler at a time. */
export class MemoryAdmission implements Admission {
  /** Those of which somebody holds a place. */
  readonly #counters = new Map<number, Counter>();
  readonly #held = new EmptiedMap<Held>();

  acquire(id: string, claims: readonly Claim[], expiresAtMs: number): AdmissionResult {
    const previous = this.#held.get(id);
    if (previous !== undefined) this.#giveBack(previous.counters);
    const counters: Counter[] = [];
    const result = this.#take(claims, counters);
    if (result.ok) this.#held.set(id, { lease: { id, claims, expiresAtMs }, counters });
    else if (previous !== undefined) for (const counter of previous.counters) this.#count(counter);
    return result;
  }

  peek(claims: readonly Claim[]): AdmissionResult {
    const counters: Counter[] = [];
    const result = this.#take(claims, counters);
    if (result.ok) this.#giveBack(counters);
    return result;
  }

  release(id: string): boolean {
    const held = this.#held.delete(id);
    if (held === undefined) return false;
    this.#giveBack(held.counters);
    return true;
  }

  expire(nowMs: number): readonly string[] {
    const expired = this.leases().filter((lease) => lease.expiresAtMs <= nowMs);
    for (const { id } of expired) this.release(id);
    return expired.map(({ id }) => id);
  }

  used(level: CeilingLevel, id: number, callClass: CallClass): number {
    return this.#counters.get(keyOf(level, id, callClass))?.used ?? 0;
  }

  leases(): readonly Lease[] {
    return this.#held.values().map(({ lease }) => lease);
  }

  /** Every place or none, one after the other: a call may want two under one ceiling. */
  #take(claims: readonly Claim[], taken: Counter[]): AdmissionResult {
    for (const claim of claims) {
      const key = keyOf(claim.level, claim.id, claim.class);
      const counter = this.#counters.get(key) ?? { key, used: 0 };
      const { used } = counter;
      if (used >= claim.limit) {
        this.#giveBack(taken);
        return { ok: false, full: claim, used };
      }
      this.#count(counter);
      taken.push(counter);
    }
    return { ok: true };
  }

  #count(counter: Counter): void {
    if (counter.used === 0) this.#counters.set(counter.key, counter);
    counter.used += 1;
  }

  #giveBack(counters: readonly Counter[]): void {
    for (const counter of counters) {
      counter.used -= 1;
      if (counter.used === 0) this.#counters.delete(counter.key);
    }
  }
}

/** An account is counted once, whether a call sees it as its own account or as an ancestor. */
function keyOf(level: CeilingLevel, id: number, callClass: CallClass): number {
  // A number: five texts would have to be made for each call.
  return id * 16 + OWNER[level] * 4 + CLASS[callClass];
}

const OWNER: Readonly<Record<CeilingLevel, number>> = { trunk: 0, account: 1, ancestor: 1, carrier: 2 };
const CLASS: Readonly<Record<CallClass, number>> = { in: 0, out: 1, dialer: 2 };
