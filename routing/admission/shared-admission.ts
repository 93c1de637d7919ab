import { EmptiedMap } from '../emptied-map.ts';
import type { Admission, AdmissionResult, CallClass, CeilingLevel, Claim, Lease } from './admission.ts';
import { type PlaceKey, SharedPlaces, type SharedPlacesMemory } from './shared-places.ts';

interface Held {
  readonly lease: Lease;
  readonly keys: readonly PlaceKey[];
}

/**
 * Admission of several SIP threads, exact over all of them: the counters are shared, each thread holds the leases of
 * the calls that are its own.
 */
export class SharedAdmission implements Admission {
  readonly #places: SharedPlaces;
  readonly #held = new EmptiedMap<Held>();

  constructor(memory: SharedPlacesMemory) {
    this.#places = new SharedPlaces(memory);
  }

  acquire(id: string, claims: readonly Claim[], expiresAtMs: number): AdmissionResult {
    const keys = claims.map(keyOfClaim);
    const previous = this.#held.get(id)?.keys ?? [];
    const result = this.#places.together(() => {
      this.#places.needRoom(keys.length);
      this.#change(previous, -1);
      const outcome = this.#judge(claims, keys);
      this.#change(outcome.ok ? keys : previous, 1);
      return outcome;
    });
    if (result.ok) this.#held.set(id, { lease: { id, claims, expiresAtMs }, keys });
    return result;
  }

  peek(claims: readonly Claim[]): AdmissionResult {
    return this.#places.together(() => this.#judge(claims, claims.map(keyOfClaim)));
  }

  release(id: string): boolean {
    const held = this.#held.delete(id);
    if (held === undefined) return false;
    this.#places.together(() => this.#change(held.keys, -1));
    return true;
  }

  expire(nowMs: number): readonly string[] {
    const expired = this.leases().filter((lease) => lease.expiresAtMs <= nowMs);
    for (const { id } of expired) this.release(id);
    return expired.map(({ id }) => id);
  }

  /** Over all threads. */
  used(level: CeilingLevel, id: number, callClass: CallClass): number {
    return this.#places.together(() => this.#places.count(keyOf(level, id, callClass)));
  }

  /** Of this thread. */
  leases(): readonly Lease[] {
    return this.#held.values().map(({ lease }) => lease);
  }

  #judge(claims: readonly Claim[], keys: readonly PlaceKey[]): AdmissionResult {
    for (const [index, claim] of claims.entries()) {
      const key = keys[index];
      if (key === undefined) continue;
      // A call may want two places under one ceiling; claims are few.
      const used = this.#places.count(key) + countBefore(keys, index);
      if (used >= claim.limit) return { ok: false, full: claim, used };
    }
    return { ok: true };
  }

  #change(keys: readonly PlaceKey[], by: number): void {
    for (const key of keys) this.#places.change(key, by);
  }
}

/** How many in front of that one are the same. */
function countBefore(keys: readonly PlaceKey[], index: number): number {
  let count = 0;
  for (let before = 0; before < index; before++) {
    if (keys[before]?.low === keys[index]?.low && keys[before]?.high === keys[index]?.high) count++;
  }
  return count;
}

function keyOfClaim({ level, id, class: callClass }: Claim): PlaceKey {
  return keyOf(level, id, callClass);
}

const CLASSES: Readonly<Record<CallClass, number>> = { in: 0, out: 1, dialer: 2 };
/** An account is counted once, whether a call sees it as its own account or as an ancestor. */
const OWNERS: Readonly<Record<CeilingLevel, number>> = { trunk: 1, account: 2, ancestor: 2, carrier: 3 };

function keyOf(level: CeilingLevel, id: number, callClass: CallClass): PlaceKey {
  const kind = (OWNERS[level] << 2) | CLASSES[callClass];
  return { low: id | 0, high: (Math.floor(id / 0x1_0000_0000) << 4) | kind };
}
