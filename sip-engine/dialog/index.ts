export { type Dialog, dialogId } from './dialog.ts';
export { type DialogDeps, DialogLayer } from './dialog-layer.ts';
export type { Incoming } from './incoming.ts';
export { hasOption, localContact, localHostPort } from './local-contact.ts';
export type { Outgoing } from './outgoing.ts';
export { contactOf, tryUri, uriOf } from './route-set.ts';
export type { Decorate } from './send.ts';
export type {
  CdrEvent,
  DialogOptions,
  DialogUser,
  NextHop,
  Owner,
  ResolveUri,
  RespondResult,
  SendResult,
} from './types.ts';
export { UNKNOWN_TRANSACTION } from './uas-invite.ts';
