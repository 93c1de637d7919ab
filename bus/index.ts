export { type CallColumns, type CallRow, type PackedCalls, packCalls, unpackCalls } from './call-batch.ts';
export type * from './directory-records.ts';
export type * from './directory-share.ts';
export { LateAnswerError } from './errors.ts';
export type * from './events.ts';
export type * from './funds.ts';
export { MainSide, type MainSideHandlers } from './main-side.ts';
export { MainSides, type SipBus } from './main-sides.ts';
export type {
  DownMessage,
  ListeningAddress,
  PbxMessage,
  PbxMessageResult,
  SipRequestName,
  UpMessage,
} from './messages.ts';
export { createLocalPorts, type Port, threadPort } from './port.ts';
export type * from './routing-policy.ts';
export { SipSide, type SipSideHandlers } from './sip-side.ts';
export type { Steps } from './turns.ts';
export { unpackBindings } from './unpack-bindings.ts';
