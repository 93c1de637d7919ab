import { Buffer } from 'node:buffer';
import { parseMessage } from './parse-message.ts';
import type { PlainRegister } from './plain-register.ts';
import type { SipMessage, Via } from './types.ts';

const NO_BODY = Buffer.alloc(0);
const NO_LINES: readonly string[] = Object.freeze([]);
const CONTACT = '\nContact: ';

/** A plain REGISTER as a message: what every registrar asks for is there, for all else it is read in full. */
export class RegisterMessage implements SipMessage {
  readonly isRequest = true;
  readonly method = 'REGISTER';
  readonly cseqMethod = 'REGISTER';
  readonly status = 0;
  readonly reason = '';
  readonly toTag = '';
  readonly body = NO_BODY;
  readonly raw: Buffer;
  readonly cseq: number;
  readonly #text: string;
  readonly #parts: PlainRegister;
  #full: SipMessage | undefined = undefined;

  /** `text` is the message, one character a byte. */
  constructor(raw: Buffer, text: string, parts: PlainRegister) {
    this.raw = raw;
    this.cseq = parts.cseq;
    this.#text = text;
    this.#parts = parts;
  }

  get uri(): string {
    return this.#parts.uri;
  }

  get branch(): string {
    return this.#parts.branch;
  }

  get callId(): string {
    return this.#parts.callId;
  }

  get fromTag(): string {
    return this.#parts.fromTag;
  }

  get topVia(): Via {
    return this.#read().topVia;
  }

  header(name: string): string | undefined {
    switch (name) {
      case 'to':
        return this.#parts.to;
      case 'expires':
        return this.#parts.expires;
      case 'authorization':
        return this.#parts.authorization;
      case 'path':
      case 'require':
        return undefined;
      case 'contact':
        return this.headerLines(name)[0];
      default:
        return this.#read().header(name);
    }
  }

  headerLines(name: string): readonly string[] {
    if (name === 'contact') return this.#contacts();
    if (name === 'authorization') {
      const { authorization } = this.#parts;
      return authorization === undefined ? NO_LINES : [authorization];
    }
    return name === 'path' || name === 'require' ? NO_LINES : this.#read().headerLines(name);
  }

  headerValues(name: string): readonly string[] {
    return this.#read().headerValues(name);
  }

  entries(): Iterable<readonly [name: string, value: string]> {
    return this.#read().entries();
  }

  /** One line, as it stands; of several the parser tells. */
  #contacts(): readonly string[] {
    const text = this.#text;
    const start = text.indexOf(CONTACT);
    if (start < 0) return NO_LINES;
    const end = text.indexOf('\r', start);
    if (text.indexOf(CONTACT, end) >= 0) return this.#read().headerLines('contact');
    return [text.slice(start + CONTACT.length, end)];
  }

  #read(): SipMessage {
    this.#full ??= parseMessage(this.raw);
    return this.#full;
  }
}
