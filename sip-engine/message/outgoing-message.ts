import { Buffer } from 'node:buffer';
import { isToken } from './chars.ts';
import { SipInjectionError } from './errors.ts';
import {
  answerHead,
  CONTENT_LENGTH,
  type HeaderLine,
  isNamed,
  LENGTH_FORMS,
  LENGTH_LINE,
  linesOf,
  makeLine,
  sortByRank,
} from './header-line.ts';
import { formsOf, type NameForms } from './header-names.ts';
import { reasonPhrase } from './reason-phrases.ts';
import { isSafeUri, isSafeValue } from './safe-value.ts';
import { splitValues } from './split-values.ts';
import type { SipMessage } from './types.ts';
import { writeMessage } from './write-message.ts';

const NO_BODY = Buffer.alloc(0);

/** A message to be sent: header lines in order; whatever is put in cannot leave its field. */
export class OutgoingMessage {
  #method: string;
  #uri: string;
  readonly #status: number;
  #reason: string;
  #lines: HeaderLine[];
  #body: Buffer = NO_BODY;
  /** The bytes as they were last asked for; a message is written down for the wire, for repeats and for its owner. */
  #bytes: Buffer | undefined;

  private constructor(method: string, uri: string, status: number, reason: string, lines: HeaderLine[]) {
    this.#method = method;
    this.#uri = uri;
    this.#status = status;
    this.#reason = reason;
    this.#lines = lines;
  }

  /** A request without any header. @throws SipInjectionError */
  static request(method: string, uri: string): OutgoingMessage {
    return new OutgoingMessage(checkMethod(method), checkUri(uri), 0, '', []);
  }

  /** A response without any header; the standard phrase when none is given. @throws SipInjectionError */
  static response(status: number, reason?: string): OutgoingMessage {
    if (!Number.isInteger(status) || status < 100 || status > 699) throw new SipInjectionError('status');
    const phrase = reason === undefined ? reasonPhrase(status) : checkText('reason', reason);
    return new OutgoingMessage('', '', status, phrase, []);
  }

  /** RFC 3261 8.2.6: Via, From, To, Call-ID, CSeq (and Timestamp in a 100) as in the request. */
  static responseTo(request: SipMessage, status: number, reason?: string): OutgoingMessage {
    const response = OutgoingMessage.response(status, reason);
    // One by one: a copy would have no room for what is added.
    for (const line of answerHead(request)) response.#lines.push(line);
    if (status === 100 && request.header('timestamp') !== undefined) {
      for (const line of linesOf(request)) if (line.name.lower === 'timestamp') response.#lines.push(line);
    }
    return response;
  }

  /** A copy to forward: known headers in their canonical spelling, unknown ones byte for byte. */
  static fromMessage(message: SipMessage): OutgoingMessage {
    const copy = new OutgoingMessage(
      message.isRequest ? message.method : '',
      message.uri,
      message.status,
      message.reason,
      linesOf(message),
    );
    copy.body = message.body;
    return copy;
  }

  get body(): Buffer {
    return this.#body;
  }

  set body(body: Buffer) {
    this.#bytes = undefined;
    this.#body = body;
  }

  get isRequest(): boolean {
    return this.#status === 0;
  }

  get method(): string {
    return this.#method;
  }

  set method(method: string) {
    this.#bytes = undefined;
    this.#method = checkMethod(method);
  }

  get uri(): string {
    return this.#uri;
  }

  set uri(uri: string) {
    this.#bytes = undefined;
    this.#uri = checkUri(uri);
  }

  get status(): number {
    return this.#status;
  }

  get reason(): string {
    return this.#reason;
  }

  set reason(reason: string) {
    this.#bytes = undefined;
    this.#reason = checkText('reason', reason);
  }

  /** First header line of that name; Content-Length is always the body's. */
  header(name: string): string | undefined {
    const forms = formsOf(name);
    if (forms.lower === CONTENT_LENGTH) return String(this.body.length);
    const first = this.#find(forms, 0);
    // A read before the beginning is no error, but one of V8's slow ones (measured).
    return first < 0 ? undefined : this.#lines[first]?.value;
  }

  headerLines(name: string): readonly string[] {
    const forms = formsOf(name);
    const first = this.#find(forms, 0);
    if (first < 0) return [];
    const values: string[] = [];
    for (let i = first; i < this.#lines.length; i++) {
      const line = this.#lines[i];
      if (line !== undefined && isNamed(line, forms)) values.push(line.value);
    }
    return values;
  }

  /** Every value of that name, comma lists split. */
  headerValues(name: string): readonly string[] {
    return this.headerLines(name).flatMap(splitValues);
  }

  /** True when a line passes whose name is of that table, see `idTable`. */
  some(ids: readonly boolean[], test: (value: string) => boolean): boolean {
    for (const line of this.#lines) if (ids[line.name.id] && test(line.value)) return true;
    return false;
  }

  has(name: string): boolean {
    const forms = formsOf(name);
    return forms.lower === CONTENT_LENGTH || this.#find(forms, 0) >= 0;
  }

  /** Every header line in the order of writing, canonical names; Content-Length is left out. */
  *entries(): Iterable<readonly [name: string, value: string]> {
    for (const line of this.#lines) if (line.name.lower !== CONTENT_LENGTH) yield [line.name.spelled, line.value];
  }

  /** Appends a line, `makeLine`'s. `content-length` only marks its place. @throws SipInjectionError */
  add(name: string, value: string, forms?: NameForms): this {
    this.#bytes = undefined;
    const line = makeLine(name, value, forms);
    if (line.name !== LENGTH_FORMS || this.#find(LENGTH_FORMS, 0) < 0) this.#lines.push(line);
    return this;
  }

  /** Appends every line of another message; where its Content-Length stands means nothing here. */
  addAll(other: OutgoingMessage): this {
    this.#bytes = undefined;
    for (const line of other.#lines) if (line.name !== LENGTH_FORMS) this.#lines.push(line);
    return this;
  }

  /** Puts a line before all others (the newest Via or Record-Route comes first). @throws SipInjectionError */
  prepend(name: string, value: string): this {
    this.#bytes = undefined;
    this.#lines.unshift(makeLine(name, value));
    return this;
  }

  /** Replaces every line of that name by one, at the place of the first. @throws SipInjectionError */
  set(name: string, value: string): this {
    this.#bytes = undefined;
    const line = makeLine(name, value);
    const first = this.#find(line.name, 0);
    if (first < 0) this.#lines.push(line);
    else {
      this.#lines[first] = line;
      for (let i = this.#lines.length - 1; i > first; i--) {
        const other = this.#lines[i];
        if (other !== undefined && isNamed(other, line.name)) this.#lines.splice(i, 1);
      }
    }
    return this;
  }

  /** Replaces the first value of that name (its other values and lines stay); appends when there is none. */
  setFirst(name: string, value: string): this {
    this.#bytes = undefined;
    const first = this.#find(formsOf(name), 0);
    if (first < 0) return this.add(name, value);
    const rest = splitValues(this.#lines[first]?.value ?? '').slice(1);
    this.#lines[first] = makeLine(name, [value, ...rest].join(', '));
    return this;
  }

  /** Takes the first value of that name away and gives it; its other values and lines stay. */
  takeFirst(name: string): string | undefined {
    this.#bytes = undefined;
    const first = this.#find(formsOf(name), 0);
    if (first < 0) return undefined;
    const [value, ...rest] = splitValues(this.#lines[first]?.value ?? '');
    if (rest.length === 0) this.#lines.splice(first, 1);
    else this.#lines[first] = makeLine(name, rest.join(', '));
    return value;
  }

  /** Removes every line of that name. */
  remove(name: string): this {
    this.#bytes = undefined;
    const forms = formsOf(name);
    if (this.#find(forms, 0) >= 0) this.#lines = this.#lines.filter((line) => !isNamed(line, forms));
    return this;
  }

  /** Well-known headers first, in drachtio's order, then unknown ones as they came, P-Asserted-Identity last. */
  arrange(): this {
    this.#bytes = undefined;
    if (this.#find(LENGTH_FORMS, 0) < 0) this.#lines.push(LENGTH_LINE);
    sortByRank(this.#lines);
    return this;
  }

  clone(): OutgoingMessage {
    return this.#copy(this.#lines.slice());
  }

  /** A copy with one more line before all others. @throws SipInjectionError */
  cloneUnder(name: string, value: string): OutgoingMessage {
    const lines = [makeLine(name, value)];
    for (const line of this.#lines) lines.push(line);
    return this.#copy(lines);
  }

  #copy(lines: HeaderLine[]): OutgoingMessage {
    const copy = new OutgoingMessage(this.#method, this.#uri, this.#status, this.#reason, lines);
    copy.#body = this.#body;
    return copy;
  }

  /** The bytes to send. Content-Length is counted here, whatever was set (RFC 3261 20.14). */
  toBuffer(): Buffer {
    this.#bytes ??= this.#write();
    return this.#bytes;
  }

  #write(): Buffer {
    const start = this.isRequest ? `${this.#method} ${this.#uri} SIP/2.0` : `SIP/2.0 ${this.#status} ${this.#reason}`;
    return writeMessage(start, this.#lines, this.#body);
  }

  #find(name: NameForms, from: number): number {
    const lines = this.#lines;
    for (let i = from; i < lines.length; i++) {
      const line = lines[i];
      if (line !== undefined && isNamed(line, name)) return i;
    }
    return -1;
  }

  /** The message as text, for logs and the control protocol; bytes that are no UTF-8 are replaced. */
  toText(): string {
    return this.toBuffer().toString('utf8');
  }
}

function checkMethod(method: string): string {
  if (!isToken(method)) throw new SipInjectionError('method');
  return method;
}

function checkUri(uri: string): string {
  if (!isSafeUri(uri)) throw new SipInjectionError('uri');
  return uri;
}

function checkText(part: string, text: string): string {
  if (!isSafeValue(text)) throw new SipInjectionError(part);
  return text;
}
