/** Character codes and classes of the RFC 3261 section 25 grammar. */
export const TAB = 9;
export const LF = 10;
export const CR = 13;
export const SPACE = 32;
export const QUOTE = 34;
export const COMMA = 44;
export const SLASH = 47;
export const COLON = 58;
export const SEMICOLON = 59;
export const LESS = 60;
export const EQUAL = 61;
export const GREATER = 62;
export const BRACKET_OPEN = 91;
export const BACKSLASH = 92;

/**
 * A port as an expression of plain forms: of every five-digit one below 65,000, since a NAT gives nothing else. What it
 * does not take is read in the general way.
 */
export const PLAIN_PORT = String.raw`(?:[1-5]\d{4}|6[0-4]\d{3}|[1-9]\d{0,3})`;

const TOKEN_CHARS = "-.!%*_+`'~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/** No URI has these unescaped, and the first three delimit it in headers. */
const NOT_IN_URI = '<>"\\|';
/** These end or break an unquoted parameter value. */
const NOT_IN_VALUE = ',;<>"|';
const NOT_IN_CALL_ID = ',;|';

/** Bits of `CLASS`, for `skipClass`. */
export const TOKEN = 1;
/** May stand in a URI inside a header; bytes above 0x7f too, since peers send them. */
export const URI = 2;
/** May stand in an unquoted parameter value: a token, a host, and what else peers put there; ASCII alone. */
export const VALUE = 4;
/** May stand in a Call-ID, somewhat wider than RFC 3261 `word`. */
export const CALL_ID_CHAR = 8;
/** `URI` without bytes above 0x7f: the Request-URI is compared and sent on byte for byte. */
export const ASCII_URI = 16;

/**
 * What each UTF-16 code may be part of: the grammar of RFC 3261 25.1 as one lookup a character. As long
 * as the range of `charCodeAt`, so that no lookup needs a bounds check (measured: a third faster).
 */
const CLASS: Readonly<Uint8Array> = classify();

function classify(): Uint8Array {
  // Above ASCII there are UTF-8 bytes, or letters where they are decoded already.
  const table = new Uint8Array(0x10000).fill(URI);
  table.fill(0, 0, 0x80);
  for (let code = 0x21; code < 0x7f; code++) {
    const char = String.fromCharCode(code);
    let bits = 0;
    if (TOKEN_CHARS.includes(char)) bits |= TOKEN;
    if (!NOT_IN_URI.includes(char)) bits |= URI | ASCII_URI;
    if (!NOT_IN_VALUE.includes(char)) bits |= VALUE;
    if (!NOT_IN_CALL_ID.includes(char)) bits |= CALL_ID_CHAR;
    table[code] = bits;
  }
  return table;
}

/** Position of the first character from `pos` that is not of that class, at most `end`. */
export function skipClass(text: string, pos: number, end: number, bit: number): number {
  let p = pos;
  while (p < end && ((CLASS[text.charCodeAt(p)] ?? 0) & bit) !== 0) p++;
  return p;
}

/**
 * The same over bytes. What is read of every message is read from its bytes: a byte costs a seventh of what
 * `charCodeAt` does (measured).
 */
export function skipBytes(bytes: Uint8Array, pos: number, end: number, bit: number): number {
  let p = pos;
  while (p < end && ((CLASS[bytes[p] ?? 0] ?? 0) & bit) !== 0) p++;
  return p;
}

/** `skipWhite` over bytes. */
export function skipWhiteBytes(bytes: Uint8Array, pos: number, end: number): number {
  let p = pos;
  while (p < end && isWhite(bytes[p] ?? 0)) p++;
  return p;
}

/** True for a non-empty `token`. */
export function isToken(text: string): boolean {
  return text.length > 0 && skipClass(text, 0, text.length, TOKEN) === text.length;
}

/** SP, HT and, inside folded values, CR and LF. */
export function isWhite(code: number): boolean {
  return code <= SPACE && isWhiteCode(code);
}

function isWhiteCode(code: number): boolean {
  return code === SPACE || code === TAB || code === CR || code === LF;
}

/** `DIGIT` of RFC 3261 section 25.1, by its character code. */
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
  return skipClass(text, pos, end, TOKEN);
}

/**
 * Position after the quoted string that opens at `pos`, -1 when it never closes or is none.
 * RFC 3261 25.1: a quoted-pair may hide any octet but CR and LF; unhidden, NUL stands nowhere.
 */
export function skipQuoted(text: string, pos: number, end: number): number {
  for (let p = pos + 1; p < end; p++) {
    const code = text.charCodeAt(p);
    if (code === QUOTE) return p + 1;
    if (code === 0) return -1;
    if (code === BACKSLASH) {
      p++;
      const hidden = text.charCodeAt(p);
      if (hidden === CR || hidden === LF) return -1;
    }
  }
  return -1;
}
