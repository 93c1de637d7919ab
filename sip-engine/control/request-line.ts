import { tryUri } from '../dialog/index.ts';
import { METHODS } from '../message/index.ts';

const MAX_URI_CHARS = 1023;

/** `METHOD uri SIP/2.0` of a request outside dialogs; `undefined` when it cannot be sent, by an unknown method too. */
export function readRequestLine(line: string): { readonly method: string; readonly uri: string } | undefined {
  const match = /^([A-Z]+) (\S+) SIP\/2\.0$/.exec(line);
  const [, method = '', uri = ''] = match ?? [];
  if (!METHODS.includes(method) || uri.length > MAX_URI_CHARS || tryUri(uri) === undefined) return undefined;
  return { method, uri };
}
