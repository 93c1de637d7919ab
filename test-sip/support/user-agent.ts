import { randomBytes } from 'node:crypto';
import { OutgoingMessage, parseMessage, type SipMessage } from '../../sip-engine/index.ts';
import { authorizationFor } from './client-digest.ts';
import { openSipSocket, type SipSocket, type SipSocketOptions } from './sip-socket.ts';
import type { Test } from './temp-dir.ts';

export interface Identity {
  readonly username: string;
  readonly realm: string;
  readonly password: string;
}

export type HeaderLine = readonly [name: string, value: string];

/** A request in the words of RFC 3261; what is left out is as a plain PBX would have it. */
export interface RequestFields {
  readonly uri?: string;
  readonly to?: string;
  readonly from?: string;
  readonly callId?: string;
  readonly cseq?: number;
  readonly branch?: string;
  readonly headers?: readonly HeaderLine[];
  readonly body?: string;
}

export interface RegisterFields extends RequestFields {
  /** Values of Contact lines; `[]` fetches. @default the socket's own address */
  readonly contacts?: readonly string[];
  readonly expires?: number;
  /** Another password than the identity's. */
  readonly password?: string;
  /** The user name in the digest. @default the identity's */
  readonly username?: string;
  /** Which challenge is answered. @default the first */
  readonly algorithm?: string;
  readonly qop?: boolean;
}

export interface Registered {
  readonly challenge: SipMessage;
  readonly answer: SipMessage;
  /** The authorised REGISTER, byte for byte. */
  readonly sent: Buffer;
}

/** Without any answer for so long, a test has failed, on a loaded machine too. */
const ANSWER_LIMIT_MS = 30_000;
/** How much of what was heard is told with a failure. */
const TOLD = 10;

const token = () => randomBytes(6).toString('hex');

/**
 * A small SIP endpoint for tests: it registers, and hears what it is sent. Requests are repeated over UDP (timer E);
 * what is repeated to it, it hears once.
 */
export class UserAgent {
  readonly socket: SipSocket;
  readonly identity: Identity;
  readonly callId = `${token()}@test`;
  /**
   * T1 (ms). Loopback loses nothing: a repetition would only tell that machine or product stood still for a moment,
   * and be counted as a second request. Tests that lose messages have a T1 of their own.
   */
  t1Ms = 10_000;
  /** Whether OPTIONS are answered. */
  answersOptions = true;
  /** Decides about each message that comes in; `false` loses it. */
  isHeard: (message: SipMessage) => boolean = () => true;
  readonly #answers = new Map<string, (message: SipMessage) => void>();
  readonly #inbox: SipMessage[] = [];
  readonly #listeners = new Set<() => void>();
  /** Requests that were heard, by what a repetition has in common (RFC 3261 section 17.2.3). */
  readonly #heard = new Set<string>();
  readonly #told: string[] = [];
  #cseq = 0;

  private constructor(socket: SipSocket, identity: Identity) {
    this.socket = socket;
    this.identity = identity;
    socket.onMessage((bytes) => this.#receive(bytes));
  }

  /** Opens its socket; it closes with the test. */
  static async open(t: Test, options: SipSocketOptions, identity: Identity): Promise<UserAgent> {
    const socket = await openSipSocket(options);
    t.teardown(() => socket.close());
    return new UserAgent(socket, identity);
  }

  /** The URI where this socket is reached. */
  get contactUri(): string {
    const { transport, localAddress, localPort } = this.socket;
    // RFC 7118 section 5: a browser has no address of its own, and says `ws` over wss too.
    if (transport === 'ws' || transport === 'wss') {
      return `sip:${this.identity.username}@${token()}.invalid;transport=ws`;
    }
    const host = localAddress.includes(':') ? `[${localAddress}]` : localAddress;
    const suffix = transport === 'udp' ? '' : `;transport=${transport}`;
    return `sip:${this.identity.username}@${host}:${localPort}${suffix}`;
  }

  /** A request that is ready to be sent, with a CSeq above the last one. */
  build(method: string, fields: RequestFields = {}): OutgoingMessage {
    const { username, realm } = this.identity;
    const { transport, localAddress, localPort } = this.socket;
    const host = localAddress.includes(':') ? `[${localAddress}]` : localAddress;
    this.#cseq = fields.cseq ?? this.#cseq + 1;
    const aor = `<sip:${username}@${realm}>`;
    const message = OutgoingMessage.request(method, fields.uri ?? `sip:${realm}`);
    const via = `SIP/2.0/${transport.toUpperCase()} ${host}:${localPort || 5060}`;
    message.add('via', `${via};rport;branch=${fields.branch ?? `z9hG4bK${token()}`}`);
    message.add('max-forwards', '70');
    message.add('from', fields.from ?? `${aor};tag=${token()}`);
    message.add('to', fields.to ?? aor);
    message.add('call-id', fields.callId ?? this.callId);
    message.add('cseq', `${this.#cseq} ${method}`);
    message.add('user-agent', 'Test PBX 1.0');
    for (const [name, value] of fields.headers ?? []) message.add(name, value);
    if (fields.body !== undefined) {
      message.add('content-type', 'application/sdp');
      message.body = Buffer.from(fields.body);
    }
    return message;
  }

  /** Sends bytes as they are and resolves with the final answer to their branch. */
  exchange(bytes: Buffer): Promise<SipMessage> {
    const { branch } = parseMessage(bytes).topVia;
    const { promise, resolve, reject } = Promise.withResolvers<SipMessage>();
    const stopRepeating = this.#repeat(bytes);
    const silence = new Error();
    const limit = setTimeout(() => {
      silence.message = `no answer to ${firstLine(bytes)} within ${ANSWER_LIMIT_MS / 1000} s, ${this.#story()}`;
      reject(silence);
    }, ANSWER_LIMIT_MS);
    this.#answers.set(branch, (message) => {
      stopRepeating();
      if (message.status < 200) return;
      clearTimeout(limit);
      this.#answers.delete(branch);
      resolve(message);
    });
    this.socket.send(bytes);
    return promise.finally(() => stopRepeating());
  }

  request(method: string, fields: RequestFields = {}): Promise<SipMessage> {
    return this.exchange(this.build(method, fields).toBuffer());
  }

  /** The REGISTER of these fields, with more lines if given; the same call again is a new one. */
  buildRegister(fields: RegisterFields = {}, more: readonly HeaderLine[] = []): Buffer {
    const contacts = fields.contacts ?? [`<${this.contactUri}>`];
    const lines: HeaderLine[] = contacts.map((contact) => ['contact', contact] as const);
    if (fields.expires !== undefined) lines.push(['expires', String(fields.expires)]);
    return this.build('REGISTER', { ...fields, headers: [...lines, ...(fields.headers ?? []), ...more] }).toBuffer();
  }

  /** The Authorization value for a challenge. */
  authorize(challenge: SipMessage, fields: RegisterFields = {}, nc = 1): string {
    const lines = challenge.headerLines('www-authenticate');
    const { algorithm } = fields;
    const line = algorithm === undefined ? lines[0] : lines.find((text) => text.includes(`algorithm=${algorithm},`));
    if (line === undefined) throw new Error(`no challenge for ${algorithm ?? 'any algorithm'} in ${challenge.status}`);
    return authorizationFor({
      challenge: line,
      username: fields.username ?? this.identity.username,
      password: fields.password ?? this.identity.password,
      method: 'REGISTER',
      uri: fields.uri ?? `sip:${this.identity.realm}`,
      nc,
      ...(fields.qop === undefined ? {} : { qop: fields.qop }),
    });
  }

  /** REGISTER, the challenge, REGISTER with credentials. */
  async register(fields: RegisterFields = {}): Promise<Registered> {
    const challenge = await this.exchange(this.buildRegister(fields));
    const { cseq, branch: _, ...rest } = fields;
    const again = cseq === undefined ? rest : { ...rest, cseq: cseq + 1 };
    const sent = this.buildRegister(again, [['authorization', this.authorize(challenge, fields)]]);
    return { challenge, sent, answer: await this.exchange(sent) };
  }

  /** The next request of that method, past or future. */
  async next(method: string, limitMs = ANSWER_LIMIT_MS): Promise<SipMessage> {
    const silence = new Error();
    const deadline = Date.now() + limitMs;
    for (;;) {
      const index = this.#inbox.findIndex((message) => message.method === method);
      if (index >= 0) return this.#inbox.splice(index, 1)[0] as SipMessage;
      if (await this.#arrives(deadline - Date.now())) continue;
      silence.message = `no ${method} came within ${limitMs / 1000} s, ${this.#story()}`;
      throw silence;
    }
  }

  /** Forgets requests that nobody asked for. */
  forget(): void {
    this.#inbox.length = 0;
  }

  respond(request: SipMessage, status: number, headers: readonly HeaderLine[] = [], body = ''): void {
    const response = OutgoingMessage.responseTo(request, status);
    for (const [name, value] of headers) {
      if (name === 'to') response.set(name, value);
      else response.add(name, value);
    }
    response.body = Buffer.from(body);
    this.socket.send(response.toBuffer());
  }

  /** Resolves with whether a request has come within that time. */
  async #arrives(waitMs: number): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const limit = setTimeout(() => resolve(false), Math.max(0, waitMs));
    const heard = () => resolve(true);
    this.#listeners.add(heard);
    return promise.finally(() => {
      clearTimeout(limit);
      this.#listeners.delete(heard);
    });
  }

  #story(): string {
    return `heard last: ${this.#told.join(', ') || 'nothing'}`;
  }

  #repeat(bytes: Buffer): () => void {
    if (this.socket.transport !== 'udp') return () => undefined;
    let waitMs = this.t1Ms;
    const again = () => {
      this.socket.send(bytes);
      waitMs = Math.min(4000, waitMs * 2);
      timer = setTimeout(again, waitMs);
    };
    let timer = setTimeout(again, waitMs);
    return () => clearTimeout(timer);
  }

  #receive(bytes: Buffer): void {
    if (bytes.length < 20) return;
    const message = parseMessage(Buffer.from(bytes));
    if (message.isRequest && this.#heard.has(nameOf(message))) return;
    this.#told.push(firstLine(bytes));
    if (this.#told.length > TOLD) this.#told.shift();
    if (!this.isHeard(message)) return;
    if (!message.isRequest) {
      this.#answers.get(message.topVia.branch)?.(message);
      return;
    }
    this.#heard.add(nameOf(message));
    if (message.method === 'OPTIONS') {
      if (this.answersOptions) this.respond(message, 200);
    }
    this.#inbox.push(message);
    for (const listener of [...this.#listeners]) listener();
  }
}

function nameOf({ topVia, method, callId, cseq }: SipMessage): string {
  return `${topVia.branch} ${method} ${callId} ${cseq}`;
}

function firstLine(bytes: Buffer): string {
  return bytes.toString('latin1', 0, Math.max(0, bytes.indexOf('\r')));
}
