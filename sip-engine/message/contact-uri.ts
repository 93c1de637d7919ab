import { uriOfAddress } from './name-addr.ts';
import { ParsedMessage } from './parsed-message.ts';
import type { SipMessage } from './types.ts';
import { isPlainUri, PLAIN_SIP_URI, parseUri } from './uri.ts';

/**
 * URI of the first Contact of a message, where it is one that requests can be sent to (RFC 3261 8.1.1.8). Read once:
 * a call asks for it a dozen times.
 */
export function contactUri(message: SipMessage): string | undefined {
  if (!(message instanceof ParsedMessage)) return readContact(message);
  message.contact ??= readContact(message) ?? '';
  return message.contact === '' ? undefined : message.contact;
}

/** `PLAIN` of name-addr.ts with the one of uri.ts in it, without the names that may hold a comma: one look for both. */
const PLAIN = new RegExp(String.raw`^(?:[\w.+-]+ )?<${PLAIN_SIP_URI}>(?:;[\w.-]+(?:=[\w.+~*!%-]+)?)*$`);

function readContact(message: SipMessage): string | undefined {
  const line = message.header('contact');
  if (line !== undefined && PLAIN.test(line)) return line.slice(line.indexOf('<') + 1, line.indexOf('>'));
  const value = line !== undefined && line !== '' && !line.includes(',') ? line : message.headerValues('contact')[0];
  if (value === undefined) return undefined;
  try {
    const uri = uriOfAddress(value);
    return isPlainUri(uri) || parseUri(uri).scheme !== 'tel' ? uri : undefined;
  } catch {
    return undefined;
  }
}
