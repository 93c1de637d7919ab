import type { DirectoryDelta, OfflineCause, TrunkRecord } from '../bus/index.ts';
import type { Bindings } from './bindings.ts';
import type { RegistrarDirectory } from './options.ts';
import { TrunkTable } from './trunk-table.ts';

/**
 * Ends bindings whose right to be there has gone: new credentials, a trunk that was deleted or suspended, a suspended
 * account (F-009, F-043). A rotation with overlap ends nothing.
 */
export class DirectoryWatch {
  readonly #directory: RegistrarDirectory;
  readonly #bindings: Bindings;
  readonly #nowMs: () => number;
  /** The trunk as it was when its bindings were last found in order. */
  readonly #known = new TrunkTable<TrunkRecord>();

  constructor(directory: RegistrarDirectory, bindings: Bindings, nowMs: () => number) {
    this.#directory = directory;
    this.#bindings = bindings;
    this.#nowMs = nowMs;
  }

  /** The trunk has bindings that are in order. */
  registered(trunk: TrunkRecord): void {
    if (this.#known.get(trunk.id) !== trunk) this.#known.set(trunk.id, trunk);
  }

  /** To be called after the directory has taken the delta. */
  changed(delta: DirectoryDelta): void {
    const isAnyAccountOff = delta.accounts.deletes.length > 0 || delta.accounts.upserts.some(isOff);
    if (delta.reset || isAnyAccountOff) {
      for (const id of this.#known.keys()) this.#check(id);
      return;
    }
    for (const id of delta.trunks.deletes) this.#check(id);
    for (const trunk of delta.trunks.upserts) this.#check(trunk.id);
  }

  #check(id: number): void {
    const known = this.#known.get(id);
    if (known === undefined) return;
    const trunk = this.#directory.findTrunk(id);
    const cause = this.#offence(known, trunk);
    if (cause !== undefined) this.#bindings.purge(id, cause);
    if (trunk === undefined || cause !== undefined) this.#known.delete(id);
    else this.#known.set(id, trunk);
    if (trunk === undefined || trunk.status === 'deleted') this.#bindings.states.forget(id);
  }

  #offence(known: TrunkRecord, trunk: TrunkRecord | undefined): OfflineCause | undefined {
    if (trunk === undefined || trunk.status === 'deleted') return 'trunk_deleted';
    if (trunk.status === 'suspended' || !this.#directory.isActive(trunk.accountId)) return 'account_suspended';
    if (known.realm !== trunk.realm || known.username !== trunk.username) return 'credentials_regenerated';
    // One account that is suspended has all registered trunks looked at: those that are as they were stay sealed.
    if (known === trunk) return undefined;
    const hasOverlap = trunk.previousHa1 !== null && trunk.previousHa1.untilMs > this.#nowMs();
    return hasOverlap || hasSamePassword(known, trunk) ? undefined : 'credentials_regenerated';
  }
}

function isOff(account: { readonly status: string }): boolean {
  return account.status !== 'active';
}

function hasSamePassword(a: TrunkRecord, b: TrunkRecord): boolean {
  const algorithms = ['MD5', 'SHA-256', 'SHA-512-256'] as const;
  return algorithms.every(
    (name) => a.ha1[name] === undefined || b.ha1[name] === undefined || a.ha1[name] === b.ha1[name],
  );
}
