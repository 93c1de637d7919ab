import { CALL_ID_CHAR, isDigit, isWhite, SEMICOLON, skipClass, skipToken, skipWhite } from './chars.ts';
import type { Head } from './head.ts';
import { spanTag } from './name-addr.ts';
import { spanVia } from './via.ts';

/** CSeq numbers stay below 2^31 (RFC 3261 8.1.1.5). */
const MAX_CSEQ = 0x7fffffff;

/** The first value of the top Via line is well-formed, and its branch more than the bare cookie. */
export function isViaGood(head: Head): boolean {
  const span = spanVia(head.text, head.valueStart(head.via), head.valueEnd(head.via));
  return span !== undefined && !span.bareCookie;
}

/** From is one well-formed address; notes its tag. */
export function isFromGood(head: Head): boolean {
  const tag = spanTag(head.text, head.valueStart(head.from), addressEnd(head, head.from));
  if (tag === undefined) return false;
  head.fromTagStart = tag.valueStart;
  head.fromTagEnd = tag.valueEnd;
  return true;
}

/** To is one well-formed address; notes its tag. */
export function isToGood(head: Head): boolean {
  const tag = spanTag(head.text, head.valueStart(head.to), addressEnd(head, head.to));
  if (tag === undefined) return false;
  head.toTagStart = tag.valueStart;
  head.toTagEnd = tag.valueEnd;
  return true;
}

/**
 * Where the address at that line ends. Some peers end it with a lone `;`, which is cut off for good: what is
 * put behind it in answers would be no parameter otherwise.
 */
function addressEnd(head: Head, at: number): number {
  const { text } = head;
  let end = head.valueEnd(at);
  if (text.charCodeAt(end - 1) !== SEMICOLON) return end;
  const start = head.valueStart(at);
  for (end--; end > start && isWhite(text.charCodeAt(end - 1)); ) end--;
  head.lines[at + 3] = end;
  return end;
}

/** `word [ "@" word ]` or what peers take for it (RFC 3261 25.1). */
export function isCallIdGood(head: Head): boolean {
  const end = head.valueEnd(head.callId);
  const start = skipWhite(head.text, head.valueStart(head.callId), end);
  return end > start && skipClass(head.text, start, end, CALL_ID_CHAR) === end;
}

/** `1*DIGIT LWS Method`, below 2^31; notes both parts. */
export function isCseqGood(head: Head): boolean {
  const { text } = head;
  const end = head.valueEnd(head.cseq);
  const start = skipWhite(text, head.valueStart(head.cseq), end);
  let p = start;
  let value = 0;
  for (; p < end && isDigit(text.charCodeAt(p)); p++) value = value * 10 + text.charCodeAt(p) - 48;
  const methodStart = skipWhite(text, p, end);
  if (p === start || methodStart === p || value > MAX_CSEQ) return false;
  if (methodStart === end || skipToken(text, methodStart, end) !== end) return false;
  head.cseqNumber = value;
  const same = head.method.length === end - methodStart && text.startsWith(head.method, methodStart);
  head.cseqMethod = same ? head.method : text.slice(methodStart, end);
  return true;
}

/** A value of digits alone; infinite when it is anything else or absurdly large. */
export function readNumber(head: Head, at: number): number {
  const end = head.valueEnd(at);
  const start = skipWhite(head.text, head.valueStart(at), end);
  let value = 0;
  for (let p = start; p < end; p++) {
    const code = head.text.charCodeAt(p);
    if (!isDigit(code)) return Number.POSITIVE_INFINITY;
    value = value * 10 + code - 48;
  }
  return start === end || value > Number.MAX_SAFE_INTEGER ? Number.POSITIVE_INFINITY : value;
}
