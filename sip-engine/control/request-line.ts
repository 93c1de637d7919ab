import { tryUri } from '../dialog/index.ts';
import { isPlainUri, METHODS, type SipUri } from '../message/index.ts';

const MAX_URI_CHARS = 1023;

/** `METHOD uri SIP/2.0` of a request outside dialogs; `undefined` when it cannot be sent, by an unknown method too. */
export function readRequestLine(line: string): { readonly method: string; readonly uri: string } | undefined {
  const match = /^([A-Z]+) (\S+) SIP\/2\.0$/.exec(line);
  const [, method = '', uri = ''] = match ?? [];
  return METHODS.includes(method) && isRequestUri(uri) ? { method, uri } : undefined;
}

/** True for what may stand as the URI of a request outside dialogs. */
export function isRequestUri(uri: string): boolean {
  if (uri.length > MAX_URI_CHARS) return false;
  return isPlainUri(uri) || readRequestUri(uri) !== undefined;
}

/** What may stand as the URI of a request outside dialogs, read. */
export function readRequestUri(uri: string): SipUri | undefined {
  return uri.length > MAX_URI_CHARS || /\s/.test(uri) ? undefined : tryUri(uri);
}
