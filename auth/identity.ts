import type { AccountRecord, RealmRecord, TrunkRecord } from '../bus/index.ts';
import type { Rejection } from '../telemetry/index.ts';
import { NetworkSet } from './source-key.ts';

/** What authentication reads of the directory; `Directory` of tenancy is one. */
export interface IdentityDirectory {
  readonly platformRealm: string;
  findRealm(realm: string): RealmRecord | undefined;
  findCredential(username: string, realm: string): TrunkRecord | undefined;
  getAccount(id: number): AccountRecord | undefined;
  isActive(accountId: number): boolean;
}

/** The answer of the `/auth` contract (F-033). */
export interface IdentityAnswer {
  readonly account: AccountRecord;
  readonly trunk: TrunkRecord;
  readonly allowed: boolean;
  /** Why not, `undefined` when allowed. */
  readonly refusal: Rejection | undefined;
}

/** F-033: resolves (auth_username, realm) to the owning account and trunk; `undefined` when nobody has that identity. */
export function authenticateIdentity(
  directory: IdentityDirectory,
  username: string,
  realm: string,
): IdentityAnswer | undefined {
  const trunk = directory.findCredential(username, realm);
  const account = trunk === undefined ? undefined : directory.getAccount(trunk.accountId);
  if (trunk === undefined || account === undefined) return undefined;
  const refusal = refuseIdentity(directory, trunk);
  return { account, trunk, allowed: refusal === undefined, refusal };
}

/** 403 for an identity that is known but may not be used: suspended, or not by digest. */
export function refuseIdentity(
  directory: Pick<IdentityDirectory, 'isActive'>,
  trunk: TrunkRecord,
): Rejection | undefined {
  if (trunk.status === 'suspended' || trunk.status === 'deleted') return { status: 403, reason: 'trunk_suspended' };
  if (!directory.isActive(trunk.accountId)) return { status: 403, reason: 'account_suspended' };
  if (trunk.authType !== 'ip') return undefined;
  return {
    status: 403,
    reason: 'auth_type_mismatch',
    sentence: 'You sent a user name and password, expected calls from a listed address: auth_type is ip.',
  };
}

/** A8: `digest+ip` needs the source address to be listed as well. */
export function refuseSource(trunk: TrunkRecord, sourceAddress: string): Rejection | undefined {
  if (trunk.authType !== 'digest+ip' || new NetworkSet(trunk.sources).has(sourceAddress)) return undefined;
  return {
    status: 403,
    reason: 'auth_type_mismatch',
    sentence: `You came from ${sourceAddress}, expected one of ${trunk.sources.join(', ') || 'no address at all'}.`,
  };
}
