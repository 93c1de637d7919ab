/** The parts of a SIP URI that identity rules look at. */
export interface UriParts {
  readonly scheme: 'sip' | 'sips';
  /** Unescaped user part, `''` when absent; a password is cut off. */
  readonly user: string;
  /** Lower case, without IPv6 brackets. */
  readonly host: string;
  /** 0 when absent. */
  readonly port: number;
  /** From the first `;` on, `''` when absent; headers are cut off. */
  readonly params: string;
}

const IN_HOST = 1;
const IN_USER = 2;
const COLON = 58;
const DOT = 46;

const SIP_URI =
  /^(sips?):(?:([^@<>"\s]*)@)?(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(\d{1,5}))?(;[^?\s<>"]*)?(?:\?[^\s<>"]*)?$/i;

/** Reads a SIP or SIPS URI without brackets; `undefined` when it is none. */
export function parseSipUri(text: string): UriParts | undefined {
  return parsePlainUri(text) ?? parseAnyUri(text);
}

/** Which characters end or forbid the short way, by code: letters, digits and marks of names may stand anywhere. */
const PLAIN = classify();

function classify(): Uint8Array {
  const table = new Uint8Array(128);
  for (const char of 'abcdefghijklmnopqrstuvwxyz0123456789._-') table[char.charCodeAt(0)] = IN_HOST | IN_USER;
  for (const char of 'ABCDEFGHIJKLMNOPQRSTUVWXYZ+~!*()&=$,/') table[char.charCodeAt(0)] = IN_USER;
  return table;
}

/**
 * `sip:user@host:port;params` in lower case and without escapes, as nearly all are, in one pass; `undefined` says
 * nothing but that the long way is needed.
 */
function parsePlainUri(text: string): UriParts | undefined {
  if (!text.startsWith('sip:')) return undefined;
  const at = text.indexOf('@', 4);
  if (at >= 0 && !isAll(text, 4, at, IN_USER)) return undefined;
  const hostStart = at < 0 ? 4 : at + 1;
  let end = hostStart;
  // Within the text: what lies beyond it is no number, and looking that up is dear.
  while (end < text.length && ((PLAIN[text.charCodeAt(end)] ?? 0) & IN_HOST) !== 0) end += 1;
  if (end === hostStart) return undefined;
  // RFC 3261 section 25.1: a domain may end with the dot of the root.
  const host = text.slice(hostStart, text.charCodeAt(end - 1) === DOT ? end - 1 : end);
  let port = 0;
  if (end < text.length && text.charCodeAt(end) === COLON) {
    const portStart = end + 1;
    end = portStart;
    for (let code = text.charCodeAt(end); code >= 48 && code <= 57; code = text.charCodeAt(end)) {
      port = port * 10 + code - 48;
      end += 1;
    }
    if (end === portStart || end - portStart > 5 || port > 65535) return undefined;
  }
  const params = end === text.length ? '' : text.slice(end);
  if (params !== '' && !/^;[^?\s<>"@]*$/.test(params)) return undefined;
  return { scheme: 'sip', user: at < 0 ? '' : text.slice(4, at), host, port, params };
}

function isAll(text: string, start: number, end: number, bit: number): boolean {
  for (let at = start; at < end; at += 1) if (((PLAIN[text.charCodeAt(at)] ?? 0) & bit) === 0) return false;
  return true;
}

function parseAnyUri(text: string): UriParts | undefined {
  const match = SIP_URI.exec(text);
  if (match === null) return undefined;
  const [, scheme = '', userInfo = '', host = '', port = '0', params = ''] = match;
  const user = unescapeUser(userInfo.split(':', 1)[0] ?? '');
  if (user === undefined || Number(port) > 65535) return undefined;
  return {
    scheme: scheme.toLowerCase() === 'sips' ? 'sips' : 'sip',
    user,
    host: (host.startsWith('[') || host.endsWith('.') ? host.replace(/^\[|[\].]$/g, '') : host).toLowerCase(),
    port: Number(port),
    params,
  };
}

/** Index of the bracket before the URI of an address, -1 without one; a quoted display name may hold one itself. */
export function openBracket(value: string): number {
  if (!value.startsWith('"')) return value.indexOf('<');
  let at = 1;
  while (at < value.length && value[at] !== '"') at += value[at] === '\\' ? 2 : 1;
  return value.indexOf('<', at);
}

/** The URI inside a To, From or Contact value: between brackets, or all up to the first `;` (RFC 3261 section 20). */
export function addressUri(value: string): string {
  const open = openBracket(value);
  if (open >= 0) {
    const close = value.indexOf('>', open);
    return close < 0 ? '' : value.slice(open + 1, close);
  }
  const end = value.indexOf(';');
  return (end < 0 ? value : value.slice(0, end)).trim();
}

function unescapeUser(text: string): string | undefined {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
