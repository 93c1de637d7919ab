import type { AccountRecord, CarrierRecord, TrunkRecord } from '../../bus/index.ts';
import { nearest } from '../../config/index.ts';
import { type CallTestWorld, CaseError } from './call-test-world.ts';

/** Finds what a test file names, among what who asks may see. */
export class Names {
  readonly #world: CallTestWorld;
  #trunks: ReadonlyMap<string, readonly TrunkRecord[]> | undefined;
  #accounts: ReadonlyMap<string, AccountRecord> | undefined;

  constructor(world: CallTestWorld) {
    this.#world = world;
  }

  canSee(accountId: number | null): boolean {
    const { visible } = this.#world;
    return visible === null || (accountId !== null && visible.has(accountId));
  }

  /** By uuid, name, `account/name` or `user@realm`. @throws CaseError when there is none, or more than one */
  trunk(text: string): TrunkRecord {
    const { directory } = this.#world;
    const byUuid = directory.findTrunkByUuid(text);
    if (byUuid !== undefined && this.canSee(byUuid.accountId)) return byUuid;
    this.#trunks ??= this.#index();
    const found = this.#trunks.get(text) ?? [];
    const [only] = found;
    if (only === undefined) throw new CaseError(`there is no trunk ${text}${nearest(text, [...this.#trunks.keys()])}`);
    if (found.length > 1) throw new CaseError(`${found.length} trunks have the name ${text}: say account/${text}`);
    return only;
  }

  carrier(name: string): CarrierRecord {
    const carriers = this.#world.directory.carriers();
    const found = carriers.find((carrier) => carrier.name === name);
    if (found !== undefined) return found;
    throw new CaseError(
      `there is no carrier ${name}${nearest(
        name,
        carriers.map((carrier) => carrier.name),
      )}`,
    );
  }

  /** By uuid or name, among the accounts of visible trunks and those above them. */
  account(text: string): AccountRecord {
    this.#accounts ??= this.#indexAccounts();
    const found = this.#accounts.get(text);
    if (found !== undefined) return found;
    throw new CaseError(`there is no account ${text} with a trunk`);
  }

  accountName(accountId: number | null): string | null {
    return accountId === null ? null : (this.#world.directory.getAccount(accountId)?.name ?? null);
  }

  /** The first of each name, as trunks are listed. */
  #indexAccounts(): ReadonlyMap<string, AccountRecord> {
    const { directory } = this.#world;
    const found = new Map<string, AccountRecord>();
    for (const trunk of directory.trunks()) {
      for (const account of directory.chain(trunk.accountId)) {
        if (!this.canSee(account.id)) continue;
        for (const key of [account.name, account.uuid]) if (!found.has(key)) found.set(key, account);
      }
    }
    return found;
  }

  #index(): ReadonlyMap<string, readonly TrunkRecord[]> {
    const byName = new Map<string, TrunkRecord[]>();
    for (const trunk of this.#world.directory.trunks()) {
      if (!this.canSee(trunk.accountId)) continue;
      const { name, username, realm } = trunk;
      for (const key of new Set([name, `${this.accountName(trunk.accountId)}/${name}`, `${username}@${realm}`])) {
        const found = byName.get(key);
        if (found === undefined) byName.set(key, [trunk]);
        else found.push(trunk);
      }
    }
    return byName;
  }
}
