export { createControl } from './control.ts';
export type { ControlListenOptions } from './control-listener.ts';
export { deliveredBytes } from './delivered.ts';
export { encodeFrame, FrameError, FrameReader } from './frame-reader.ts';
export type { ControlDeps, ProxyCommand, ResolveTargets, TransactionUserOfApps } from './types.ts';
