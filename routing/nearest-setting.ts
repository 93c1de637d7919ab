import type { CarrierRecord, RoutingPolicy, TrunkRecord } from '../bus/index.ts';
import type { RoutingDirectory } from './ports.ts';

/** One side of a call: a trunk, a carrier, or neither. */
export interface Side {
  readonly trunk: TrunkRecord | undefined;
  readonly carrier: CarrierRecord | undefined;
}

/** What is set for that side, the nearest first: the trunk or carrier itself, the trunk's account, those above it. */
export function nearestSetting<Key extends keyof RoutingPolicy>(
  directory: Pick<RoutingDirectory, 'chain'>,
  { trunk, carrier }: Side,
  key: Key,
): RoutingPolicy[Key] | undefined {
  const own = (trunk ?? carrier)?.routing?.[key];
  if (own !== undefined || trunk === undefined) return own;
  // A loop: a call asks for half a dozen settings, of which nearly none is set.
  for (const { routing } of directory.chain(trunk.accountId)) {
    const set = routing?.[key];
    if (set !== undefined) return set;
  }
  return undefined;
}
