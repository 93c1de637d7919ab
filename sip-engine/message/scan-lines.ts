import { COLON, CR, isWhite, LF, SPACE, skipBytes, TAB, TOKEN } from './chars.ts';
import type { SipParseCode } from './errors.ts';
import { FOLDED, type Head, LINE_FIELDS } from './head.ts';
import { findKnown, knownId } from './header-names.ts';
import type { ParseLimits } from './limits.ts';

const VIA = knownId('via');
const FROM = knownId('from');
const TO = knownId('to');
const CALL_ID = knownId('call-id');
const CSEQ = knownId('cseq');
const MAX_FORWARDS = knownId('max-forwards');
const CONTENT_LENGTH = knownId('content-length');

/** One pass over the header lines, from `head.linesStart` to the empty line; stops at the first fault. */
export function scanLines(head: Head, limits: ParseLimits): void {
  head.bodyStart = head.linesStart;
  head.lineFault = readLines(head, limits);
}

function readLines(head: Head, limits: ParseLimits): SipParseCode | undefined {
  const { bytes, lines } = head;
  const maxNumbers = limits.maxHeaders * LINE_FIELDS;
  let pos = head.linesStart;
  for (;;) {
    const start = pos;
    const first = bytes[pos];
    if (first === CR || first === LF) return endLines(head, pos);
    const known = findKnown(bytes, start);
    let p = known === undefined ? skipBytes(bytes, start, bytes.length, TOKEN) : start + known.codes.length;
    if (p === start) return 'header_syntax';
    while (isBlank(bytes[p])) p++;
    if (bytes[p++] !== COLON) return 'header_syntax';
    while (isBlank(bytes[p])) p++;

    const valueStart = p;
    const id = known === undefined ? 0 : known.id;
    let flags = id;
    let end = lineEnd(bytes, valueStart);
    let next = behindLineEnd(bytes, end);
    while (next > 0 && isBlank(bytes[next])) {
      flags |= FOLDED;
      end = lineEnd(bytes, next);
      next = behindLineEnd(bytes, end);
    }
    if (next < 0) return 'header_syntax';
    // A last line of blanks alone leaves the line end before it, which must not reach the wire again.
    while (end > valueStart && isWhite(bytes[end - 1] ?? 0)) end--;
    if (end - start > limits.maxHeaderBytes) return 'header_too_long';
    if (lines.length >= maxNumbers) return 'too_many_headers';
    if (id > 0) noteLine(head, id, lines.length);
    lines.push(flags, start, valueStart, end);
    pos = next;
  }
}

function isBlank(code: number | undefined): boolean {
  return code === SPACE || code === TAB;
}

/** Remembers where the headers are that every message needs, and which of them came twice. */
function noteLine(head: Head, id: number, at: number): void {
  switch (id) {
    case VIA:
      if (head.via < 0) head.via = at;
      break;
    case FROM:
      if (head.from < 0) head.from = at;
      else head.repeated ||= id;
      break;
    case TO:
      if (head.to < 0) head.to = at;
      else head.repeated ||= id;
      break;
    case CALL_ID:
      if (head.callId < 0) head.callId = at;
      else head.repeated ||= id;
      break;
    case CSEQ:
      if (head.cseq < 0) head.cseq = at;
      else head.repeated ||= id;
      break;
    case MAX_FORWARDS:
      if (head.maxForwards < 0) head.maxForwards = at;
      else head.repeated ||= id;
      break;
    case CONTENT_LENGTH:
      if (head.contentLength < 0) head.contentLength = at;
      else head.repeated ||= id;
      break;
    default:
  }
}

/** Position of the next CR or LF, or the end of the bytes. */
function lineEnd(bytes: Uint8Array, pos: number): number {
  const { length } = bytes;
  let p = pos;
  while (p < length) {
    const code = bytes[p] ?? 0;
    if (code <= CR && (code === CR || code === LF)) break;
    p++;
  }
  return p;
}

/** Behind the line end at `pos`; -1 when there is none: the bytes end, or a CR stands alone. */
function behindLineEnd(bytes: Uint8Array, pos: number): number {
  const code = bytes[pos];
  if (code === LF) return pos + 1;
  return code === CR && bytes[pos + 1] === LF ? pos + 2 : -1;
}

/** The empty line; the body is all that follows. */
function endLines(head: Head, pos: number): SipParseCode | undefined {
  const next = behindLineEnd(head.bytes, pos);
  if (next < 0) return 'header_syntax';
  head.bodyStart = next;
  return undefined;
}
