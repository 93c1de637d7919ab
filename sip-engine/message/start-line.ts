import { ASCII_URI, COLON, CR, isDigit, isToken, SPACE, skipBytes, skipToken, TOKEN } from './chars.ts';
import type { Head } from './head.ts';
import { METHODS } from './methods.ts';

const QUESTION = 63;
const ZERO = 48;
const LETTER_S = 0x73;
const LOWER_CASE = 0x20;
const VERSION = 'SIP/2.0';

/** Reads the line at `pos` (RFC 3261 7.1, 7.2) into `head`; false when it is none of SIP's at all. */
export function readStartLine(head: Head, pos: number): boolean {
  const { text, bytes } = head;
  const lf = text.indexOf('\n', pos);
  if (lf < 0) return false;
  const end = bytes[lf - 1] === CR && lf > pos ? lf - 1 : lf;
  head.linesStart = lf + 1;
  return ((bytes[pos] ?? 0) | LOWER_CASE) === LETTER_S && /^sip\//i.test(text.slice(pos, pos + 4))
    ? readStatusLine(head, pos, end)
    : readRequestLine(head, pos, end);
}

/** `METHOD SP Request-URI SP SIP/2.0`, one space each (RFC 4475 3.1.2.8 to 3.1.2.10). */
function readRequestLine(head: Head, pos: number, end: number): boolean {
  const { text, bytes } = head;
  const methodEnd = skipBytes(bytes, pos, end, TOKEN);
  const uriEnd = end - 8;
  if (uriEnd <= methodEnd || bytes[uriEnd] !== SPACE || !isVersion(text, uriEnd + 1))
    return readLooseRequestLine(head, pos, end);
  head.method = methodAt(text, pos, methodEnd);
  head.uriStart = methodEnd + 1;
  head.uriEnd = uriEnd;
  const good = methodEnd > pos && bytes[methodEnd] === SPACE && isRequestUri(head, methodEnd + 1, uriEnd);
  if (!good) head.startFault = 'start_line';
  return true;
}

/** RFC 3261 7.1: the version is SIP's without regard to case; the method is not (7.1, 25.1). */
function isVersion(text: string, at: number): boolean {
  return text.startsWith(VERSION, at) || text.slice(at, at + VERSION.length).toUpperCase() === VERSION;
}

/** Recognises what is meant to be a request line, so that it gets an answer. */
function readLooseRequestLine(head: Head, pos: number, end: number): boolean {
  // A line without the version near its end is not searched through.
  const tail = head.text.slice(Math.max(pos, end - 64), end);
  const version = /[ \t]SIP\/(\d+\.\d+)[ \t]*$/i.exec(tail)?.[1];
  if (version === undefined) return false;
  const method = head.text.slice(pos, skipToken(head.text, pos, end));
  head.method = isToken(method) ? method : '';
  head.startFault = version === '2.0' ? 'start_line' : 'version';
  return true;
}

/** `SIP/2.0 SP 3DIGIT SP phrase`; the space before an empty phrase may be missing. */
function readStatusLine(head: Head, pos: number, end: number): boolean {
  const { text } = head;
  const code = pos + 8;
  if (!isVersion(text, pos) || text.charCodeAt(code - 1) !== SPACE || end < code + 3) return false;
  let status = 0;
  for (let p = code; p < code + 3; p++) {
    const digit = text.charCodeAt(p);
    if (!isDigit(digit)) return false;
    status = status * 10 + digit - ZERO;
  }
  if (status < 100 || status > 699 || (end > code + 3 && text.charCodeAt(code + 3) !== SPACE)) return false;
  head.status = status;
  head.uriStart = Math.min(code + 4, end);
  head.uriEnd = end;
  return true;
}

/**
 * What any absolute URI looks like; its scheme decides only later (416). Headers in a `sip:` URI are
 * not allowed here (RFC 3261 19.1.1 table 1, RFC 4475 3.1.2.11).
 */
function isRequestUri({ text, bytes }: Head, start: number, end: number): boolean {
  let colon = start;
  while (colon < end && bytes[colon] !== COLON) colon++;
  if (colon === start || colon === end || skipBytes(bytes, start, end, ASCII_URI) < end) return false;
  let question = end - 1;
  while (question > colon && bytes[question] !== QUESTION) question--;
  if (question === colon) return true;
  // The user part may hold a question mark (RFC 3261 25.1).
  return !/^sips?$/i.test(text.slice(start, colon)) || question < text.lastIndexOf('@', end - 1);
}

/** The method; known ones as one shared string each, which compare by identity. */
function methodAt(text: string, start: number, end: number): string {
  for (const method of METHODS) {
    if (method.length === end - start && text.startsWith(method, start)) return method;
  }
  return text.slice(start, end);
}
