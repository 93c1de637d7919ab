import { tryUri } from '../dialog/index.ts';

/** The methods of SIP and its extensions; what an application asks to be sent beyond them is a slip of the pen. */
export const METHODS: ReadonlySet<string> = new Set([
  'INVITE',
  'ACK',
  'BYE',
  'CANCEL',
  'REGISTER',
  'OPTIONS',
  'INFO',
  'PRACK',
  'UPDATE',
  'MESSAGE',
  'SUBSCRIBE',
  'NOTIFY',
  'REFER',
  'PUBLISH',
]);

const MAX_URI_CHARS = 1023;

/** `METHOD uri SIP/2.0` of a request outside dialogs; `undefined` when it cannot be sent. */
export function readRequestLine(line: string): { readonly method: string; readonly uri: string } | undefined {
  const match = /^([A-Z]+) (\S+) SIP\/2\.0$/.exec(line);
  const [, method = '', uri = ''] = match ?? [];
  if (!METHODS.has(method) || uri.length > MAX_URI_CHARS || tryUri(uri) === undefined) return undefined;
  return { method, uri };
}
