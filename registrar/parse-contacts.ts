import { hasControl, openBracket, parseSipUri, type UriParts } from '../auth/index.ts';
import { splitTopLevel, splitValues } from './split-values.ts';

/** One Contact of a REGISTER. */
export interface ContactSpec {
  /** Byte for byte, without brackets. */
  readonly uri: string;
  readonly user: string;
  readonly host: string;
  /** Header parameters as sent, `expires` left out (`;q=0.5;+sip.instance="…"`). */
  readonly params: string;
  /** Asked seconds; `undefined` when neither the Contact nor the request says. */
  readonly expiresSec: number | undefined;
  readonly q: number;
  readonly instance: string | null;
  readonly regId: number | null;
}

export type ContactList =
  | { readonly kind: 'fetch' }
  | { readonly kind: 'remove_all' }
  | { readonly kind: 'list'; readonly contacts: readonly ContactSpec[] }
  | { readonly kind: 'bad'; readonly sentence: string };

/** More Contacts than any PBX sends in one request. */
const MOST_CONTACTS = 64;

/** They are kept for hours and come back in every 200: a longer one is no honest PBX's. */
const LONGEST_CONTACT = 2048;

const LARGEST_EXPIRES = 0xffff_ffff;

/** Reads the Contact and Expires headers of a REGISTER (RFC 3261 section 10.3, steps 6 and 7). */
export function parseContacts(contactLines: readonly string[], expiresLine: string | undefined): ContactList {
  const values = contactValues(contactLines);
  if (values.length === 0) return { kind: 'fetch' };
  // They are echoed: what could break out of a header line is not taken in.
  if (values.some(hasControl)) return bad('A Contact holds control characters.');
  const headerExpires = parseExpires(expiresLine);
  if (values.includes('*')) {
    if (values.length === 1 && headerExpires === 0) return { kind: 'remove_all' };
    return bad('Contact: * must stand alone and needs Expires: 0.');
  }
  if (values.length > MOST_CONTACTS) return bad(`${values.length} contacts in one request.`);
  const contacts: ContactSpec[] = [];
  for (const value of values) {
    if (value.length > LONGEST_CONTACT) return bad(`A Contact has ${value.length} characters.`);
    const contact = parseContact(value, headerExpires);
    if (contact === undefined) return bad(`Cannot read the Contact ${value}.`);
    contacts.push(contact);
  }
  return { kind: 'list', contacts };
}

/** All values of all lines; one line with one value is what nearly every PBX sends. */
function contactValues(lines: readonly string[]): readonly string[] {
  const [only = ''] = lines;
  if (lines.length === 1 && only !== '' && !only.includes(',')) return lines;
  return lines.flatMap(splitValues).filter((value) => value !== '');
}

function bad(sentence: string): ContactList {
  return { kind: 'bad', sentence };
}

function parseContact(value: string, headerExpires: number | undefined): ContactSpec | undefined {
  const parts = splitAddress(value);
  const uri = parts === undefined ? undefined : parseSipUri(parts.uri);
  if (parts === undefined || uri === undefined) return undefined;
  if (parts.params === '') return plainContact(parts.uri, uri, headerExpires);
  const params = splitTopLevel(parts.params, ';').filter((param) => param !== '');
  const kept = params.filter((param) => paramName(param) !== 'expires');
  const instance = unquote(paramValue(params, '+sip.instance'));
  return {
    uri: parts.uri,
    user: uri.user,
    host: uri.host,
    params: kept.map((param) => `;${param}`).join(''),
    expiresSec: parseExpires(paramValue(params, 'expires')) ?? headerExpires ?? expiresInUri(uri.params),
    q: parseQ(paramValue(params, 'q')),
    instance: instance === '' ? null : instance,
    // RFC 5626 section 6: a reg-id without an instance is to be ignored.
    regId: instance === '' ? null : parseRegId(paramValue(params, 'reg-id')),
  };
}

/** A Contact without header parameters. */
function plainContact(text: string, { user, host, params }: UriParts, headerExpires: number | undefined): ContactSpec {
  return {
    uri: text,
    user,
    host,
    params: '',
    expiresSec: headerExpires ?? expiresInUri(params),
    q: 1,
    instance: null,
    regId: null,
  };
}

function splitAddress(value: string): { readonly uri: string; readonly params: string } | undefined {
  const open = openBracket(value);
  if (open < 0) {
    // RFC 3261 section 20: without brackets all parameters are the header's.
    const semicolon = value.indexOf(';');
    if (semicolon < 0) return { uri: value, params: '' };
    return { uri: value.slice(0, semicolon).trim(), params: value.slice(semicolon + 1) };
  }
  const close = value.indexOf('>', open);
  if (close < 0) return undefined;
  const rest = value.slice(close + 1).trim();
  if (rest !== '' && !rest.startsWith(';')) return undefined;
  return { uri: value.slice(open + 1, close), params: rest.slice(1) };
}

function paramName(param: string): string {
  const equals = param.indexOf('=');
  return (equals < 0 ? param : param.slice(0, equals)).trim().toLowerCase();
}

function paramValue(params: readonly string[], name: string): string {
  for (const param of params) {
    if (paramName(param) !== name) continue;
    const equals = param.indexOf('=');
    return equals < 0 ? '' : param.slice(equals + 1).trim();
  }
  return '';
}

/** Seconds; what is no number counts as not given (RFC 3261 section 10.2.1.1). */
export function parseExpires(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  const digits = unquote(text).trim();
  if (!/^\d+$/.test(digits)) return undefined;
  return Math.min(LARGEST_EXPIRES, Number(digits));
}

/** Some devices put expires inside the brackets; it decides only when nothing else does. */
function expiresInUri(params: string): number | undefined {
  return params === '' ? undefined : parseExpires(paramValue(params.slice(1).split(';'), 'expires'));
}

function parseQ(text: string): number {
  const q = Number(text);
  return text !== '' && q >= 0 && q <= 1 ? q : 1;
}

function parseRegId(text: string): number | null {
  const regId = Number(text);
  return Number.isInteger(regId) && regId >= 1 && regId < 2 ** 31 ? regId : null;
}

function unquote(text: string): string {
  return text.startsWith('"') && text.endsWith('"') && text.length >= 2 ? text.slice(1, -1) : text;
}
