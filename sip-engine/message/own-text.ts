import { Buffer } from 'node:buffer';

/**
 * A copy for what outlives the message: a piece of a message's text keeps the whole in memory, and so does a key put
 * together of such pieces.
 */
export function ownText(text: string): string {
  return Buffer.from(text).toString();
}
