export {
  type CarrierAdapter,
  CarrierError,
  type InventoryQuery,
  type NumberOffer,
} from './carrier-adapter.ts';
export { COUNTRIES } from './coverage.ts';
export { createDefaultCarrier } from './default-carrier.ts';
export { createSimulatedCarrier } from './simulated-carrier.ts';
