import { CALL_ID_CHAR, GREATER, isDigit, isWhite, SEMICOLON, skipBytes, skipWhiteBytes, TOKEN } from './chars.ts';
import { FOLDED, type Head } from './head.ts';
import { spanTag } from './name-addr.ts';
import { spanVia } from './via.ts';

/** CSeq numbers stay below 2^31 (RFC 3261 8.1.1.5). */
const MAX_CSEQ = 0x7fffffff;

/*
 * What nearly every peer writes, decided in one go by a compiled expression (measured: a third of the time that the
 * general reading takes). Each takes a part of what the grammar allows and ends at the line's end; what it does not
 * take is read in the general way. Folded lines never come here.
 */
const PLAIN_VIA =
  /SIP\/2\.0\/[A-Z]{2,4} [A-Za-z0-9.-]+(?::(?:\d{1,4}|[1-5]\d{4}))?(?:;(?!branch(?:=z9hG4bK)?[;\r\n])[a-z]+(?:=[\w.:+~*!%-]+)?)*[\r\n]/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is left out
const PLAIN_ADDRESS = /(?:"[^"\\\r\n\0]*" |[\w.+-]+ )?<[^<>"\\|\x00-\x20\x7f]+>(?:;tag=[\w.+~*!%-]+)?[\r\n]/y;
/** `;tag=` */
const TAG_MARK = 5;

function isPlain(head: Head, at: number, form: RegExp): boolean {
  if (((head.lines[at] ?? FOLDED) & FOLDED) !== 0) return false;
  form.lastIndex = head.valueStart(at);
  return form.test(head.text);
}

/** Behind the tag's mark in a plain address; -1 when it has none. */
function plainTag(head: Head, at: number): number {
  const { bytes } = head;
  const end = head.valueEnd(at);
  let close = end - 1;
  while (bytes[close] !== GREATER) close--;
  return close + 1 + TAG_MARK < end ? close + 1 + TAG_MARK : -1;
}

/** The first value of the top Via line is well-formed, and its branch more than the bare cookie. */
export function isViaGood(head: Head): boolean {
  head.isViaPlain = isPlain(head, head.via, PLAIN_VIA);
  if (head.isViaPlain) return true;
  const span = spanVia(head.text, head.valueStart(head.via), head.valueEnd(head.via));
  return span !== undefined && !span.bareCookie;
}

/** From is one well-formed address; notes its tag. */
export function isFromGood(head: Head): boolean {
  if (isPlain(head, head.from, PLAIN_ADDRESS)) {
    head.fromTagStart = plainTag(head, head.from);
    head.fromTagEnd = head.fromTagStart < 0 ? -1 : head.valueEnd(head.from);
    return true;
  }
  const tag = spanTag(head.text, head.valueStart(head.from), addressEnd(head, head.from), false);
  // RFC 3261 25.1: a tag is a token. Peers of RFC 2543 have none; an empty one is nobody's.
  if (tag === undefined || (tag.valueStart >= 0 && tag.valueEnd === tag.valueStart)) return false;
  head.fromTagStart = tag.valueStart;
  head.fromTagEnd = tag.valueEnd;
  return true;
}

/** To is one well-formed address; notes its tag. */
export function isToGood(head: Head): boolean {
  if (isPlain(head, head.to, PLAIN_ADDRESS)) {
    head.toTagStart = plainTag(head, head.to);
    head.toTagEnd = head.toTagStart < 0 ? -1 : head.valueEnd(head.to);
    return true;
  }
  const tag = spanTag(head.text, head.valueStart(head.to), addressEnd(head, head.to), true);
  // An empty tag is none of a dialog; peers that answer with one are understood all the same.
  if (tag === undefined || (head.status === 0 && tag.valueStart >= 0 && tag.valueEnd === tag.valueStart)) return false;
  head.toTagStart = tag.valueStart;
  head.toTagEnd = tag.valueEnd;
  return true;
}

/**
 * Where the address at that line ends. Some peers end it with a lone `;`, which is cut off for good: what is
 * put behind it in answers would be no parameter otherwise.
 */
function addressEnd(head: Head, at: number): number {
  const { bytes } = head;
  let end = head.valueEnd(at);
  if (bytes[end - 1] !== SEMICOLON) return end;
  const start = head.valueStart(at);
  for (end--; end > start && isWhite(bytes[end - 1] ?? 0); ) end--;
  head.lines[at + 2] = end;
  return end;
}

/** `word [ "@" word ]` or what peers take for it (RFC 3261 25.1). */
export function isCallIdGood(head: Head): boolean {
  const end = head.valueEnd(head.callId);
  const start = skipWhiteBytes(head.bytes, head.valueStart(head.callId), end);
  return end > start && skipBytes(head.bytes, start, end, CALL_ID_CHAR) === end;
}

/** `1*DIGIT LWS Method`, below 2^31; notes both parts. */
export function isCseqGood(head: Head): boolean {
  const { text, bytes } = head;
  const end = head.valueEnd(head.cseq);
  const start = skipWhiteBytes(bytes, head.valueStart(head.cseq), end);
  let p = start;
  let value = 0;
  for (; p < end && isDigit(bytes[p] ?? 0); p++) value = value * 10 + (bytes[p] ?? 0) - 48;
  const methodStart = skipWhiteBytes(bytes, p, end);
  if (p === start || methodStart === p || value > MAX_CSEQ) return false;
  if (methodStart === end || skipBytes(bytes, methodStart, end, TOKEN) !== end) return false;
  head.cseqNumber = value;
  const same = head.method.length === end - methodStart && text.startsWith(head.method, methodStart);
  head.cseqMethod = same ? head.method : text.slice(methodStart, end);
  return true;
}

/** A value of digits alone; infinite when it is anything else or absurdly large. */
export function readNumber(head: Head, at: number): number {
  const end = head.valueEnd(at);
  const start = skipWhiteBytes(head.bytes, head.valueStart(at), end);
  let value = 0;
  for (let p = start; p < end; p++) {
    const code = head.bytes[p] ?? 0;
    if (!isDigit(code)) return Number.POSITIVE_INFINITY;
    value = value * 10 + code - 48;
  }
  return start === end || value > Number.MAX_SAFE_INTEGER ? Number.POSITIVE_INFINITY : value;
}
