import type { Buffer } from 'node:buffer';
import { CR, LF } from './chars.ts';
import { isCallIdGood, isCseqGood, isFromGood, isToGood, isViaGood, readNumber } from './check-head.ts';
import { type SipParseCode, SipParseError } from './errors.ts';
import { Head } from './head.ts';
import { canonicalName, nameOfId } from './header-names.ts';
import { DEFAULT_LIMITS, type ParseLimits } from './limits.ts';
import { ParsedMessage } from './parsed-message.ts';
import { nulsAreQuotedPairs } from './safe-value.ts';
import { scanLines } from './scan-lines.ts';
import { readStartLine } from './start-line.ts';
import type { SipMessage } from './types.ts';

/** RFC 4475 3.1.2.4: the field's range is 0 to 255. */
const MAX_FORWARDS_LIMIT = 255;

/**
 * Reads one message. Checked at once is what every element needs: start line, Via, From, To, Call-ID,
 * CSeq, Max-Forwards, Content-Length (RFC 3261 8.1.1, 16.3); all else when it is read.
 * @param text the bytes as Latin-1, where the caller has them so already; of a message too large it is not looked at
 * @throws SipParseError with the answer that the message deserves
 */
export function parseMessage(bytes: Buffer, limits: ParseLimits = DEFAULT_LIMITS, text?: string): SipMessage {
  const tooLarge = bytes.length > limits.maxMessageBytes;
  const read = tooLarge ? bytes.subarray(0, limits.maxMessageBytes) : bytes;
  const head = new Head(tooLarge || text === undefined ? read.toString('latin1') : text, read);
  const begin = skipEmptyLines(read);
  if (begin === head.text.length) throw new SipParseError('empty', 'message', { status: 0 });
  if (!readStartLine(head, begin)) throw new SipParseError('start_line', 'start-line', { status: 0 });
  scanLines(head, limits);
  if (tooLarge) throw refuse(bytes, head, 'message_too_large', 'message', 513);
  checkStructure(bytes, head, limits);
  checkHeaders(bytes, head);
  checkBody(bytes, head, limits);
  return new ParsedMessage(bytes, head);
}

/** RFC 3261 7.5: CRLFs before the start line are skipped. */
function skipEmptyLines(bytes: Uint8Array): number {
  let p = 0;
  while (bytes[p] === CR || bytes[p] === LF) p++;
  return p;
}

/**
 * RFC 3261 25.1 allows a NUL as a quoted-pair only: one elsewhere in a header could not be written into a request or
 * an answer made of this one. Other messages have none before their body, and cost one search.
 */
function hasStrayNul({ text, bodyStart }: Head): boolean {
  const first = text.indexOf('\0');
  if (first < 0 || first >= bodyStart) return false;
  return !text
    .slice(0, bodyStart)
    .split(/\r?\n(?![ \t])/)
    .every(nulsAreQuotedPairs);
}

function checkStructure(bytes: Buffer, head: Head, limits: ParseLimits): void {
  if (head.startFault === 'version') throw refuse(bytes, head, 'version', 'start-line', 505);
  if (head.status === 0 && head.uriEnd - head.uriStart > limits.maxUriBytes) {
    throw refuse(bytes, head, 'uri_too_long', 'start-line', 414);
  }
  if (head.startFault !== undefined) throw refuse(bytes, head, head.startFault, 'start-line', 400);
  if (head.lineFault !== undefined) throw refuse(bytes, head, head.lineFault, 'header', 400);
  if (hasStrayNul(head)) throw refuse(bytes, head, 'header_syntax', 'header', 400);
  if (head.repeated > 0) throw badHeader(bytes, head, nameOfId(head.repeated), 'duplicate_header');
}

function checkHeaders(bytes: Buffer, head: Head): void {
  if (head.via < 0) throw missing(bytes, head, 'via');
  if (!isViaGood(head)) throw badHeader(bytes, head, 'via');
  if (head.from < 0) throw missing(bytes, head, 'from');
  if (!isFromGood(head)) throw badHeader(bytes, head, 'from');
  if (head.to < 0) throw missing(bytes, head, 'to');
  if (!isToGood(head)) throw badHeader(bytes, head, 'to');
  if (head.callId < 0) throw missing(bytes, head, 'call-id');
  if (!isCallIdGood(head)) throw badHeader(bytes, head, 'call-id');
  if (head.cseq < 0) throw missing(bytes, head, 'cseq');
  if (!isCseqGood(head)) throw badHeader(bytes, head, 'cseq');
  if (head.status === 0 && head.cseqMethod !== head.method) throw refuse(bytes, head, 'cseq_mismatch', 'cseq', 400);
  if (head.maxForwards >= 0 && readNumber(head, head.maxForwards) > MAX_FORWARDS_LIMIT) {
    throw badHeader(bytes, head, 'max-forwards');
  }
}

/** RFC 3261 18.3: octets behind Content-Length are ignored, too few are a 400; without it all is body. */
function checkBody(bytes: Buffer, head: Head, limits: ParseLimits): void {
  const available = bytes.length - head.bodyStart;
  const length = head.contentLength < 0 ? available : readNumber(head, head.contentLength);
  if (length === Number.POSITIVE_INFINITY) throw badHeader(bytes, head, 'content-length', 'content_length');
  if (length > limits.maxBodyBytes) throw refuse(bytes, head, 'body_too_large', 'body', 413);
  if (length > available) throw refuse(bytes, head, 'content_length', 'content-length', 400);
  head.bodyEnd = head.bodyStart + length;
}

function missing(bytes: Buffer, head: Head, name: string): SipParseError {
  return refuse(bytes, head, 'missing_header', name, 400);
}

function badHeader(bytes: Buffer, head: Head, name: string, code: SipParseCode = 'bad_header'): SipParseError {
  return refuse(bytes, head, code, name, 400, `Bad ${canonicalName(name)} Header`);
}

/** The fault, with whatever can be read for the answer; responses, ACKs and what has no Via get none. */
function refuse(
  bytes: Buffer,
  head: Head,
  code: SipParseCode,
  part: string,
  status: number,
  reason?: string,
): SipParseError {
  readForAnswer(head);
  const silent = head.status > 0 || head.method === 'ACK' || head.via < 0;
  return new SipParseError(code, part, {
    status: silent ? 0 : status,
    reason: reason ?? '',
    partial: new ParsedMessage(bytes, head),
  });
}

/** Reads what the checks have not come to. */
function readForAnswer(head: Head): void {
  head.bodyEnd = head.bodyStart;
  if (head.from >= 0 && head.fromTagStart < 0) isFromGood(head);
  if (head.to >= 0 && head.toTagStart < 0) isToGood(head);
  if (head.cseq >= 0 && head.cseqMethod === '') isCseqGood(head);
  if (head.method === '') head.method = head.cseqMethod;
}
