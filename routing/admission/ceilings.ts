import type { AccountRecord, CarrierRecord, TrunkRecord } from '../../bus/index.ts';
import type { RoutingDirectory } from '../ports.ts';
import type { CallClass, Claim } from './admission.ts';

/**
 * The places a call needs under a trunk: trunk, account, parent … root (interface.md, Ceilings; A13,
 * A14). `hierarchical: false` leaves the accounts above out.
 */
export function claimsOfTrunk(
  directory: Pick<RoutingDirectory, 'chain'>,
  trunk: TrunkRecord,
  callClass: CallClass,
  hierarchical: boolean,
): Claim[] {
  const own = { level: 'trunk', id: trunk.id, class: callClass, limit: toLimit(ceilingOf(trunk, callClass)) } as const;
  const claims: Claim[] = [own];
  addAccounts(claims, directory.chain(trunk.accountId), callClass, hierarchical);
  return claims;
}

/** The places under an account and those above it. */
export function claimsOfAccount(
  directory: Pick<RoutingDirectory, 'chain'>,
  accountId: number,
  callClass: CallClass,
  hierarchical: boolean,
): readonly Claim[] {
  const line = directory.chain(accountId);
  const claims: Claim[] = [];
  addAccounts(claims, line, callClass, hierarchical);
  return claims;
}

/** The place a call needs at a carrier. */
export function claimOfCarrier(carrier: CarrierRecord, callClass: 'in' | 'out'): Claim {
  const ceiling = callClass === 'in' ? carrier.maxIn : carrier.maxOut;
  return { level: 'carrier', id: carrier.id, class: callClass, limit: toLimit(ceiling) };
}

/** Calls of a dialer trunk are counted only in the dialer class (A13). */
export function outboundClass(trunk: TrunkRecord): CallClass {
  return trunk.kind === 'dialer' ? 'dialer' : 'out';
}

function addAccounts(
  claims: Claim[],
  line: readonly AccountRecord[],
  callClass: CallClass,
  hierarchical: boolean,
): void {
  const depths = hierarchical ? line.length : Math.min(line.length, 1);
  for (let depth = 0; depth < depths; depth++) {
    const { id } = line[depth] as AccountRecord;
    const level = depth === 0 ? 'account' : 'ancestor';
    claims.push({ level, id, class: callClass, limit: inheritedLimit(line, depth, callClass) });
  }
}

/** The ceiling of the account at that depth, else of the first above it that has one. */
function inheritedLimit(line: readonly AccountRecord[], depth: number, callClass: CallClass): number {
  for (let above = depth; above < line.length; above++) {
    const ceiling = ceilingOf(line[above] as AccountRecord, callClass);
    if (ceiling !== null) return toLimit(ceiling);
  }
  return Number.POSITIVE_INFINITY;
}

function ceilingOf(owner: TrunkRecord | AccountRecord, callClass: CallClass): number | null {
  if (callClass === 'in') return owner.maxIn;
  return callClass === 'out' ? owner.maxOut : owner.maxDialer;
}

/** `null`: no ceiling of its own; -1: unlimited; 0: blocked. */
function toLimit(ceiling: number | null): number {
  return ceiling === null || ceiling < 0 ? Number.POSITIVE_INFINITY : ceiling;
}
