import { EQUAL, isToken, QUOTE, SEMICOLON, skipClass, skipQuoted, skipToken, skipWhite, VALUE } from './chars.ts';
import { isSafeValue } from './safe-value.ts';
import type { Params } from './types.ts';

/** Where one `;name=value` is; filled by `nextParam`. */
export interface ParamSpan {
  nameStart: number;
  nameEnd: number;
  /** -1 for a flag. */
  valueStart: number;
  valueEnd: number;
}

export const NO_PARAMS: Params = new Map();

/** An empty span, to be filled again and again. */
export function newParamSpan(): ParamSpan {
  return { nameStart: 0, nameEnd: 0, valueStart: -1, valueEnd: -1 };
}

/**
 * Reads one header parameter whose `;` is at `pos`, white space around every part allowed (RFC 3261
 * 7.3.1, 25.1). Returns the position behind it, or -1 when it is malformed.
 */
export function nextParam(text: string, pos: number, end: number, span: ParamSpan): number {
  if (text.charCodeAt(pos) !== SEMICOLON) return -1;
  let p = skipWhite(text, pos + 1, end);
  span.nameStart = p;
  p = skipToken(text, p, end);
  span.nameEnd = p;
  span.valueStart = -1;
  if (p === span.nameStart) return -1;
  p = skipWhite(text, p, end);
  if (p >= end || text.charCodeAt(p) !== EQUAL) return p;
  p = skipWhite(text, p + 1, end);
  span.valueStart = p;
  p = text.charCodeAt(p) === QUOTE && p < end ? skipQuoted(text, p, end) : skipClass(text, p, end, VALUE);
  if (p < 0) return -1;
  span.valueEnd = p;
  return skipWhite(text, p, end);
}

/** Every parameter from `pos` to `end`; `undefined` when one is malformed. */
export function readParams(text: string, pos: number, end: number): Params | undefined {
  if (pos >= end) return NO_PARAMS;
  const span = newParamSpan();
  const params = new Map<string, string>();
  let p = pos;
  while (p < end) {
    p = nextParam(text, p, end, span);
    if (p < 0) return undefined;
    const name = text.slice(span.nameStart, span.nameEnd).toLowerCase();
    if (!params.has(name)) params.set(name, span.valueStart < 0 ? '' : text.slice(span.valueStart, span.valueEnd));
  }
  return params;
}

/** `;name=value` for each, flags without `=`. */
export function formatParams(params: Params): string {
  let text = '';
  for (const [name, value] of params) text += value === '' ? `;${name}` : `;${name}=${value}`;
  return text;
}

/** True when no name or value would run over into what comes after it in a header. */
export function areParamsWhole(params: Params): boolean {
  for (const [name, value] of params) {
    const { length } = value;
    const end = value.charCodeAt(0) === QUOTE ? skipQuoted(value, 0, length) : skipClass(value, 0, length, VALUE);
    if (!isToken(name) || end !== length || !isSafeValue(value)) return false;
  }
  return true;
}
