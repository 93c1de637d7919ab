import { parseNameAddr, parseUri, type SipMessage } from './message/index.ts';
import type { UnwantedOptions } from './types.ts';

/** What else ends or belongs to a call is let through, so that no call is kept up by it. */
const LET_THROUGH: ReadonlySet<string> = new Set(['ACK', 'CANCEL']);

/** True for a request outside dialogs that carries one of the texts by which spam and scans are known. */
export function isUnwanted(request: SipMessage, { texts }: UnwantedOptions): boolean {
  if (LET_THROUGH.has(request.method) || request.toTag !== '') return false;
  return texts.some(({ header, text }) => {
    const value = request.header(header);
    if (value === undefined) return false;
    return (header === 'user-agent' ? value : userOf(value)).includes(text);
  });
}

function userOf(address: string): string {
  try {
    return parseUri(parseNameAddr(address).uri).user;
  } catch {
    return '';
  }
}
