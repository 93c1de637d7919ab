import { sourceKey } from '../../auth/index.ts';
import type { AdminDeps } from '../deps.ts';
import { notFound } from '../errors.ts';
import type { Ban } from '../ports.ts';
import type { Principal } from '../principal.ts';
import { banView } from '../views/ban.ts';

/** The ban that an address falls under: of an IPv6 address that of its /64. */
export function findBan(bans: readonly Ban[], address: string): Ban {
  const ban = bans.find((one) => one.address === address || one.address === sourceKey(address));
  if (ban === undefined) throw notFound('ban');
  return ban;
}

/** Ends a ban and writes down who did, for the account whose trunk gave the right to it (`null`: the operator). */
export async function liftBan(deps: AdminDeps, principal: Principal, accountId: number | null, ban: Ban) {
  const { actor } = principal;
  const { address } = ban;
  // First: who lets an address in again is known even when the SIP side then fails to.
  const entry = { accountId, actor, action: 'lift', resource: 'ban', resourceId: address };
  await deps.store.audit.record({ ...entry, before: banView(ban), after: null });
  if (!(await deps.sip.request('lift_ban', { address }))) throw notFound('ban');
  return { address, lifted: true };
}
