import { isIPv6 } from 'node:net';
import { PLAIN_PORT } from './chars.ts';
import { SipInjectionError, SipParseError } from './errors.ts';
import { formatParams, NO_PARAMS } from './params.ts';
import type { Params, SipUri } from './types.ts';

const HOST_NAME = /^[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_.])?$/;
const TEL_NUMBER = /^\+?[0-9A-Fa-f*#.()-]*[0-9A-Fa-f*#][0-9A-Fa-f*#.()-]*$/;
/** White space, control characters, and what delimits URIs in headers. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const FORBIDDEN = /[\x00-\x20\x7f<>"\\|^`]/;
const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*$/;

/**
 * Reads a `sip:`, `sips:` or `tel:` URI (RFC 3261 19.1, RFC 3966).
 * @throws SipParseError 416 for another scheme, 400 for a malformed one
 */
export function parseUri(text: string): SipUri {
  return PLAIN.test(text) ? readPlain(text) : readGeneral(text);
}

/** `sip:user@host:port;params`, any of these left out or not: most of what is read. */
function readPlain(text: string): SipUri {
  const start = text.indexOf(':') + 1;
  const at = text.indexOf('@', start);
  const hostStart = at < 0 ? start : at + 1;
  const semicolon = text.indexOf(';', hostStart);
  const end = semicolon < 0 ? text.length : semicolon;
  const colon = text.indexOf(':', hostStart);
  const hasPort = colon > 0 && colon < end;
  return {
    scheme: start === SIP_LENGTH ? 'sip' : 'sips',
    user: at < 0 ? '' : text.slice(start, at),
    password: '',
    host: text.slice(hostStart, hasPort ? colon : end).toLowerCase(),
    port: hasPort ? Number(text.slice(colon + 1, end)) : 0,
    params: semicolon < 0 ? NO_PARAMS : readUriParams(text.slice(end + 1).split(';')),
    headers: '',
  };
}

const SIP_LENGTH = 4;
/** The same as part of other expressions. */
export const PLAIN_SIP_URI = String.raw`sips?:(?:[\w.!~*'()&=+$,-]+@)?[A-Za-z0-9]+(?:[.-][A-Za-z0-9]+)*(?::${PLAIN_PORT})?(?:;[\w.-]+(?:=[\w.+~:%/[\]-]+)?)*`;
const PLAIN = new RegExp(`^${PLAIN_SIP_URI}$`);

/** True for what can be read without a fault, as nearly everything can; for who needs no part of it. */
export function isPlainUri(text: string): boolean {
  return PLAIN.test(text);
}

function readGeneral(text: string): SipUri {
  const colon = text.indexOf(':');
  const scheme = text.slice(0, Math.max(colon, 0)).toLowerCase();
  if (colon < 0 || !SCHEME.test(scheme) || FORBIDDEN.test(text)) throw badUri();
  if (scheme === 'tel') return parseTel(text.slice(colon + 1));
  if (scheme !== 'sip' && scheme !== 'sips') throw new SipParseError('uri_scheme', 'uri', { status: 416 });
  // RFC 3261 25.1: userinfo may hold `;` `?` `/` and `,`, but no `@`.
  const at = text.indexOf('@', colon);
  const { user, password } = readUserInfo(at < 0 ? '' : text.slice(colon + 1, at), at >= 0);
  const rest = text.slice((at < 0 ? colon : at) + 1);
  const question = rest.indexOf('?');
  const [hostPort = '', ...params] = (question < 0 ? rest : rest.slice(0, question)).split(';');
  return {
    scheme,
    user,
    password,
    ...readHostPort(hostPort),
    params: readUriParams(params),
    headers: question < 0 ? '' : rest.slice(question + 1),
  };
}

/**
 * The URI as text; user, parameters and headers as they are (escapes kept).
 * @throws SipInjectionError when a part would run over into another
 */
export function formatUri(uri: SipUri): string {
  const text = uri.scheme === 'tel' ? `tel:${uri.host}${formatParams(uri.params)}` : formatSip(uri);
  if (FORBIDDEN.test(text) || !arePartsWhole(uri)) throw new SipInjectionError('uri');
  return text;
}

function arePartsWhole({ scheme, user, password, host, port, params, headers }: SipUri): boolean {
  if (/@/.test(user + password) || !Number.isInteger(port) || port < 0 || port > 65_535) return false;
  if (!(scheme === 'tel' ? TEL_NUMBER.test(host) : isHost(formatHost(host)))) return false;
  for (const [name, value] of params) if (name === '' || /[;?=]/.test(name) || /[;?]/.test(value)) return false;
  // Without a user part the first "@" anywhere would make one.
  return user !== '' || !(formatParams(params) + headers).includes('@');
}

function formatSip(uri: SipUri): string {
  const password = uri.password === '' ? '' : `:${uri.password}`;
  const userInfo = uri.user === '' ? '' : `${uri.user}${password}@`;
  const port = uri.port === 0 ? '' : `:${uri.port}`;
  const headers = uri.headers === '' ? '' : `?${uri.headers}`;
  return `${uri.scheme}:${userInfo}${formatHost(uri.host)}${port}${formatParams(uri.params)}${headers}`;
}

/** Brackets around an IPv6 address, other hosts as they are. */
export function formatHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** `host`, `host:port`, `[v6]`, `[v6]:port`; host lower case without brackets, port 0 when absent. */
export function readHostPort(text: string): { readonly host: string; readonly port: number } {
  const bracket = text.startsWith('[') ? text.indexOf(']') : -1;
  const colon = text.indexOf(':', Math.max(bracket, 0));
  const host = colon < 0 ? text : text.slice(0, colon);
  return { host: readHost(host), port: colon < 0 ? 0 : readPort(text.slice(colon + 1)) };
}

function readHost(text: string): string {
  if (!isHost(text)) throw badUri();
  return (text.startsWith('[') ? text.slice(1, -1) : text).toLowerCase();
}

function isHost(text: string): boolean {
  if (!text.startsWith('[')) return HOST_NAME.test(text) && !text.includes('..');
  const address = text.slice(1, -1);
  return text.endsWith(']') && isIPv6(address) && !address.includes('%');
}

function readPort(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port === 0 || port > 65_535) throw badUri();
  return port;
}

function readUserInfo(text: string, present: boolean): { readonly user: string; readonly password: string } {
  if (present && text === '') throw badUri();
  const colon = text.indexOf(':');
  return colon < 0 ? { user: text, password: '' } : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

function readUriParams(parts: readonly string[]): Params {
  if (parts.length === 0) return NO_PARAMS;
  const params = new Map<string, string>();
  for (const part of parts) {
    const equal = part.indexOf('=');
    const name = (equal < 0 ? part : part.slice(0, equal)).toLowerCase();
    if (name === '') throw badUri();
    // RFC 3261 19.1.1: a name stands once; the first one counts, so that a second cannot hide it.
    if (!params.has(name)) params.set(name, equal < 0 ? '' : part.slice(equal + 1));
  }
  return params;
}

function parseTel(text: string): SipUri {
  const [number = '', ...params] = text.split(';');
  if (!TEL_NUMBER.test(number)) throw badUri();
  return { scheme: 'tel', user: '', password: '', host: number, port: 0, params: readUriParams(params), headers: '' };
}

function badUri(): SipParseError {
  return new SipParseError('bad_uri', 'uri', { status: 400, reason: 'Bad URI' });
}
