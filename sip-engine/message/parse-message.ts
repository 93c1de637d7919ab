import type { Buffer } from 'node:buffer';
import { COMMA, CR, isDigit, LF, skipToken, skipWhite } from './chars.ts';
import { type SipParseCode, SipParseError } from './errors.ts';
import { canonicalName, nameOfId } from './header-names.ts';
import { DEFAULT_LIMITS, type ParseLimits } from './limits.ts';
import { readTag } from './name-addr.ts';
import { type MessageParts, ParsedMessage } from './parsed-message.ts';
import { type HeadIndex, scanHead } from './scan-head.ts';
import { readStartLine, type StartLine } from './start-line.ts';
import type { SipMessage } from './types.ts';
import { spanVia } from './via.ts';

/** CSeq numbers stay below 2^31 (RFC 3261 8.1.1.5). */
const MAX_CSEQ = 0x7fffffff;
const MAX_FORWARDS_LIMIT = 255;

/**
 * Reads one message. Checked at once is what every element needs: start line, Via, From, To, Call-ID,
 * CSeq, Max-Forwards, Content-Length (RFC 3261 8.1.1, 16.3); all else when it is read.
 * @throws SipParseError with the answer that the message deserves
 */
export function parseMessage(bytes: Buffer, limits: ParseLimits = DEFAULT_LIMITS): SipMessage {
  const tooLarge = bytes.length > limits.maxMessageBytes;
  const text = bytes.toString('latin1', 0, tooLarge ? limits.maxMessageBytes : bytes.length);
  const begin = skipEmptyLines(text);
  if (begin === text.length) throw new SipParseError('empty', 'message', { status: 0 });
  const start = readStartLine(text, begin);
  if (start === undefined) throw new SipParseError('start_line', 'start-line', { status: 0 });
  const head = scanHead(text, start.end, limits);
  const reader = new Reader(bytes, text, start, head);
  if (tooLarge) throw reader.refuse('message_too_large', 'message', 513, '');
  return reader.read(limits);
}

/** RFC 3261 7.5: CRLFs before the start line are skipped. */
function skipEmptyLines(text: string): number {
  let p = 0;
  for (let code = text.charCodeAt(0); code === CR || code === LF; code = text.charCodeAt(++p));
  return p;
}

/** The checks of one message, in the order in which their answers take precedence. */
class Reader {
  readonly #bytes: Buffer;
  readonly #text: string;
  readonly #start: StartLine;
  readonly #head: HeadIndex;
  #cseq = 0;
  #cseqMethod = '';
  #fromTag: string | undefined;
  #toTag: string | undefined;

  constructor(bytes: Buffer, text: string, start: StartLine, head: HeadIndex) {
    this.#bytes = bytes;
    this.#text = text;
    this.#start = start;
    this.#head = head;
  }

  read(limits: ParseLimits): SipMessage {
    const { fault } = this.#start;
    if (fault === 'version') throw this.refuse(fault, 'start-line', 505, '');
    if (this.#start.uri.length > limits.maxUriBytes) throw this.refuse('uri_too_long', 'start-line', 414, '');
    if (fault !== undefined) throw this.refuse(fault, 'start-line', 400, 'Bad Request-Line');
    if (this.#head.fault !== undefined) throw this.refuse(this.#head.fault, 'header', 400, '');
    if (this.#head.repeated > 0) throw this.#bad(nameOfId(this.#head.repeated), 'duplicate_header');
    this.#checkVia();
    this.#fromTag = this.#checkAddress('from', this.#head.from);
    this.#toTag = this.#checkAddress('to', this.#head.to);
    this.#checkCallId();
    this.#checkCseq();
    this.#checkMaxForwards();
    return this.#build(this.#checkBody(limits));
  }

  /** The fault, with whatever can be read for the answer; responses and ACKs get none. */
  refuse(code: SipParseCode, part: string, status: number, reason: string): SipParseError {
    this.#readCseqLoosely();
    const partial = this.#build(this.#head.bodyStart);
    const silent = this.#start.status > 0 || partial.method === 'ACK' || this.#head.via < 0;
    return new SipParseError(code, part, { status: silent ? 0 : status, reason, partial });
  }

  #bad(name: string, code: SipParseCode = 'bad_header'): SipParseError {
    return this.refuse(code, name, 400, `Bad ${canonicalName(name)} Header`);
  }

  #build(bodyEnd: number): ParsedMessage {
    const parts: MessageParts = {
      method: this.#start.method || this.#cseqMethod,
      cseq: this.#cseq,
      cseqMethod: this.#cseqMethod,
      bodyEnd,
      fromTag: this.#fromTag,
      toTag: this.#toTag,
    };
    return new ParsedMessage(this.#bytes, this.#text, this.#start, this.#head, parts);
  }

  #checkVia(): void {
    const at = this.#head.via;
    if (at < 0) throw this.refuse('missing_header', 'via', 400, '');
    const span = spanVia(this.#text, this.#valueStart(at), this.#valueEnd(at));
    if (span === undefined || span.bareCookie) throw this.#bad('via');
  }

  #checkAddress(name: 'from' | 'to', at: number): string {
    if (at < 0) throw this.refuse('missing_header', name, 400, '');
    const tag = readTag(this.#text, this.#valueStart(at), this.#valueEnd(at));
    if (tag === undefined) throw this.#bad(name);
    return tag;
  }

  /** RFC 3261 25.1 `word [ "@" word ]`, somewhat wider; `|` and `,` would change the meaning of what quotes it. */
  #checkCallId(): void {
    const at = this.#head.callId;
    if (at < 0) throw this.refuse('missing_header', 'call-id', 400, '');
    const end = this.#valueEnd(at);
    const start = skipWhite(this.#text, this.#valueStart(at), end);
    for (let p = start; p < end; p++) {
      const code = this.#text.charCodeAt(p);
      if (code <= 0x20 || code >= 0x7f || code === COMMA || code === 0x3b || code === 0x7c) throw this.#bad('call-id');
    }
    if (end === start) throw this.#bad('call-id');
  }

  #checkCseq(): void {
    const at = this.#head.cseq;
    if (at < 0) throw this.refuse('missing_header', 'cseq', 400, '');
    const end = this.#valueEnd(at);
    const numberEnd = this.#readCseqNumber(at);
    const methodStart = skipWhite(this.#text, numberEnd, end);
    const methodEnd = skipToken(this.#text, methodStart, end);
    if (this.#cseq > MAX_CSEQ || numberEnd === this.#valueStart(at) || methodStart === numberEnd)
      throw this.#bad('cseq');
    if (methodEnd === methodStart || methodEnd !== end) throw this.#bad('cseq');
    const { method } = this.#start;
    if (method === '') this.#cseqMethod = this.#text.slice(methodStart, methodEnd);
    else if (methodEnd - methodStart === method.length && this.#text.startsWith(method, methodStart))
      this.#cseqMethod = method;
    else throw this.refuse('cseq_mismatch', 'cseq', 400, '');
  }

  #readCseqNumber(at: number): number {
    const end = this.#valueEnd(at);
    let p = skipWhite(this.#text, this.#valueStart(at), end);
    let value = 0;
    for (; p < end && isDigit(this.#text.charCodeAt(p)); p++) value = value * 10 + this.#text.charCodeAt(p) - 48;
    this.#cseq = value;
    return p;
  }

  /** For the answer to a message that is refused before its CSeq was checked. */
  #readCseqLoosely(): void {
    const at = this.#head.cseq;
    if (at < 0 || this.#cseqMethod !== '') return;
    const value = this.#text.slice(this.#valueStart(at), this.#valueEnd(at));
    const parts = /^\s*(\d{1,10})\s+(\S+)$/.exec(value);
    this.#cseq = Number(parts?.[1] ?? 0);
    this.#cseqMethod = parts?.[2] ?? '';
  }

  #checkMaxForwards(): void {
    const at = this.#head.maxForwards;
    if (at < 0) return;
    if (this.#readNumber(at) > MAX_FORWARDS_LIMIT) throw this.#bad('max-forwards');
  }

  /** End of the body. RFC 3261 18.3: octets behind Content-Length are ignored, too few are a 400. */
  #checkBody(limits: ParseLimits): number {
    const { contentLength, bodyStart } = this.#head;
    const available = this.#bytes.length - bodyStart;
    const length = contentLength < 0 ? available : this.#readNumber(contentLength);
    if (length === Number.POSITIVE_INFINITY) throw this.#bad('content-length', 'content_length');
    if (length > limits.maxBodyBytes) throw this.refuse('body_too_large', 'body', 413, '');
    if (length > available) throw this.refuse('content_length', 'content-length', 400, '');
    return bodyStart + length;
  }

  /** A value of digits alone; infinite when it is anything else or absurdly large. */
  #readNumber(at: number): number {
    const end = this.#valueEnd(at);
    const start = skipWhite(this.#text, this.#valueStart(at), end);
    let value = 0;
    for (let p = start; p < end; p++) {
      const code = this.#text.charCodeAt(p);
      if (!isDigit(code)) return Number.POSITIVE_INFINITY;
      value = value * 10 + code - 48;
    }
    return start === end || value > Number.MAX_SAFE_INTEGER ? Number.POSITIVE_INFINITY : value;
  }

  #valueStart(at: number): number {
    return this.#head.lines[at + 2] ?? 0;
  }

  #valueEnd(at: number): number {
    return this.#head.lines[at + 3] ?? 0;
  }
}
