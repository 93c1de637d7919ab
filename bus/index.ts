export type * from './directory-records.ts';
export type * from './events.ts';
export type * from './funds.ts';
export { MainSide, type MainSideHandlers } from './main-side.ts';
export type { DownMessage, ListeningAddress, SipRequestName, UpMessage } from './messages.ts';
export { createLocalPorts, type Port, threadPort } from './port.ts';
export type * from './routing-policy.ts';
export { SipSide, type SipSideHandlers } from './sip-side.ts';
