export { CarrierOrders } from './carrier-orders.ts';
export { CarrierReleases } from './carrier-releases.ts';
export { checkout } from './checkout.ts';
export { type OffboardReport, offboardAccount } from './offboard-account.ts';
export type { CheckoutItem, CheckoutRequest } from './order-lines.ts';
export { type Quote, quoteOrder } from './quote.ts';
export { refundRent } from './refund-rent.ts';
export { QUARANTINE_MS, releaseNumber } from './release-number.ts';
export { findSoldNumbers } from './sold-numbers.ts';
