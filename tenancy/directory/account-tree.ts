import type { AccountRecord } from '../../bus/index.ts';

/** Deeper than any tree the store accepts; a guard against a broken delta, not a rule. */
const DEEPEST = 64;

/** The accounts and, for each, its cached way up to the root. */
export class AccountTree {
  readonly #accounts = new Map<number, AccountRecord>();
  readonly #chains = new Map<number, readonly AccountRecord[]>();

  get size(): number {
    return this.#accounts.size;
  }

  get(id: number): AccountRecord | undefined {
    return this.#accounts.get(id);
  }

  values(): IterableIterator<AccountRecord> {
    return this.#accounts.values();
  }

  /** The account itself, its parent, and so on to the root; empty when it is unknown. */
  chain(id: number): readonly AccountRecord[] {
    const cached = this.#chains.get(id);
    if (cached !== undefined) return cached;
    const chain: AccountRecord[] = [];
    let next = this.#accounts.get(id);
    while (next !== undefined && chain.length < DEEPEST) {
      chain.push(next);
      next = next.parentId === null ? undefined : this.#accounts.get(next.parentId);
    }
    const frozen = Object.freeze(chain);
    this.#chains.set(id, frozen);
    return frozen;
  }

  set(account: AccountRecord): void {
    this.#accounts.set(account.id, account);
  }

  delete(id: number): void {
    this.#accounts.delete(id);
  }

  /** After a change: a chain may hold the old record of any account on it. */
  forgetChains(): void {
    this.#chains.clear();
  }
}
