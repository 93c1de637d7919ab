import type { ReasonEntry } from './results.ts';

/** How a MESSAGE can end, besides what a REGISTER's digest and a call's numbers can be refused for. */
// biome-ignore format: one row a reason
export const MESSAGE_REASONS = {
  message_accepted: { result: 'ok', status: 202, sentence: 'The message of a PBX was taken on.', remedy: '' },
  message_delivered: { result: 'ok', status: 200, sentence: 'The PBX took the message.', remedy: '' },
  sms_disabled: { result: 'client_error', status: 403, publicReason: 'sms_disabled', sentence: 'The number that sends does not support messages, or is not active.', remedy: 'Send from an active number with sms_enabled.' },
  unsupported_content: { result: 'client_error', status: 415, publicReason: 'unsupported_content', sentence: 'The message is not plain text.', remedy: 'Send text/plain in UTF-8.' },
  message_too_long: { result: 'client_error', status: 413, publicReason: 'message_too_long', sentence: 'The message needs more parts than are sent.', remedy: 'Send a shorter message.' },
  message_refused: { result: 'upstream_error', status: 0, sentence: 'The PBX refused the message.', remedy: 'The message shows the status that the PBX gave; many PBXes want SIP MESSAGE switched on.' },
  no_pbx: { result: 'ok', status: 0, sentence: 'The number rings no PBX, so the message went to none.', remedy: '' },
} as const satisfies Record<string, ReasonEntry>;
