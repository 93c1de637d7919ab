import {
  BACKSLASH,
  COMMA,
  GREATER,
  isWhite,
  LESS,
  QUOTE,
  SEMICOLON,
  skipClass,
  skipQuoted,
  skipWhite,
  URI,
} from './chars.ts';
import { SipInjectionError, SipParseError } from './errors.ts';
import { areParamsWhole, formatParams, newParamSpan, nextParam, type ParamSpan, readParams } from './params.ts';
import type { NameAddr } from './types.ts';

/** Where the parts of one name-addr or addr-spec are. */
export interface NameAddrSpan {
  nameStart: number;
  nameEnd: number;
  uriStart: number;
  uriEnd: number;
  /** First `;` of the header parameters, or the end. */
  paramsStart: number;
}

/**
 * Finds the address at `start..end`; `undefined` when it is malformed: a quote that never closes, a
 * comma in an unquoted name, white space in the URI (RFC 3261 20.10, 25.1; RFC 4475 3.1.2).
 */
function spanNameAddr(text: string, start: number, end: number): NameAddrSpan | undefined {
  const nameStart = skipWhite(text, start, end);
  let p = nameStart;
  if (text.charCodeAt(p) === QUOTE) {
    p = skipQuoted(text, p, end);
    if (p < 0 || p > end) return undefined;
    const less = skipWhite(text, p, end);
    if (less >= end || text.charCodeAt(less) !== LESS) return undefined;
    return spanBracketed(text, nameStart, p, less, end);
  }
  for (; p < end; p++) {
    const code = text.charCodeAt(p);
    if (code === LESS) return spanBracketed(text, nameStart, trimEnd(text, nameStart, p), p, end);
    if (code === SEMICOLON) break;
    if (code === COMMA || code === QUOTE || code === GREATER) return undefined;
  }
  const uriEnd = trimEnd(text, nameStart, p);
  if (uriEnd === nameStart || skipClass(text, nameStart, uriEnd, URI) !== uriEnd) return undefined;
  return { nameStart, nameEnd: nameStart, uriStart: nameStart, uriEnd, paramsStart: p };
}

function spanBracketed(
  text: string,
  nameStart: number,
  nameEnd: number,
  less: number,
  end: number,
): NameAddrSpan | undefined {
  // Blanks inside the brackets are wrong, but PBXes send them; RFC 4475 3.1.2.14 lets them be taken away.
  const uriStart = skipWhite(text, less + 1, end);
  const uriEnd = skipClass(text, uriStart, end, URI);
  const close = skipWhite(text, uriEnd, end);
  if (close >= end || text.charCodeAt(close) !== GREATER || uriEnd === uriStart) return undefined;
  return { nameStart, nameEnd, uriStart, uriEnd, paramsStart: skipWhite(text, close + 1, end) };
}

function trimEnd(text: string, start: number, end: number): number {
  let p = end;
  while (p > start && isWhite(text.charCodeAt(p - 1))) p--;
  return p;
}

/**
 * Checks the From or To value at `start..end` and finds its tag: `valueStart` stays -1 when it has
 * none. `undefined` when the value is malformed or more than one.
 * @param mayRepeat of several tags the first counts: answers of some peers add one to a To that has one
 */
export function spanTag(text: string, start: number, end: number, mayRepeat: boolean): ParamSpan | undefined {
  const span = spanNameAddr(text, start, end);
  if (span === undefined) return undefined;
  let param = newParamSpan();
  let tag: ParamSpan | undefined;
  let p = span.paramsStart;
  while (p < end) {
    p = nextParam(text, p, end, param);
    if (p < 0) return undefined;
    if (isTag(text, param.nameStart, param.nameEnd) && !(mayRepeat && tag !== undefined)) {
      // RFC 3261 7.3.1: a parameter stands once; two readers would take two tags for two dialogs.
      if (tag !== undefined) return undefined;
      if (param.valueStart < 0 || text.charCodeAt(param.valueStart) === QUOTE) return undefined;
      tag = param;
      param = newParamSpan();
    }
  }
  return tag ?? newParamSpan();
}

/** `"name" <uri>;params` as nearly everybody writes it: no bracket in it but these two. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is left out
const PLAIN = /^(?:"[^"\\<>\r\n\0]*" |[\w.+-]+ )?<[^<>"\\|\x00-\x20\x7f]+>(?:;[\w.-]+(?:=[\w.+~*!%-]+)?)*$/;
const TAG = ';tag=';

/** The URI of an address, brackets aside. @throws SipParseError as `parseNameAddr` does */
export function uriOfAddress(address: string): string {
  if (!PLAIN.test(address)) return parseNameAddr(address).uri;
  return address.slice(address.indexOf('<') + 1, address.indexOf('>'));
}

/** The tag of a From or To value, of several in it the first; `''` when it has none or cannot be read. */
export function tagOf(address: string): string {
  if (PLAIN.test(address)) {
    const at = address.indexOf('>') + 1;
    if (at === address.length) return '';
    if (address.startsWith(TAG, at) && !address.includes(';', at + 1)) return address.slice(at + TAG.length);
  }
  const tag = spanTag(address, 0, address.length, true);
  return tag === undefined || tag.valueStart < 0 ? '' : address.slice(tag.valueStart, tag.valueEnd);
}

function isTag(text: string, start: number, end: number): boolean {
  return (
    end - start === 3 &&
    (text.charCodeAt(start) | 0x20) === 0x74 &&
    (text.charCodeAt(start + 1) | 0x20) === 0x61 &&
    (text.charCodeAt(start + 2) | 0x20) === 0x67
  );
}

/** Reads one `"name" <uri>;params` or bare `uri;params` (then every parameter is the header's, 20.10). */
export function parseNameAddr(text: string): NameAddr {
  const span = spanNameAddr(text, 0, text.length);
  const params = span && readParams(text, span.paramsStart, text.length);
  if (span === undefined || params === undefined) throw new SipParseError('bad_header', 'address', { status: 400 });
  return {
    displayName: readDisplayName(text.slice(span.nameStart, span.nameEnd)),
    uri: text.slice(span.uriStart, span.uriEnd),
    params,
  };
}

/** `"name" <uri>;params`; brackets always, the name quoted and escaped. */
export function formatNameAddr(address: NameAddr): string {
  const { uri } = address;
  if (uri === '' || skipClass(uri, 0, uri.length, URI) < uri.length) throw new SipInjectionError('uri');
  if (!areParamsWhole(address.params)) throw new SipInjectionError('parameters');
  const name = address.displayName === '' ? '' : `${quote(address.displayName)} `;
  return `${name}<${address.uri}>${formatParams(address.params)}`;
}

/** A quoted string with `"` and `\` escaped (RFC 3261 25.1). @throws SipInjectionError on CR, LF, NUL. */
export function quote(text: string): string {
  if (/[\r\n\0]/.test(text)) throw new SipInjectionError('quoted-string');
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/** The text of a quoted string; other text comes back as it is. */
export function unquote(text: string): string {
  if (text.charCodeAt(0) !== QUOTE) return text;
  const inner = text.slice(1, -1);
  return inner.includes('\\') ? unescapePairs(inner) : inner;
}

function readDisplayName(text: string): string {
  return unquote(text);
}

function unescapePairs(text: string): string {
  let out = '';
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) === BACKSLASH && i + 1 < text.length) i++;
    out += text[i];
  }
  return out;
}
