import { parseSipUri } from '../auth/index.ts';

/** Small readings of SIP URIs and name-addr headers that keep every byte they do not change. */

export interface UriParts {
  readonly scheme: 'sip' | 'sips' | 'tel';
  /** Unescaped user part, without password and user parameters; the number of a `tel:` URI. */
  readonly user: string;
  /** Lower case, without brackets and port; `''` for `tel:`. */
  readonly host: string;
}

export interface NameAddr {
  readonly display: string;
  readonly uri: string;
}

const SIP_URI = /^(sips?):(?:([^@<>\s]*)@)?(\[[^\]\s]+\]|[^:;?@<>\s]+)([:;?][^<>\s]*)?$/i;
const TEL_URI = /^tel:([^;?<>\s]+)/i;

/** Takes a SIP or tel URI apart; `undefined` when it is neither (RFC 3261 19.1.1, RFC 3966). */
export function parseUri(uri: string): UriParts | undefined {
  // A call reads four URIs, and nearly none of them is a number's.
  const tel = uri.startsWith('sip:') ? null : TEL_URI.exec(uri);
  if (tel !== null) return { scheme: 'tel', user: tel[1] ?? '', host: '' };
  const sip = parseSipUri(uri);
  if (sip === undefined) return undefined;
  const semicolon = sip.user.indexOf(';');
  const user = semicolon < 0 ? sip.user : sip.user.slice(0, semicolon);
  return { scheme: sip.scheme, user, host: sip.host };
}

/** Swaps only the user part (or puts one in); port, parameters and headers stay byte for byte. */
export function withUser(uri: string, user: string): string {
  const sip = SIP_URI.exec(uri);
  if (sip === null) return uri;
  return `${sip[1]}:${escapeUser(user)}@${sip[3]}${sip[4] ?? ''}`;
}

/** `"Display" <sip:user@host>;tag=1` and its shorter forms (RFC 3261 25.1, name-addr and addr-spec). */
export function parseNameAddr(value: string): NameAddr | undefined {
  return parseBrackets(value) ?? parseAnyNameAddr(value);
}

/**
 * `<sip:user@host>` and parameters, as nearly every Contact is, or `"Display" <sip:user@host>` without escapes, as a From
 * mostly is; `undefined` says that the long way is needed.
 */
function parseBrackets(value: string): NameAddr | undefined {
  const quote = value.startsWith('"') ? value.indexOf('"', 1) : 0;
  if (quote < 0) return undefined;
  const display = quote === 0 ? '' : value.slice(1, quote);
  const start = quote === 0 ? 0 : quote + (value.startsWith(' ', quote + 1) ? 2 : 1);
  const end = value.startsWith('<', start) && !display.includes('\\') ? value.indexOf('>', start) : -1;
  if (end < start + 2) return undefined;
  const uri = value.slice(start + 1, end);
  return /\s/.test(uri) ? undefined : { display, uri };
}

function parseAnyNameAddr(value: string): NameAddr | undefined {
  const bracketed = /^\s*(?:"((?:[^"\\]|\\.)*)"|([^<"]*?))\s*<\s*([^>\s]+)\s*>/.exec(value);
  if (bracketed !== null) {
    const display = bracketed[1]?.replace(/\\(.)/g, '$1') ?? bracketed[2] ?? '';
    return { display, uri: bracketed[3] ?? '' };
  }
  const bare = /^\s*([^\s;,<>]+)/.exec(value);
  return bare === null ? undefined : { display: '', uri: bare[1] ?? '' };
}

/** Writes a name-addr; the display name is quoted and freed of what could end the header. */
export function formatNameAddr(display: string, uri: string): string {
  // As nearly every name: nothing is replaced, and replacing would make lists to find that out.
  const isPlain = !/[\p{Cc}\\"]/u.test(display);
  const safe = isPlain ? display : display.replace(/\p{Cc}/gu, ' ').replace(/[\\"]/g, '\\$&');
  return safe === '' ? `<${uri}>` : `"${safe}" <${uri}>`;
}

/** Host text for a URI: IPv6 literals get brackets. */
export function uriHost(address: string): string {
  return address.includes(':') && !address.startsWith('[') ? `[${address}]` : address;
}

/** A user part as it may stand in a URI (RFC 3261 25.1, user); everything else is percent-escaped. */
export function escapeUser(user: string): string {
  // As nearly every number: nothing is replaced, and replacing would make lists to find that out.
  if (/^[A-Za-z0-9\-_.!~*'()&=+$,/]*$/.test(user)) return user;
  return user.replace(/[^A-Za-z0-9\-_.!~*'()&=+$,/]/gu, (char) => encodeURIComponent(char.toWellFormed()));
}

/** `host[:port][;transport=]` taken apart, as trunks' and carriers' targets are written. */
export interface TargetParts {
  /** Without brackets. */
  readonly host: string;
  /** Default of the transport when `undefined`: then a host name is looked up by SRV. */
  readonly port: number | undefined;
  readonly transport: string | undefined;
  readonly uri: string;
}

export function parseTarget(target: string): TargetParts {
  const parts = /^(?:\[([^\]]+)\]|([^:;]+))(?::(\d+))?(?:;transport=(\w+))?/.exec(target);
  return {
    host: parts?.[1] ?? parts?.[2] ?? '',
    port: parts?.[3] === undefined ? undefined : Number(parts[3]),
    transport: parts?.[4]?.toLowerCase(),
    uri: `sip:${target}`,
  };
}
