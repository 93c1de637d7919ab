import { Buffer } from 'node:buffer';
import { isToken } from './chars.ts';
import { SipInjectionError } from './errors.ts';
import { CONTENT_LENGTH, type HeaderLine, linesOf, makeLine } from './header-line.ts';
import { lowerName } from './header-names.ts';
import { reasonPhrase } from './reason-phrases.ts';
import { isSafeUri, isSafeValue } from './safe-value.ts';
import { splitValues } from './split-values.ts';
import { encodeUtf8 } from './text-encoding.ts';
import type { SipMessage } from './types.ts';

/** RFC 3261 8.2.6.2: copied from the request into every response. */
const RESPONSE_COPIES = ['via', 'from', 'to', 'call-id', 'cseq'];
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
    return new OutgoingMessage('', '', status, checkText('reason', reason ?? reasonPhrase(status)), []);
  }

  /** RFC 3261 8.2.6: Via, From, To, Call-ID, CSeq (and Timestamp in a 100) as in the request. */
  static responseTo(request: SipMessage, status: number, reason?: string): OutgoingMessage {
    const response = OutgoingMessage.response(status, reason);
    const source = linesOf(request);
    for (const name of RESPONSE_COPIES) for (const line of source) if (line.lower === name) response.#lines.push(line);
    if (status === 100) for (const line of source) if (line.lower === 'timestamp') response.#lines.push(line);
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
    const lower = lowerName(name);
    if (lower === CONTENT_LENGTH) return String(this.body.length);
    return this.#lines.find((line) => line.lower === lower)?.value;
  }

  headerLines(name: string): readonly string[] {
    const lower = lowerName(name);
    return this.#lines.filter((line) => line.lower === lower).map((line) => line.value);
  }

  /** Every value of that name, comma lists split. */
  headerValues(name: string): readonly string[] {
    return this.headerLines(name).flatMap(splitValues);
  }

  has(name: string): boolean {
    const lower = lowerName(name);
    return lower === CONTENT_LENGTH || this.#lines.some((line) => line.lower === lower);
  }

  /** Every header line in the order of writing, canonical names; Content-Length is left out. */
  *entries(): Iterable<readonly [name: string, value: string]> {
    for (const line of this.#lines) if (line.lower !== CONTENT_LENGTH) yield [line.spelled, line.value];
  }

  /** Appends a line. `content-length` only marks its place. @throws SipInjectionError */
  add(name: string, value: string): this {
    this.#bytes = undefined;
    this.#lines.push(makeLine(name, value));
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
    const first = this.#lines.findIndex((other) => other.lower === line.lower);
    if (first < 0) this.#lines.push(line);
    else this.#lines = this.#lines.filter((other, i) => i <= first || other.lower !== line.lower).with(first, line);
    return this;
  }

  /** Replaces the first value of that name (its other values and lines stay); appends when there is none. */
  setFirst(name: string, value: string): this {
    this.#bytes = undefined;
    const lower = lowerName(name);
    const first = this.#lines.findIndex((other) => other.lower === lower);
    if (first < 0) return this.add(name, value);
    const rest = splitValues(this.#lines[first]?.value ?? '').slice(1);
    this.#lines[first] = makeLine(name, [value, ...rest].join(', '));
    return this;
  }

  /** Takes the first value of that name away and gives it; its other values and lines stay. */
  takeFirst(name: string): string | undefined {
    this.#bytes = undefined;
    const lower = lowerName(name);
    const first = this.#lines.findIndex((other) => other.lower === lower);
    if (first < 0) return undefined;
    const [value, ...rest] = splitValues(this.#lines[first]?.value ?? '');
    if (rest.length === 0) this.#lines.splice(first, 1);
    else this.#lines[first] = makeLine(name, rest.join(', '));
    return value;
  }

  /** Removes every line of that name. */
  remove(name: string): this {
    this.#bytes = undefined;
    const lower = lowerName(name);
    this.#lines = this.#lines.filter((line) => line.lower !== lower);
    return this;
  }

  /** Well-known headers first, in drachtio's order, then unknown ones as they came, P-Asserted-Identity last. */
  arrange(): this {
    this.#bytes = undefined;
    if (!this.#lines.some((line) => line.lower === CONTENT_LENGTH)) this.add(CONTENT_LENGTH, '');
    // Array sort is stable: lines of one rank keep their order.
    this.#lines = this.#lines.toSorted((a, b) => a.rank - b.rank);
    return this;
  }

  clone(): OutgoingMessage {
    const copy = new OutgoingMessage(this.#method, this.#uri, this.#status, this.#reason, [...this.#lines]);
    copy.body = this.body;
    return copy;
  }

  /** The bytes to send. Content-Length is counted here, whatever was set (RFC 3261 20.14). */
  toBuffer(): Buffer {
    this.#bytes ??= this.#write();
    return this.#bytes;
  }

  #write(): Buffer {
    const raw = this.#lines.some((line) => line.wire !== undefined);
    const head = raw ? Buffer.from(this.#head(true), 'latin1') : Buffer.from(this.#head(false), 'utf8');
    return this.body.length === 0 ? head : Buffer.concat([head, this.body]);
  }

  /** The message as text, for logs and the control protocol; bytes that are no UTF-8 are replaced. */
  toText(): string {
    return this.toBuffer().toString('utf8');
  }

  /** Start line, headers, empty line; with `bytes` one character stands for one byte. */
  #head(bytes: boolean): string {
    const start = this.isRequest
      ? `${this.#method} ${this.#uri} SIP/2.0\r\n`
      : `SIP/2.0 ${this.#status} ${this.#reason}\r\n`;
    let head = bytes ? encodeUtf8(start) : start;
    let counted = false;
    for (const line of this.#lines) {
      if (line.lower === CONTENT_LENGTH) {
        if (counted) continue;
        counted = true;
        head += `Content-Length: ${this.body.length}\r\n`;
      } else {
        head += `${line.spelled}: ${bytes ? (line.wire ?? encodeUtf8(line.value)) : line.value}\r\n`;
      }
    }
    return counted ? `${head}\r\n` : `${head}Content-Length: ${this.body.length}\r\n\r\n`;
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
