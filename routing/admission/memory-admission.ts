import type { Admission, AdmissionResult, CallClass, CeilingLevel, Claim, Lease } from './admission.ts';

/** Admission of one process, exact because a SIP thread runs one handler at a time. */
export class MemoryAdmission implements Admission {
  readonly #used = new Map<string, number>();
  readonly #leases = new Map<string, Lease>();

  acquire(id: string, claims: readonly Claim[], expiresAtMs: number): AdmissionResult {
    const previous = this.#leases.get(id);
    if (previous !== undefined) this.#give(previous.claims);
    const result = this.peek(claims);
    if (result.ok) {
      this.#leases.set(id, { id, claims, expiresAtMs });
      this.#take(claims);
    } else if (previous !== undefined) {
      this.#take(previous.claims);
    }
    return result;
  }

  peek(claims: readonly Claim[]): AdmissionResult {
    const wanted = new Map<string, number>();
    for (const claim of claims) {
      const key = keyOf(claim.level, claim.id, claim.class);
      const used = (this.#used.get(key) ?? 0) + (wanted.get(key) ?? 0);
      if (used >= claim.limit) return { ok: false, full: claim, used };
      wanted.set(key, (wanted.get(key) ?? 0) + 1);
    }
    return { ok: true };
  }

  release(id: string): boolean {
    const lease = this.#leases.get(id);
    if (lease === undefined) return false;
    this.#leases.delete(id);
    this.#give(lease.claims);
    return true;
  }

  expire(nowMs: number): readonly string[] {
    const expired = [...this.#leases.values()].filter((lease) => lease.expiresAtMs <= nowMs).map((lease) => lease.id);
    for (const id of expired) this.release(id);
    return expired;
  }

  used(level: CeilingLevel, id: number, callClass: CallClass): number {
    return this.#used.get(keyOf(level, id, callClass)) ?? 0;
  }

  leases(): readonly Lease[] {
    return [...this.#leases.values()];
  }

  #take(claims: readonly Claim[]): void {
    for (const claim of claims) this.#add(claim, 1);
  }

  #give(claims: readonly Claim[]): void {
    for (const claim of claims) this.#add(claim, -1);
  }

  #add(claim: Claim, by: number): void {
    const key = keyOf(claim.level, claim.id, claim.class);
    const count = (this.#used.get(key) ?? 0) + by;
    if (count === 0) this.#used.delete(key);
    else this.#used.set(key, count);
  }
}

/** An account is counted once, whether a call sees it as its own account or as an ancestor. */
function keyOf(level: CeilingLevel, id: number, callClass: CallClass): string {
  const owner = level === 'ancestor' ? 'account' : level;
  return `${owner}/${id}/${callClass}`;
}
