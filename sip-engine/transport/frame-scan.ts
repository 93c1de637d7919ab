const TAB = 9;
const LF = 10;
const CR = 13;
const SPACE = 32;
const COLON = 58;
const SLASH = 47;
const ZERO = 48;
const NINE = 57;
const LOWER_L = 108;
const LOWER_C = 99;

/** No Content-Length header. */
export const LENGTH_MISSING = -1;
/** Not a number, negative, or two that differ (RFC 4475 sections 3.1.2.3 and 3.3.9). */
export const LENGTH_INVALID = -2;

/** Numbers of more digits than this are larger than any limit; they are not computed. */
const MAX_DIGITS = 12;
const NAME = Buffer.from('content-length');

/** RFC 3261 section 25.1 `token`, plus nothing. */
const TOKEN: Uint8Array = tokenTable();

/** True for the bytes that a method or `SIP` may be made of. */
export function isTokenByte(byte: number): boolean {
  return TOKEN[byte] === 1;
}

/** True while the first `length` bytes may become `METHOD uri` or `SIP/2.0`. */
export function mayStartSip(bytes: Buffer, length: number): boolean {
  let at = 0;
  while (at < length && isTokenByte(bytes[at] ?? 0)) at++;
  if (at === length) return true;
  return at > 0 && (isBlank(bytes[at] ?? 0) || bytes[at] === SLASH);
}

/**
 * True when the line ending before `lineEnd` is a request or status line of any SIP version: the parser
 * judges the rest (505, 400), the framer only tells SIP from HTTP, TLS and noise.
 */
export function isSipStartLine(bytes: Buffer, lineEnd: number): boolean {
  for (let at = lineEnd - 4; at >= 0; at--) {
    if (bytes[at + 3] !== SLASH) continue;
    if (((bytes[at] ?? 0) | 32) !== 115 || ((bytes[at + 1] ?? 0) | 32) !== 105) continue;
    if (((bytes[at + 2] ?? 0) | 32) === 112 && (at === 0 || isBlank(bytes[at - 1] ?? 0))) return true;
  }
  return false;
}

/** Value of Content-Length (or `l`) among the headers before `headerEnd`, or LENGTH_MISSING / LENGTH_INVALID. */
export function findContentLength(bytes: Buffer, headerEnd: number): number {
  let found = LENGTH_MISSING;
  let lineStart = bytes.indexOf(LF) + 1;
  while (lineStart > 0 && lineStart < headerEnd) {
    const value = valueStart(bytes, lineStart, headerEnd);
    if (value > 0) {
      const length = parseLength(bytes, value, headerEnd);
      if (length === LENGTH_INVALID || (found !== LENGTH_MISSING && found !== length)) return LENGTH_INVALID;
      found = length;
    }
    lineStart = bytes.indexOf(LF, lineStart) + 1;
  }
  return found;
}

/** Index behind the colon when the line is a Content-Length, else 0. */
function valueStart(bytes: Buffer, lineStart: number, end: number): number {
  const first = (bytes[lineStart] ?? 0) | 32;
  let at: number;
  if (first === LOWER_L) at = lineStart + 1;
  else if (first === LOWER_C && startsWithName(bytes, lineStart)) at = lineStart + NAME.length;
  else return 0;
  while (at < end && isBlank(bytes[at] ?? 0)) at++;
  return bytes[at] === COLON ? at + 1 : 0;
}

function startsWithName(bytes: Buffer, start: number): boolean {
  for (let i = 1; i < NAME.length; i++) {
    const byte = bytes[start + i] ?? 0;
    // `-` has bit 32 set already.
    if ((byte | 32) !== NAME[i]) return false;
  }
  return true;
}

function parseLength(bytes: Buffer, start: number, end: number): number {
  let at = skipFoldedBlanks(bytes, start, end);
  const firstDigit = at;
  let value = 0;
  for (; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte < ZERO || byte > NINE) break;
    value = at - firstDigit < MAX_DIGITS ? value * 10 + (byte - ZERO) : Number.MAX_SAFE_INTEGER;
  }
  if (at === firstDigit) return LENGTH_INVALID;
  at = skipFoldedBlanks(bytes, at, end);
  return bytes[at] === CR && bytes[at + 1] === LF ? value : LENGTH_INVALID;
}

/** RFC 3261 section 7.3.1: a line that begins with white space continues the one before. */
function skipFoldedBlanks(bytes: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end) {
    if (isBlank(bytes[at] ?? 0)) at++;
    else if (bytes[at] === CR && bytes[at + 1] === LF && isBlank(bytes[at + 2] ?? 0)) at += 3;
    else break;
  }
  return at;
}

function isBlank(byte: number): boolean {
  return byte === SPACE || byte === TAB;
}

function tokenTable(): Uint8Array {
  const table = new Uint8Array(256);
  const others = "-.!%*_+`'~";
  for (let byte = 0; byte < 128; byte++) {
    const letter = String.fromCharCode(byte);
    if (/[A-Za-z0-9]/.test(letter) || others.includes(letter)) table[byte] = 1;
  }
  return table;
}
