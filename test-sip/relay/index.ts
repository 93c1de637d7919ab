export { createFates, type Fate, type NetworkQuality, PERFECT } from './fate.ts';
export { type LossyRelay, type LossyRelayOptions, type RelayStats, startLossyRelay } from './lossy-relay.ts';
export { type Address, type Nat, type NatOptions, startNat } from './nat.ts';
