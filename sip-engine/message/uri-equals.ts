import ipaddr from 'ipaddr.js';
import type { Params, SipUri } from './types.ts';
import { parseUri } from './uri.ts';

/** RFC 3261 19.1.4: present in one URI alone, these make the two differ; other parameters are then ignored. */
const DECISIVE = ['user', 'ttl', 'method', 'maddr', 'transport'];
/** RFC 2396 2.2: escaped and bare forms of these differ. */
const RESERVED = ';/?:@&=+$,';

/** RFC 3261 19.1.4 for SIP URIs, RFC 3966 section 4 for `tel:`. @throws SipParseError when text is no such URI */
export function uriEquals(a: SipUri | string, b: SipUri | string): boolean {
  const left = typeof a === 'string' ? parseUri(a) : a;
  const right = typeof b === 'string' ? parseUri(b) : b;
  if (left.scheme !== right.scheme) return false;
  if (left.scheme === 'tel') return telEquals(left, right);
  return (
    normalizeEscapes(left.user) === normalizeEscapes(right.user) &&
    normalizeEscapes(left.password) === normalizeEscapes(right.password) &&
    canonicalHost(left.host) === canonicalHost(right.host) &&
    left.port === right.port &&
    paramsEqual(left.params, right.params) &&
    headersEqual(left.headers, right.headers)
  );
}

/** One text for every spelling of an address: RFC 5954 section 4.2 compares IPv6 addresses by value. */
export function canonicalHost(host: string): string {
  return host.includes(':') && ipaddr.isValid(host) ? ipaddr.parse(host).toNormalizedString() : host.toLowerCase();
}

function paramsEqual(a: Params, b: Params): boolean {
  for (const name of DECISIVE) if (a.has(name) !== b.has(name)) return false;
  for (const [name, value] of a) {
    const other = b.get(name);
    if (other !== undefined && normalizeEscapes(value).toLowerCase() !== normalizeEscapes(other).toLowerCase())
      return false;
  }
  return true;
}

/** Headers are never ignored: each must be in both, in any order. */
function headersEqual(a: string, b: string): boolean {
  return a === b || sortedHeaders(a) === sortedHeaders(b);
}

function sortedHeaders(headers: string): string {
  const pairs = headers.split('&').map((pair) => {
    const equal = pair.indexOf('=');
    const name = equal < 0 ? pair : pair.slice(0, equal);
    return `${normalizeEscapes(name).toLowerCase()}=${equal < 0 ? '' : normalizeEscapes(pair.slice(equal + 1))}`;
  });
  return pairs.sort().join('&');
}

function telEquals(a: SipUri, b: SipUri): boolean {
  if (bareNumber(a.host) !== bareNumber(b.host) || a.params.size !== b.params.size) return false;
  for (const [name, value] of a.params) {
    const other = b.params.get(name);
    if (other === undefined || telParam(name, value) !== telParam(name, other)) return false;
  }
  return true;
}

function telParam(name: string, value: string): string {
  const isNumber = name === 'ext' || (name === 'phone-context' && value.startsWith('+'));
  return isNumber ? bareNumber(value) : normalizeEscapes(value).toLowerCase();
}

/** RFC 3966 5.1.1: visual separators mean nothing. */
function bareNumber(text: string): string {
  return text.replace(/[-.()]/g, '').toLowerCase();
}

/** Escapes of unreserved characters are undone, the rest written alike; `%25` stays, or `%2541` would become `A`. */
function normalizeEscapes(text: string): string {
  if (!text.includes('%')) return text;
  return text.replace(/%([0-9A-Fa-f]{2})/g, (written: string, hex: string) => {
    const code = Number.parseInt(hex, 16);
    const char = String.fromCharCode(code);
    const keep = code <= 0x20 || code >= 0x7f || char === '%' || RESERVED.includes(char);
    return keep ? written.toUpperCase() : char;
  });
}
