/** Character codes and classes of the RFC 3261 section 25 grammar. */
export const TAB = 9;
export const LF = 10;
export const CR = 13;
export const SPACE = 32;
export const QUOTE = 34;
export const STAR = 42;
export const COMMA = 44;
export const SLASH = 47;
export const COLON = 58;
export const SEMICOLON = 59;
export const LESS = 60;
export const EQUAL = 61;
export const GREATER = 62;
export const BRACKET_OPEN = 91;
export const BACKSLASH = 92;

const TOKEN_CHARS = "-.!%*_+`'~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** 1 at the codes that may stand in a `token` (RFC 3261 25.1). */
export const TOKEN: Readonly<Uint8Array> = markCodes(TOKEN_CHARS);

function markCodes(chars: string): Uint8Array {
  const table = new Uint8Array(256);
  for (const char of chars) table[char.charCodeAt(0)] = 1;
  return table;
}

export function isTokenCode(code: number): boolean {
  return TOKEN[code] === 1;
}

/** True for a non-empty `token`. */
export function isToken(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (TOKEN[text.charCodeAt(i)] !== 1) return false;
  return text.length > 0;
}

/** SP, HT and, inside folded values, CR and LF. */
export function isWhite(code: number): boolean {
  return code === SPACE || code === TAB || code === CR || code === LF;
}

export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** First position at or after `pos` that is no white space, at most `end`. */
export function skipWhite(text: string, pos: number, end: number): number {
  let p = pos;
  while (p < end && isWhite(text.charCodeAt(p))) p++;
  return p;
}

/** Position after the token at `pos`; `pos` itself when there is none. */
export function skipToken(text: string, pos: number, end: number): number {
  let p = pos;
  while (p < end && TOKEN[text.charCodeAt(p)] === 1) p++;
  return p;
}

/**
 * Position after the quoted string that opens at `pos`, -1 when it never closes.
 * RFC 3261 25.1: a quoted-pair may hide any octet but CR and LF.
 */
export function skipQuoted(text: string, pos: number, end: number): number {
  for (let p = pos + 1; p < end; p++) {
    const code = text.charCodeAt(p);
    if (code === QUOTE) return p + 1;
    if (code === BACKSLASH) p++;
  }
  return -1;
}
