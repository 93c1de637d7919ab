import type { PolicyOwner, StoredPolicy } from '../policies/index.ts';
import type { AccountState } from './account-state.ts';
import type { PolicyEntry, RegistrationEntry } from './tenant-schema.ts';

/** The policies that are set, by owner and its id. */
export type Policies = ReadonlyMap<string, StoredPolicy>;

export function policyKey(owner: PolicyOwner, id: number): string {
  return `${owner} ${id}`;
}

/** As it is written in a file: trunks by name, and no registration, which stands beside it. */
export function namePolicy(state: Pick<AccountState, 'trunks'> | undefined, policy: StoredPolicy): PolicyEntry {
  const { registration: _, disaster, ...rest } = policy;
  if (disaster === undefined) return rest as PolicyEntry;
  const { trunk_id: trunkId, ...elsewhere } = disaster;
  const trunk = [...(state?.trunks.values() ?? [])].find(({ id }) => id === trunkId);
  return {
    ...rest,
    disaster: trunkId === undefined ? elsewhere : { trunk: trunk?.name ?? `#${trunkId}`, ...elsewhere },
  };
}

/** @returns a sentence instead when a name means nothing in the account */
export function resolvePolicy(state: AccountState | undefined, entry: PolicyEntry): StoredPolicy | string {
  const { disaster, ...rest } = entry as PolicyEntry & { readonly disaster?: NamedDisaster };
  if (disaster?.trunk === undefined) return entry as StoredPolicy;
  const { trunk: name, ...elsewhere } = disaster;
  const trunk = state?.trunks.get(name);
  if (trunk === undefined) return `the account has no trunk "${name}"`;
  return { ...rest, disaster: { trunk_id: trunk.id, ...elsewhere } } as StoredPolicy;
}

interface NamedDisaster {
  readonly trunk?: string;
}

/** As it is written in a file, without its password. */
export function nameRegistration({ registration }: StoredPolicy): Omit<RegistrationEntry, 'password'> | undefined {
  if (registration === undefined) return undefined;
  const { password_sealed: _, ...shown } = registration;
  return shown;
}
