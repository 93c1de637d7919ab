import { COLON, CR, LF, SPACE, TAB, TOKEN } from './chars.ts';
import type { SipParseCode } from './errors.ts';
import { findId, hashStep, knownId } from './header-names.ts';
import type { ParseLimits } from './limits.ts';

export const VIA = knownId('via');
export const FROM = knownId('from');
export const TO = knownId('to');
export const CALL_ID = knownId('call-id');
export const CSEQ = knownId('cseq');
export const MAX_FORWARDS = knownId('max-forwards');
export const CONTENT_LENGTH = knownId('content-length');

/** Numbers kept for each header line, see `HeadIndex.lines`. */
export const LINE_FIELDS = 4;
export const ID_MASK = 0xff;
/** The value runs over several lines (RFC 3261 7.3.1). */
export const FOLDED = 0x100;

/** Where the headers of one message are; nothing of them is copied. */
export class HeadIndex {
  /** Four numbers a line: id | FOLDED, start of the name, start of the value, end of the value. */
  readonly lines: number[] = [];
  /** Offset of the body, or of the end when the blank line is missing. */
  bodyStart = 0;
  /** Offsets into `lines` of the headers that every message needs; -1 when absent. */
  via = -1;
  from = -1;
  to = -1;
  callId = -1;
  cseq = -1;
  maxForwards = -1;
  contentLength = -1;
  /** Id of the first header that may stand once only but was repeated; 0 when none was. */
  repeated = 0;
  /** First fault met; the lines before it are good. */
  fault: SipParseCode | undefined = undefined;
}

/** One pass over the header lines from `start` (just behind the start line) to the blank line. */
export function scanHead(text: string, start: number, limits: ParseLimits): HeadIndex {
  const index = new HeadIndex();
  const lines = index.lines;
  const maxNumbers = limits.maxHeaders * LINE_FIELDS;
  let pos = start;
  let cr = text.indexOf('\r', start);
  for (;;) {
    const nameStart = pos;
    let hash = 0;
    let code = text.charCodeAt(pos);
    while (TOKEN[code] === 1) {
      hash = hashStep(hash, code);
      code = text.charCodeAt(++pos);
    }
    if (pos === nameStart) return endHead(index, text, pos);
    const nameEnd = pos;
    while (code === SPACE || code === TAB) code = text.charCodeAt(++pos);
    if (code !== COLON) return failHead(index, 'header_syntax', nameStart);
    code = text.charCodeAt(++pos);
    while (code === SPACE || code === TAB) code = text.charCodeAt(++pos);

    const valueStart = pos;
    let flags = findId(text, nameStart, nameEnd, hash);
    let lf = text.indexOf('\n', pos);
    if (lf < 0) return failHead(index, 'header_syntax', nameStart);
    let next = text.charCodeAt(lf + 1);
    while (next === SPACE || next === TAB) {
      flags |= FOLDED;
      lf = text.indexOf('\n', lf + 2);
      if (lf < 0) return failHead(index, 'header_syntax', nameStart);
      next = text.charCodeAt(lf + 1);
    }
    let end = lf;
    if (text.charCodeAt(end - 1) === CR) end--;
    if (cr >= 0 && cr < valueStart) cr = text.indexOf('\r', valueStart);
    if (cr >= 0 && cr < end && !onlyFolds(text, cr, end)) return failHead(index, 'header_syntax', nameStart);
    while (end > valueStart && isBlank(text.charCodeAt(end - 1))) end--;
    if (end - nameStart > limits.maxHeaderBytes) return failHead(index, 'header_too_long', nameStart);
    if (lines.length >= maxNumbers) return failHead(index, 'too_many_headers', nameStart);
    noteLine(index, flags & ID_MASK);
    lines.push(flags, nameStart, valueStart, end);
    pos = lf + 1;
  }
}

function isBlank(code: number): boolean {
  return code === SPACE || code === TAB;
}

/** Remembers where the headers are that every message needs, and which of them came twice. */
function noteLine(index: HeadIndex, id: number): void {
  const at = index.lines.length;
  switch (id) {
    case VIA:
      if (index.via < 0) index.via = at;
      return;
    case FROM:
      if (index.from < 0) index.from = at;
      else index.repeated ||= id;
      return;
    case TO:
      if (index.to < 0) index.to = at;
      else index.repeated ||= id;
      return;
    case CALL_ID:
      if (index.callId < 0) index.callId = at;
      else index.repeated ||= id;
      return;
    case CSEQ:
      if (index.cseq < 0) index.cseq = at;
      else index.repeated ||= id;
      return;
    case MAX_FORWARDS:
      if (index.maxForwards < 0) index.maxForwards = at;
      else index.repeated ||= id;
      return;
    case CONTENT_LENGTH:
      if (index.contentLength < 0) index.contentLength = at;
      else index.repeated ||= id;
      return;
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

function endHead(index: HeadIndex, text: string, pos: number): HeadIndex {
  const code = text.charCodeAt(pos);
  if (code === LF) index.bodyStart = pos + 1;
  else if (code === CR && text.charCodeAt(pos + 1) === LF) index.bodyStart = pos + 2;
  else return failHead(index, 'header_syntax', pos);
  return index;
}

/** Stops here; the body is taken from the blank line, if there is one, for what `partial` is worth. */
function failHead(index: HeadIndex, fault: SipParseCode, pos: number): HeadIndex {
  index.fault = fault;
  index.bodyStart = pos;
  return index;
}
