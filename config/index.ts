export type * from './config.ts';
export { ConfigError, type ConfigFault } from './config-error.ts';
export { type LoadedConfig, loadConfig } from './load-config.ts';
export { nearest } from './nearest.ts';
export { callTargets, closedAddressIn, hostsOf, OpenAddresses } from './open-addresses.ts';
