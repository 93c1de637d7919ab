import type { OutgoingMessage } from '../message/index.ts';
import type { SessionBody } from './dialog.ts';

/** The session description of a message of ours, kept for session refreshes. */
export function sessionOf(message: OutgoingMessage): SessionBody | undefined {
  if (message.body.length === 0) return undefined;
  const contentType = message.header('content-type') ?? '';
  const isSession = contentType === 'application/sdp' || /^(application\/sdp|multipart\/)/i.test(contentType);
  if (!isSession) return undefined;
  return { body: message.body, contentType };
}
