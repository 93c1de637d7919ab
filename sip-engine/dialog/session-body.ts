import type { OutgoingMessage } from '../message/index.ts';
import type { SessionBody } from './dialog.ts';

/** The session description of a message of ours, kept for session refreshes. */
export function sessionOf(message: OutgoingMessage): SessionBody | undefined {
  const contentType = message.header('content-type') ?? '';
  if (message.body.length === 0 || !/^(application\/sdp|multipart\/)/i.test(contentType)) return undefined;
  return { body: message.body, contentType };
}
