export { createProxy } from './proxy.ts';
export type * from './types.ts';
export type { SipProxy as Proxy } from './types.ts';
