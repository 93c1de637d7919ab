import { uriOfAddress } from './name-addr.ts';
import { ParsedMessage } from './parsed-message.ts';
import type { SipMessage } from './types.ts';
import { isPlainUri, parseUri } from './uri.ts';

/**
 * URI of the first Contact of a message, where it is one that requests can be sent to (RFC 3261 8.1.1.8). Read once:
 * a call asks for it a dozen times.
 */
export function contactUri(message: SipMessage): string | undefined {
  if (!(message instanceof ParsedMessage)) return readContact(message);
  message.contact ??= readContact(message) ?? '';
  return message.contact === '' ? undefined : message.contact;
}

function readContact(message: SipMessage): string | undefined {
  const line = message.header('contact');
  const value = line !== undefined && line !== '' && !line.includes(',') ? line : message.headerValues('contact')[0];
  if (value === undefined) return undefined;
  try {
    const uri = uriOfAddress(value);
    return isPlainUri(uri) || parseUri(uri).scheme !== 'tel' ? uri : undefined;
  } catch {
    return undefined;
  }
}
