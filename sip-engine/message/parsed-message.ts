import { Buffer, isAscii } from 'node:buffer';
import { COLON, SPACE, TAB } from './chars.ts';
import { idOfName, lowerName } from './header-names.ts';
import { readTag } from './name-addr.ts';
import { FOLDED, type HeadIndex, ID_MASK, LINE_FIELDS } from './scan-head.ts';
import { splitValues } from './split-values.ts';
import type { StartLine } from './start-line.ts';
import { decodeUtf8, unfold } from './text-encoding.ts';
import type { SipMessage, Via } from './types.ts';
import { parseVia } from './via.ts';

const NO_BODY = Buffer.alloc(0);

/** A received message: the bytes, and where its headers are. Text is cut out when it is asked for. */
export class ParsedMessage implements SipMessage {
  readonly raw: Buffer;
  readonly isRequest: boolean;
  readonly method: string;
  readonly status: number;
  readonly cseq: number;
  readonly cseqMethod: string;
  readonly #text: string;
  readonly #head: HeadIndex;
  readonly #start: StartLine;
  readonly #ascii: boolean;
  readonly #bodyEnd: number;
  #body: Buffer | undefined = undefined;
  #via: Via | undefined = undefined;
  #fromTag: string | undefined;
  #toTag: string | undefined;
  #callId: string | undefined;

  constructor(raw: Buffer, text: string, start: StartLine, head: HeadIndex, parts: MessageParts) {
    this.raw = raw;
    this.#text = text;
    this.#start = start;
    this.#head = head;
    this.#ascii = isAscii(raw);
    this.isRequest = start.status === 0;
    this.method = parts.method;
    this.status = start.status;
    this.cseq = parts.cseq;
    this.cseqMethod = parts.cseqMethod;
    this.#bodyEnd = parts.bodyEnd;
    this.#fromTag = parts.fromTag;
    this.#toTag = parts.toTag;
    this.#callId = undefined;
  }

  get uri(): string {
    return this.#start.uri;
  }

  get reason(): string {
    return this.#ascii ? this.#start.reason : decodeUtf8(this.#start.reason);
  }

  get body(): Buffer {
    this.#body ??=
      this.#bodyEnd > this.#head.bodyStart ? this.raw.subarray(this.#head.bodyStart, this.#bodyEnd) : NO_BODY;
    return this.#body;
  }

  get callId(): string {
    this.#callId ??= this.#coreValue(this.#head.callId);
    return this.#callId;
  }

  get fromTag(): string {
    this.#fromTag ??= this.#tagOf(this.#head.from);
    return this.#fromTag;
  }

  get toTag(): string {
    this.#toTag ??= this.#tagOf(this.#head.to);
    return this.#toTag;
  }

  get topVia(): Via {
    this.#via ??= parseVia(this.#coreValue(this.#head.via));
    return this.#via;
  }

  header(name: string): string | undefined {
    const at = this.#find(name, idOfName(name), 0);
    return at < 0 ? undefined : this.#value(at);
  }

  headerLines(name: string): readonly string[] {
    const id = idOfName(name);
    const values: string[] = [];
    for (let at = this.#find(name, id, 0); at >= 0; at = this.#find(name, id, at + LINE_FIELDS)) {
      values.push(this.#value(at));
    }
    return values;
  }

  headerValues(name: string): readonly string[] {
    const lines = this.headerLines(name);
    return lines.length === 1 ? splitValues(lines[0] ?? '') : lines.flatMap(splitValues);
  }

  *entries(): Iterable<readonly [name: string, value: string]> {
    for (let at = 0; at < this.#head.lines.length; at += LINE_FIELDS) yield [this.#spelledName(at), this.#value(at)];
  }

  /**
   * Every line for forwarding: name as spelled, canonical name, value as text, and the value's bytes
   * (one character each) where the text would not give them back.
   * @internal
   */
  *wireEntries(): Iterable<readonly [spelled: string, lower: string, value: string, wire: string | undefined]> {
    const lines = this.#head.lines;
    for (let at = 0; at < lines.length; at += LINE_FIELDS) {
      const spelled = this.#spelledName(at);
      const value = this.#value(at);
      const wire = this.#text.slice(lines[at + 2], lines[at + 3]);
      yield [spelled, lowerName(spelled), value, wire === value ? undefined : wire];
    }
  }

  #find(name: string, id: number, from: number): number {
    const lines = this.#head.lines;
    for (let at = from; at < lines.length; at += LINE_FIELDS) {
      if (((lines[at] ?? 0) & ID_MASK) === id && (id !== 0 || this.#isNamed(at, name))) return at;
    }
    return -1;
  }

  #isNamed(at: number, name: string): boolean {
    const spelled = this.#spelledName(at);
    return spelled.length === name.length && spelled.toLowerCase() === name.toLowerCase();
  }

  #spelledName(at: number): string {
    const start = this.#head.lines[at + 1] ?? 0;
    let end = start;
    for (;;) {
      const code = this.#text.charCodeAt(end);
      if (code === COLON || code === SPACE || code === TAB) return this.#text.slice(start, end);
      end++;
    }
  }

  #value(at: number): string {
    const lines = this.#head.lines;
    const text = this.#text.slice(lines[at + 2], lines[at + 3]);
    const plain = ((lines[at] ?? 0) & FOLDED) === 0 ? text : unfold(text);
    return this.#ascii ? plain : decodeUtf8(plain);
  }

  #coreValue(at: number): string {
    return at < 0 ? '' : this.#value(at);
  }

  #tagOf(at: number): string {
    const lines = this.#head.lines;
    return at < 0 ? '' : (readTag(this.#text, lines[at + 2] ?? 0, lines[at + 3] ?? 0) ?? '');
  }
}

/** What the checks of `parseMessage` have read anyway. */
export interface MessageParts {
  readonly method: string;
  readonly cseq: number;
  readonly cseqMethod: string;
  readonly bodyEnd: number;
  /** `undefined` where it was not read. */
  readonly fromTag: string | undefined;
  readonly toTag: string | undefined;
}
