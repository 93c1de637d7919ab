import { COLON, CR, isWhite, LF, SPACE, skipToken, TAB } from './chars.ts';
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
  const text = head.text;
  const lines = head.lines;
  const maxNumbers = limits.maxHeaders * LINE_FIELDS;
  let pos = head.linesStart;
  let cr = text.indexOf('\r', pos);
  for (;;) {
    const start = pos;
    const first = text.charCodeAt(pos);
    if (first === CR || first === LF) return endLines(head, pos);
    const known = findKnown(text, start);
    let p = known === undefined ? skipToken(text, start, text.length) : start + known.codes.length;
    if (p === start) return 'header_syntax';
    while (isBlank(text.charCodeAt(p))) p++;
    if (text.charCodeAt(p++) !== COLON) return 'header_syntax';
    while (isBlank(text.charCodeAt(p))) p++;

    const valueStart = p;
    const id = known === undefined ? 0 : known.id;
    let flags = id;
    let lf = text.indexOf('\n', valueStart);
    while (lf > 0 && isBlank(text.charCodeAt(lf + 1))) {
      flags |= FOLDED;
      lf = text.indexOf('\n', lf + 2);
    }
    if (lf < 0) return 'header_syntax';
    let end = lf;
    if (text.charCodeAt(end - 1) === CR) end--;
    if (cr >= 0 && cr < valueStart) cr = text.indexOf('\r', valueStart);
    if (cr >= 0 && cr < end && !onlyFolds(text, cr, end)) return 'header_syntax';
    // A last line of blanks alone leaves the line end before it, which must not reach the wire again.
    while (end > valueStart && isWhite(text.charCodeAt(end - 1))) end--;
    if (end - start > limits.maxHeaderBytes) return 'header_too_long';
    if (lines.length >= maxNumbers) return 'too_many_headers';
    if (id > 0) noteLine(head, id, lines.length);
    lines.push(flags, start, valueStart, end);
    pos = lf + 1;
  }
}

function isBlank(code: number): boolean {
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

/** True when every CR in the range is part of a line end, as it is in folded values. */
function onlyFolds(text: string, from: number, end: number): boolean {
  for (let cr = from; cr >= 0 && cr < end; cr = text.indexOf('\r', cr + 1)) {
    if (text.charCodeAt(cr + 1) !== LF) return false;
  }
  return true;
}

/** The empty line; the body is all that follows. */
function endLines(head: Head, pos: number): SipParseCode | undefined {
  const code = head.text.charCodeAt(pos);
  if (code === LF) head.bodyStart = pos + 1;
  else if (code === CR && head.text.charCodeAt(pos + 1) === LF) head.bodyStart = pos + 2;
  else return 'header_syntax';
  return undefined;
}
