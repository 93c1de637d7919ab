import type { Store } from '../../tenancy/index.ts';
import { findSoldNumbers } from '../orders/sold-numbers.ts';
import type { CarrierAdapter } from './carrier-adapter.ts';
import { createSimulatedCarrier } from './simulated-carrier.ts';

/** The carrier that numbers come from while no other is connected; what is sold is what the store has. */
export function createDefaultCarrier(store: Store): CarrierAdapter {
  return createSimulatedCarrier({
    findSold: (numbers) => findSoldNumbers(store, numbers),
    nowMs: () => store.clock.nowMs(),
  });
}
