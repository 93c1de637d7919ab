export {
  type Availability,
  beginRun,
  keepRun,
  localDate,
  MOST_PERIODS,
  type PeriodUnit,
  percentOf,
  readAvailability,
} from './availability/index.ts';
export { type Clock, SYSTEM_CLOCK } from './clock.ts';
export * from './demo/index.ts';
export * from './directory/index.ts';
export { StoreError, type StoreErrorCode, StoreLocked, TenancyError, type TenancyErrorCode } from './errors.ts';
export * from './events/index.ts';
export * from './journal/index.ts';
export * from './ledger/index.ts';
export * from './plan/index.ts';
export * from './policies/index.ts';
export * from './publish/index.ts';
export { hashApiKey, type KeyMode, loadSecretKey, makeHa1Set, makePassword, SecretBox } from './secrets/index.ts';
export * from './store/index.ts';
export { type LocalTime, WallClock } from './wall-clock.ts';
