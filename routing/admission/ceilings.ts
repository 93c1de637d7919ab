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
): readonly Claim[] {
  const own = { level: 'trunk', id: trunk.id, class: callClass, limit: toLimit(ceilingOf(trunk, callClass)) } as const;
  return [own, ...claimsOfAccount(directory, trunk.accountId, callClass, hierarchical)];
}

/** The places under an account and those above it. */
export function claimsOfAccount(
  directory: Pick<RoutingDirectory, 'chain'>,
  accountId: number,
  callClass: CallClass,
  hierarchical: boolean,
): readonly Claim[] {
  const line = directory.chain(accountId);
  return (hierarchical ? line : line.slice(0, 1)).map((account, depth) => ({
    level: depth === 0 ? 'account' : 'ancestor',
    id: account.id,
    class: callClass,
    limit: inheritedLimit(line.slice(depth), callClass),
  }));
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

function inheritedLimit(line: readonly AccountRecord[], callClass: CallClass): number {
  for (const account of line) {
    const ceiling = ceilingOf(account, callClass);
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
