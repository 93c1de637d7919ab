import type { DigestAlgorithm } from '../bus/index.ts';
import { hasControl } from './control-chars.ts';
import { parsePlainCredentials } from './plain-credentials.ts';

/** What an `Authorization: Digest` line says (RFC 7616 section 3.4), unquoted. `''` where absent. */
export interface DigestCredentials {
  readonly username: string;
  readonly realm: string;
  readonly nonce: string;
  readonly uri: string;
  /** Lower case. */
  readonly response: string;
  /** As written; `''` means MD5 (RFC 7616 section 3.4). */
  readonly algorithm: string;
  /** Lower case. */
  readonly qop: string;
  /** As written: it is hashed as written. */
  readonly nc: string;
  readonly cnonce: string;
}

type Draft = { -readonly [K in keyof DigestCredentials]: string };

const NAMES: readonly (keyof Draft)[] = [
  'username',
  'realm',
  'nonce',
  'uri',
  'response',
  'algorithm',
  'qop',
  'nc',
  'cnonce',
];

/** A longer line is no honest digest; the engine's own limit is on the whole message. */
const LONGEST_LINE = 4096;

/**
 * Reads one Authorization value. Tolerant of missing quotes, case, spaces and unknown parameters;
 * `undefined` for another scheme, and for what could be read in two ways: control characters, an open quote,
 * a parameter given twice.
 */
export function parseCredentials(line: string): DigestCredentials | undefined {
  if (line.length > LONGEST_LINE) return undefined;
  return parsePlainCredentials(line) ?? parseAnyCredentials(line);
}

/** The general reading. */
export function parseAnyCredentials(line: string): DigestCredentials | undefined {
  if (!isDigestScheme(line) || hasControl(line)) return undefined;
  const draft: Draft = {
    username: '',
    realm: '',
    nonce: '',
    uri: '',
    response: '',
    algorithm: '',
    qop: '',
    nc: '',
    cnonce: '',
  };
  const hasEscapes = line.includes('\\');
  let seen = 0;
  let at = 6;
  while (at < line.length) {
    at = skipSeparators(line, at);
    if (at >= line.length) break;
    const equals = line.indexOf('=', at);
    if (equals < 0) return undefined;
    const index = nameIndex(line, at, equals);
    if (index === NO_NAME) return undefined;
    at = skipSpaces(line, equals + 1);
    const end = valueEnd(line, at, hasEscapes);
    if (end < 0) return undefined;
    if (index >= 0) {
      if ((seen & (1 << index)) !== 0) return undefined;
      seen |= 1 << index;
      assign(draft, index, valueText(line, at, end, hasEscapes));
    }
    at = end;
  }
  if (CAPITAL.test(draft.response)) draft.response = draft.response.toLowerCase();
  if (draft.qop !== 'auth') draft.qop = draft.qop.toLowerCase();
  return isComplete(draft) ? draft : undefined;
}

const QUOTE = 34;
const COMMA = 44;
const CAPITAL = /[A-Z]/;

const NO_NAME = -2;

/** The place in `NAMES` of what stands before the equals sign, -1 when it is none of them, `NO_NAME` for nothing at all. */
function nameIndex(line: string, at: number, equals: number): number {
  const likely = LIKELY[((line.charCodeAt(at) & 31) << 4) | ((equals - at) & 15)] ?? -1;
  const name = NAMES[likely];
  if (name !== undefined && name.length === equals - at && line.startsWith(name, at)) return likely;
  const spelled = line.slice(at, equals).trim().toLowerCase();
  return spelled === '' ? NO_NAME : NAMES.indexOf(spelled as keyof Draft);
}

/** Names by their first letter and their length, which no two of them share. */
const LIKELY: readonly (number | undefined)[] = placesByLetter();

function placesByLetter(): (number | undefined)[] {
  const places = new Array<number | undefined>(512).fill(undefined);
  for (const [index, name] of NAMES.entries()) places[((name.charCodeAt(0) & 31) << 4) | name.length] = index;
  return places;
}

/** One store a name: an assignment by a computed name is ten times slower. */
function assign(draft: Draft, index: number, text: string): void {
  switch (NAMES[index]) {
    case 'username':
      draft.username = text;
      break;
    case 'realm':
      draft.realm = text;
      break;
    case 'nonce':
      draft.nonce = text;
      break;
    case 'uri':
      draft.uri = text;
      break;
    case 'response':
      draft.response = text;
      break;
    case 'algorithm':
      draft.algorithm = text;
      break;
    case 'qop':
      draft.qop = text;
      break;
    case 'nc':
      draft.nc = text;
      break;
    case 'cnonce':
      draft.cnonce = text;
      break;
    default:
  }
}

/** The algorithm the client says it used; `undefined` for one that no realm here can have. */
export function algorithmOf(credentials: DigestCredentials): DigestAlgorithm | undefined {
  if (credentials.algorithm === '' || credentials.algorithm === 'MD5') return 'MD5';
  const name = credentials.algorithm.toUpperCase();
  return name === 'MD5' || name === 'SHA-256' || name === 'SHA-512-256' ? name : undefined;
}

function isComplete(draft: DigestCredentials): boolean {
  // Before the first challenge realm, nonce and response are empty (3GPP TS 24.229, 5.1.1.2).
  return draft.username !== '' && (draft.realm !== '' || draft.response === '');
}

/** Whether an Authorization value is of the scheme that we offer. */
export function isDigestScheme(line: string): boolean {
  if (line.startsWith('Digest ')) return true;
  const after = line.charCodeAt(6);
  return (after === 32 || after === 9) && line.slice(0, 6).toLowerCase() === 'digest';
}

function skipSeparators(line: string, from: number): number {
  let at = from;
  while (at < line.length && isSeparator(line.charCodeAt(at))) at += 1;
  return at;
}

function isSeparator(code: number): boolean {
  return code === COMMA || isSpace(code);
}

function skipSpaces(line: string, from: number): number {
  let at = from;
  while (at < line.length && isSpace(line.charCodeAt(at))) at += 1;
  return at;
}

function isSpace(code: number): boolean {
  return code === 32 || code === 9;
}

function isQuoted(line: string, at: number): boolean {
  return at < line.length && line.charCodeAt(at) === QUOTE;
}

/** Index after the value, closing quote included; -1 when a quote stays open. */
function valueEnd(line: string, at: number, hasEscapes: boolean): number {
  if (!isQuoted(line, at)) {
    const comma = line.indexOf(',', at);
    return comma < 0 ? line.length : comma;
  }
  let end = line.indexOf('"', at + 1);
  while (hasEscapes && end > 0 && isEscaped(line, end)) end = line.indexOf('"', end + 1);
  return end < 0 ? -1 : end + 1;
}

function isEscaped(line: string, quote: number): boolean {
  let backslashes = 0;
  while (line[quote - 1 - backslashes] === '\\') backslashes += 1;
  return backslashes % 2 === 1;
}

function valueText(line: string, at: number, end: number, hasEscapes: boolean): string {
  if (!isQuoted(line, at)) return line.slice(at, end).trimEnd();
  const text = line.slice(at + 1, end - 1);
  return hasEscapes ? text.replace(/\\(.)/g, '$1') : text;
}
