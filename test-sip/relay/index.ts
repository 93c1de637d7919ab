export { createFates, type Fate, type NetworkQuality, PERFECT } from './fate.ts';
export { type LossyRelay, type LossyRelayOptions, type RelayStats, startLossyRelay } from './lossy-relay.ts';
