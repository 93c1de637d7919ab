import { EmptiedMap } from '../emptied-map.ts';
import type { Admission, AdmissionResult, CallClass, CeilingLevel, Claim, Lease } from './admission.ts';

/** A lease and the counters that it holds, one for each claim. */
interface Held {
  readonly lease: Lease;
  readonly keys: readonly number[];
}

/** Admission of one process, exact because a SIP thread runs one handler at a time. */
export class MemoryAdmission implements Admission {
  readonly #used = new Map<number, number>();
  readonly #held = new EmptiedMap<Held>();

  acquire(id: string, claims: readonly Claim[], expiresAtMs: number): AdmissionResult {
    const previous = this.#held.get(id);
    if (previous !== undefined) this.#count(previous.keys, -1);
    const keys = claims.map(keyOfClaim);
    const result = this.#peek(claims, keys);
    if (result.ok) {
      this.#held.set(id, { lease: { id, claims, expiresAtMs }, keys });
      this.#count(keys, 1);
    } else if (previous !== undefined) {
      this.#count(previous.keys, 1);
    }
    return result;
  }

  peek(claims: readonly Claim[]): AdmissionResult {
    return this.#peek(claims, claims.map(keyOfClaim));
  }

  release(id: string): boolean {
    const held = this.#held.delete(id);
    if (held === undefined) return false;
    this.#count(held.keys, -1);
    return true;
  }

  expire(nowMs: number): readonly string[] {
    const expired = this.leases().filter((lease) => lease.expiresAtMs <= nowMs);
    for (const { id } of expired) this.release(id);
    return expired.map(({ id }) => id);
  }

  used(level: CeilingLevel, id: number, callClass: CallClass): number {
    return this.#used.get(keyOf(level, id, callClass)) ?? 0;
  }

  leases(): readonly Lease[] {
    return this.#held.values().map(({ lease }) => lease);
  }

  #peek(claims: readonly Claim[], keys: readonly number[]): AdmissionResult {
    for (let index = 0; index < claims.length; index++) {
      const claim = claims[index] as Claim;
      const key = keys[index] ?? 0;
      let used = this.#used.get(key) ?? 0;
      // A call may want two places under one ceiling; claims are few.
      for (let before = 0; before < index; before++) if (keys[before] === key) used += 1;
      if (used >= claim.limit) return { ok: false, full: claim, used };
    }
    return { ok: true };
  }

  #count(keys: readonly number[], by: number): void {
    for (const key of keys) {
      const count = (this.#used.get(key) ?? 0) + by;
      if (count === 0) this.#used.delete(key);
      else this.#used.set(key, count);
    }
  }
}

function keyOfClaim({ level, id, class: callClass }: Claim): number {
  return keyOf(level, id, callClass);
}

/** An account is counted once, whether a call sees it as its own account or as an ancestor. */
function keyOf(level: CeilingLevel, id: number, callClass: CallClass): number {
  // A number: five texts would have to be made for each call.
  return id * 16 + OWNER[level] * 4 + CLASS[callClass];
}

const OWNER: Readonly<Record<CeilingLevel, number>> = { trunk: 0, account: 1, ancestor: 1, carrier: 2 };
const CLASS: Readonly<Record<CallClass, number>> = { in: 0, out: 1, dialer: 2 };
