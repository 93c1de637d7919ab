export { type CheckoutItem, type CheckoutRequest, checkout } from './checkout.ts';
export { QUARANTINE_MS, releaseNumber } from './release-number.ts';
export { findSoldNumbers } from './sold-numbers.ts';
