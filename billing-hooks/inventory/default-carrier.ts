import type { Store } from '../../tenancy/index.ts';
import { findSoldNumbers } from '../orders/sold-numbers.ts';
import type { CarrierAdapter } from './carrier-adapter.ts';
import { createSimulatedCarrier } from './simulated-carrier.ts';
import { createStockCarrier } from './stock-carrier.ts';

/** Numbers of the operator's own, and the simulated carrier while no other is connected; what is sold is what the store has. */
export function createDefaultCarrier(store: Store): CarrierAdapter {
  const findSold = (numbers: readonly string[]) => findSoldNumbers(store, numbers);
  const carrier = createSimulatedCarrier({ findSold, nowMs: () => store.clock.nowMs() });
  return createStockCarrier({ store, findSold, carrier });
}
