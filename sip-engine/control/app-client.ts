import type { Socket } from 'node:net';
import type { Owner } from '../dialog/index.ts';
import { encodeFrame, FrameReader } from './frame-reader.ts';

/** Largest frame taken from an application, in bytes. */
const MAX_FRAME_BYTES = 4 * 1024 * 1024;
/** Largest first frame, in bytes: whoever it is has said no secret yet. */
const MAX_FIRST_FRAME_BYTES = 16 * 1024;
/** An application that does not read is dropped when this much waits for it. */
const MAX_QUEUED_BYTES = 64 * 1024 * 1024;

export interface AppClientOptions {
  readonly secret: string;
  readonly isAttached: boolean;
  readonly methods: readonly string[];
  /** It has authenticated and been told so. */
  readonly onReady?: () => void;
}

export interface AppClientEvents {
  onFrame(client: AppClient, payload: Buffer): void;
  onGone(client: AppClient): void;
}

/** One application connection: frames in, frames out, and what the application has told about itself. */
export class AppClient implements Owner {
  readonly secret: string;
  /** In-process applications see flow ids and may keep one connection for ever. */
  readonly isAttached: boolean;
  /** Verbs routed to it from the start: in-process applications send no `route`. */
  readonly methods: readonly string[];
  tags: readonly string[] = [];
  gone = false;
  #authenticated = false;
  readonly #onReady: (() => void) | undefined;
  readonly #socket: Socket;
  readonly #events: AppClientEvents;
  readonly #reader = new FrameReader(MAX_FRAME_BYTES, MAX_FIRST_FRAME_BYTES);
  #queue: Buffer[] = [];
  #closing = false;

  constructor(socket: Socket, options: AppClientOptions, events: AppClientEvents) {
    this.#socket = socket;
    this.secret = options.secret;
    this.isAttached = options.isAttached;
    this.methods = options.methods;
    this.#onReady = options.onReady;
    this.#events = events;
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('error', () => this.#end());
    socket.on('close', () => this.#end());
    socket.on('end', () => this.#end());
  }

  get authenticated(): boolean {
    return this.#authenticated;
  }

  /** It has given the secret, again perhaps. */
  welcome(): void {
    const isFirst = !this.#authenticated;
    this.#authenticated = true;
    if (isFirst) this.#onReady?.();
  }

  /** Queues one frame; all of one tick leave in one chunk. */
  send(leadLine: string, sip?: Buffer): void {
    if (this.gone) return;
    if (this.#queue.length === 0) process.nextTick(() => this.#flush());
    this.#queue.push(encodeFrame(leadLine, sip));
  }

  /** Ends the connection when what is queued has been written; nothing more is read. */
  close(): void {
    if (this.#closing) return;
    this.#closing = true;
    process.nextTick(() => {
      this.#flush();
      this.#socket.end();
      this.#end();
    });
  }

  destroy(): void {
    this.#socket.destroy();
    this.#end();
  }

  #read(chunk: Buffer): void {
    if (this.gone || this.#closing) return;
    let frames: Buffer[];
    try {
      frames = this.#reader.push(chunk);
    } catch {
      // Garbage gets no answer, and the other applications no notice.
      this.destroy();
      return;
    }
    for (const frame of frames) {
      if (this.gone || this.#closing) return;
      this.#events.onFrame(this, frame);
    }
  }

  #flush(): void {
    const chunks = this.#queue;
    this.#queue = [];
    if (chunks.length === 0 || this.#socket.destroyed) return;
    const [only] = chunks;
    this.#socket.write(chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks));
    if (this.#socket.writableLength > MAX_QUEUED_BYTES) this.destroy();
  }

  #end(): void {
    if (this.gone) return;
    this.gone = true;
    this.#reader.clear();
    this.#events.onGone(this);
  }
}
