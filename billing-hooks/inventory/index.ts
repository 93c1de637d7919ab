export {
  type CarrierAdapter,
  CarrierError,
  type CarrierMessages,
  type InventoryQuery,
  type NumberOffer,
  type PortRequest,
  type PortState,
  type RegulatoryVerdict,
} from './carrier-adapter.ts';
export { COUNTRIES, monthlyRateOf, needsDocuments, offersOf } from './coverage.ts';
export { createDefaultCarrier } from './default-carrier.ts';
export { describeNumber, type NumberFacts } from './describe-number.ts';
export {
  CARRIER_CALLS,
  CARRIER_FAULTS,
  type CarrierCall,
  type CarrierFault,
  createFaultyCarrier,
} from './faulty-carrier.ts';
export { createSimulatedCarrier } from './simulated-carrier.ts';
export { importStock, listStock, type OnExisting, removeStock, type StockReport, type StockRow } from './stock.ts';
export { createStockCarrier } from './stock-carrier.ts';
