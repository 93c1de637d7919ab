import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Test } from 'tap';
import { TestInbox } from '../testing-inbox.ts';
import { encodeFrame, FrameReader } from './frame-reader.ts';

/** A message of the engine to a raw application in tests. */
export interface AppInput {
  readonly tokens: readonly string[];
  /** The SIP text, empty when there is none. */
  readonly sip: string;
  readonly payload: Buffer;
}

/** An application without drachtio-srf: sends frames, waits for frames. */
export class AppPeer {
  readonly #socket: Socket;
  readonly #reader = new FrameReader(4 * 1024 * 1024);
  readonly #inbox = new TestInbox<AppInput>('the application', ({ tokens, sip }) => firstLine(sip) || tokens.join('|'));
  readonly closed: Promise<void>;
  #next = 1;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()));
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      for (const payload of this.#reader.push(chunk)) this.#put(payload);
    });
  }

  /** Connected, not authenticated. */
  static async open(t: Test, port: number): Promise<AppPeer> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    t.teardown(() => socket.destroy());
    return new AppPeer(socket);
  }

  /** On a connection that the engine has opened. */
  static over(socket: Socket): AppPeer {
    return new AppPeer(socket);
  }

  /** Authenticated, and routed the verbs. */
  static async ready(t: Test, port: number, ...verbs: readonly string[]): Promise<AppPeer> {
    const app = await AppPeer.open(t, port);
    await app.ask('authenticate|secret|');
    for (const verb of verbs) await app.ask(`route|${verb}`);
    return app;
  }

  get waiting(): number {
    return this.#inbox.size;
  }

  /** Sends a message with a fresh id and returns the id. */
  send(text: string, sip = ''): string {
    const id = `m${this.#next++}`;
    this.#socket.write(encodeFrame(`${id}|${text}`, Buffer.from(sip)));
    return id;
  }

  /** Bytes as they are. */
  write(bytes: string | Buffer): void {
    this.#socket.write(bytes);
  }

  /** Sends a message and takes the next frame, which must be its answer. */
  async ask(text: string, sip = ''): Promise<AppInput> {
    const id = this.send(text, sip);
    const input = await this.next();
    if (input.tokens[1] !== 'response' || input.tokens[2] !== id) {
      throw new Error(`expected the answer to ${text}, got ${input.tokens.join('|')}`);
    }
    return input;
  }

  next(): Promise<AppInput> {
    return this.#inbox.take();
  }

  /** Answers that nothing else has come before the answer to a ping. */
  async idle(): Promise<boolean> {
    const id = this.send('ping');
    return (await this.next()).tokens[2] === id;
  }

  close(): void {
    this.#socket.destroy();
  }

  #put(payload: Buffer): void {
    const end = payload.indexOf('\r\n');
    const lead = end === -1 ? payload.toString() : payload.toString('utf8', 0, end);
    const sip = end === -1 ? '' : payload.toString('utf8', end + 2);
    this.#inbox.put({ tokens: lead.split('|'), sip, payload });
  }
}

function firstLine(sip: string): string {
  return sip.slice(0, Math.max(0, sip.indexOf('\r')));
}
