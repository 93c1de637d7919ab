import { Buffer, isAscii } from 'node:buffer';
import { COLON, SPACE, TAB } from './chars.ts';
import { copiedLines } from './copied-lines.ts';
import { FOLDED, type Head, ID_MASK, LINE_FIELDS } from './head.ts';
import type { HeaderLine } from './header-line.ts';
import { formsAsSpelled, formsOfId, idOfName, knownId, type NameForms } from './header-names.ts';
import { splitValues } from './split-values.ts';
import { decodeUtf8, refold, unfold } from './text-encoding.ts';
import type { SipMessage, Via } from './types.ts';
import { plainVia, readVia } from './via.ts';

type TakeLine = (name: NameForms, value: string, wire: string | undefined) => void;

const NO_BODY = Buffer.alloc(0);
const NO_LINES: readonly string[] = Object.freeze([]);

/** A received message: the bytes, and where its headers are. Text is cut out when it is asked for. */
export class ParsedMessage implements SipMessage {
  readonly raw: Buffer;
  readonly isRequest: boolean;
  readonly method: string;
  readonly status: number;
  readonly cseq: number;
  readonly cseqMethod: string;
  readonly #head: Head;
  readonly #ascii: boolean;
  #body: Buffer | undefined = undefined;
  #via: Via | undefined = undefined;
  /** See `contactUri`; `''` when there is none of use. @internal */
  contact: string | undefined = undefined;
  /** What its responses begin with, once there was one. @internal */
  answerHead: readonly HeaderLine[] | undefined = undefined;

  constructor(raw: Buffer, head: Head) {
    this.raw = raw;
    this.isRequest = head.status === 0;
    this.method = head.method || head.cseqMethod;
    this.status = head.status;
    this.cseq = head.cseqNumber;
    this.cseqMethod = head.cseqMethod;
    this.#head = head;
    this.#ascii = isAscii(raw);
  }

  get uri(): string {
    return this.isRequest ? this.#head.text.slice(this.#head.uriStart, this.#head.uriEnd) : '';
  }

  get reason(): string {
    return this.isRequest ? '' : decodeUtf8(this.#head.text.slice(this.#head.uriStart, this.#head.uriEnd));
  }

  get body(): Buffer {
    const { bodyStart, bodyEnd } = this.#head;
    this.#body ??= bodyEnd > bodyStart ? this.raw.subarray(bodyStart, bodyEnd) : NO_BODY;
    return this.#body;
  }

  get callId(): string {
    return this.#coreValue(this.#head.callId);
  }

  get fromTag(): string {
    return this.#head.text.slice(Math.max(this.#head.fromTagStart, 0), Math.max(this.#head.fromTagEnd, 0));
  }

  get toTag(): string {
    return this.#head.text.slice(Math.max(this.#head.toTagStart, 0), Math.max(this.#head.toTagEnd, 0));
  }

  get topVia(): Via {
    const line = this.#via === undefined ? this.#coreValue(this.#head.via) : '';
    this.#via ??= this.#head.isViaPlain ? plainVia(line) : readVia(line);
    return this.#via;
  }

  /** See `topBranch` below. @internal */
  get topBranch(): string {
    const { text, via, isViaPlain } = this.#head;
    if (!isViaPlain || this.#via !== undefined) return this.topVia.branch;
    const end = this.#head.valueEnd(via);
    const mark = text.indexOf(BRANCH, this.#head.valueStart(via));
    if (mark < 0 || mark > end) return '';
    const semicolon = text.indexOf(';', mark + 1);
    return text.slice(mark + BRANCH.length, semicolon < 0 || semicolon > end ? end : semicolon);
  }

  /** See `answerLines` below. @internal */
  answerLines(stampVia: (line: string) => string, toTag: string): string {
    const { via, from, to, callId, cseq, toTagStart, toTagEnd } = this.#head;
    let text = via < 0 ? '' : `Via: ${stampVia(this.#value(via))}\r\n`;
    for (let at = this.#nextVia(via); at >= 0; at = this.#nextVia(at)) text += `Via: ${this.#value(at)}\r\n`;
    const copied = this.#ascii ? copiedLines(this.#head, toTag) : undefined;
    if (copied !== undefined) return text + copied;
    if (from >= 0) text += `From: ${this.#value(from)}\r\n`;
    if (to >= 0) text += `To: ${this.#value(to)}${toTagStart < toTagEnd ? '' : `;tag=${toTag}`}\r\n`;
    if (callId >= 0) text += `Call-ID: ${this.#value(callId)}\r\n`;
    return cseq < 0 ? text : `${text}CSeq: ${this.#value(cseq)}\r\n`;
  }

  header(name: string): string | undefined {
    const at = this.#find(name, idOfName(name), 0);
    return at < 0 ? undefined : this.#value(at);
  }

  headerLines(name: string): readonly string[] {
    const id = idOfName(name);
    const first = this.#find(name, id, 0);
    if (first < 0) return NO_LINES;
    // An array that grows is given room for 17 at once; most headers have one line.
    const values = [this.#value(first)];
    for (let at = this.#find(name, id, first + LINE_FIELDS); at >= 0; at = this.#find(name, id, at + LINE_FIELDS)) {
      values.push(this.#value(at));
    }
    return values;
  }

  /** See `joinedLines` below. @internal */
  joined(name: string): string | undefined {
    const id = idOfName(name);
    const first = this.#find(name, id, 0);
    if (first < 0) return undefined;
    return this.#find(name, id, first + LINE_FIELDS) < 0 ? this.#value(first) : this.headerLines(name).join(',');
  }

  headerValues(name: string): readonly string[] {
    const lines = this.headerLines(name);
    return lines.length === 1 ? splitValues(lines[0] ?? '') : lines.flatMap(splitValues);
  }

  *entries(): Iterable<readonly [name: string, value: string]> {
    for (let at = 0; at < this.#head.linesEnd; at += LINE_FIELDS) yield [this.#spelledName(at), this.#value(at)];
  }

  /**
   * Every line for forwarding: its name (an unknown one as spelled), value as text, and the value's bytes
   * (one character each) where the text would not give them back.
   * @internal
   */
  eachLine(take: TakeLine): void {
    for (let at = 0; at < this.#head.linesEnd; at += LINE_FIELDS) this.#take(at, take);
  }

  /**
   * The same of what every response repeats (RFC 3261 8.2.6.2): Via, From, To, Call-ID and CSeq, in this order. False
   * where one of them stands twice, which makes a message that is only ever refused.
   * @internal
   */
  eachAnswerLine(take: TakeLine): boolean {
    const { via, from, to, callId, cseq, repeated } = this.#head;
    if (repeated > 0) return false;
    for (let at = via; at >= 0; at = this.#nextVia(at)) this.#take(at, take);
    for (const at of [from, to, callId, cseq]) if (at >= 0) this.#take(at, take);
    return true;
  }

  #take(at: number, take: TakeLine): void {
    const { lines, text } = this.#head;
    const name = formsOfId((lines[at] ?? 0) & ID_MASK) ?? this.#unknownName(at);
    const plain = this.#ascii && ((lines[at] ?? 0) & FOLDED) === 0;
    take(name, this.#value(at), plain ? undefined : refold(text.slice(lines[at + 1], lines[at + 2])));
  }

  /**
   * Id of the first header that `test` finds, 0 when it finds none; it sees every line whose id is `wanted`. A top Via
   * that is known to be plain is left out.
   * @internal
   */
  findKnown(wanted: readonly unknown[], test: (id: number, at: number) => boolean): number {
    const { lines, linesEnd, via, isViaPlain } = this.#head;
    for (let at = 0; at < linesEnd; at += LINE_FIELDS) {
      const id = (lines[at] ?? 0) & ID_MASK;
      if (wanted[id] === undefined || (isViaPlain && at === via)) continue;
      if (test(id, at)) return id;
    }
    return 0;
  }

  /** The value of the line that `findKnown` shows. @internal */
  valueAt(at: number): string {
    return this.#value(at);
  }

  /** True when the sticky expression takes the whole value of that line, in the bytes as received; never of folds. @internal */
  isLineOf(form: RegExp, at: number): boolean {
    const { lines } = this.#head;
    return ((lines[at] ?? 0) & FOLDED) === 0 && this.#isAll(form, lines[at + 1] ?? 0, lines[at + 2] ?? 0);
  }

  /** The same of the Request-URI. @internal */
  isUriOf(form: RegExp): boolean {
    return this.#isAll(form, this.#head.uriStart, this.#head.uriEnd);
  }

  /** See `withTopVia` below. @internal */
  withTopVia(change: (line: string) => string): ParsedMessage {
    const at = this.#head.via;
    const isFolded = ((this.#head.lines[at] ?? 0) & FOLDED) !== 0;
    const written = this.#head.text.slice(this.#head.valueStart(at), this.#head.valueEnd(at));
    const line = isFolded ? unfold(written) : written;
    const changed = change(line);
    if (changed === line) return this;
    const head = this.#head.withValue(at, changed);
    return new ParsedMessage(head.bytes, head);
  }

  #isAll(form: RegExp, start: number, end: number): boolean {
    form.lastIndex = start;
    return form.test(this.#head.text) && form.lastIndex === end;
  }

  #nextVia(at: number): number {
    return at < 0 ? -1 : this.#find('via', VIA, at + LINE_FIELDS);
  }

  #find(name: string, id: number, from: number): number {
    const { lines, linesEnd } = this.#head;
    for (let at = from; at < linesEnd; at += LINE_FIELDS) {
      if (((lines[at] ?? 0) & ID_MASK) === id && (id !== 0 || this.#isNamed(at, name))) return at;
    }
    return -1;
  }

  #isNamed(at: number, name: string): boolean {
    const spelled = this.#spelledName(at);
    return spelled.length === name.length && spelled.toLowerCase() === name.toLowerCase();
  }

  #unknownName(at: number): NameForms {
    return formsAsSpelled(this.#spelledName(at));
  }

  #spelledName(at: number): string {
    const start = this.#head.nameStart(at);
    let end = start;
    for (;;) {
      const code = this.#head.text.charCodeAt(end);
      if (code === COLON || code === SPACE || code === TAB) return this.#head.text.slice(start, end);
      end++;
    }
  }

  #value(at: number): string {
    const lines = this.#head.lines;
    const text = this.#head.text.slice(lines[at + 1], lines[at + 2]);
    const plain = ((lines[at] ?? 0) & FOLDED) === 0 ? text : unfold(text);
    return this.#ascii ? plain : decodeUtf8(plain);
  }

  #coreValue(at: number): string {
    return at < 0 ? '' : this.#value(at);
  }
}

/**
 * The message with another top Via line (one character a byte), without reading it again: what the transport has to
 * note there. The same one when `change` gives the line back.
 */
export function withTopVia(message: SipMessage, change: (line: string) => string): SipMessage {
  return message instanceof ParsedMessage ? message.withTopVia(change) : message;
}

/**
 * The header lines that every response has from its request (RFC 3261 8.2.6.2): Via, the first one as `stampVia` gives
 * it, From, To with the tag where it has none, Call-ID and CSeq. What a broken request lacks is left out.
 */
export function answerLines(request: SipMessage, stampVia: (line: string) => string, toTag: string): string {
  if (request instanceof ParsedMessage) return request.answerLines(stampVia, toTag);
  const vias = request.headerLines('via').map((line, index) => `Via: ${index === 0 ? stampVia(line) : line}\r\n`);
  const line = (name: string, end = '') => {
    const value = request.header(name);
    return value === undefined ? '' : `${name}: ${value}${end}\r\n`;
  };
  const tag = request.toTag === '' ? `;tag=${toTag}` : '';
  return vias.join('') + line('From') + line('To', tag) + line('Call-ID') + line('CSeq');
}

/** The lines of that name joined by commas, `undefined` when there is none; most headers have one line. */
export function joinedLines(message: Pick<SipMessage, 'headerLines'>, name: string): string | undefined {
  if (message instanceof ParsedMessage) return message.joined(name);
  const lines = message.headerLines(name);
  return lines.length > 1 ? lines.join(',') : lines[0];
}

/** The branch of the top Via, `''` when it has none; for who needs no more of it. */
export function topBranch(message: SipMessage): string {
  return message instanceof ParsedMessage ? message.topBranch : message.topVia.branch;
}

const BRANCH = ';branch=';
const VIA = knownId('via');
