import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { type OutgoingMessage, parseMessage, type SipMessage } from '../../sip-engine/index.ts';

/** One message as it crossed the wire, for the ladder. */
export interface WireNote {
  readonly atMs: number;
  readonly from: string;
  readonly to: string;
  readonly callId: string;
  readonly text: string;
}

export interface Peer {
  readonly address: string;
  readonly port: number;
}

/** Sends again after this while nothing came (RFC 3261 17.1.2.2, timer E), then doubles. */
const T1_MS = 500;
/** Gives up after this (timer F). */
const GIVE_UP_MS = 8_000;

interface Waiting {
  readonly onResponse: (message: SipMessage) => void;
}

/** The least of a SIP stack over UDP that a telephone call needs: client transactions, and requests handed up. */
export class SipEndpoint {
  readonly name: string;
  readonly #socket: Socket;
  readonly #server: Peer;
  readonly #notes: WireNote[];
  readonly #waiting = new Map<string, Waiting>();
  #onRequest: (message: SipMessage, source: Peer) => void = () => {};

  private constructor(name: string, socket: Socket, server: Peer, notes: WireNote[]) {
    this.name = name;
    this.#socket = socket;
    this.#server = server;
    this.#notes = notes;
    socket.on('message', (bytes, from) => this.#receive(bytes, { address: from.address, port: from.port }));
  }

  /** Binds that address and port, or a free one. */
  static async open(name: string, address: string, server: Peer, notes: WireNote[], port = 0): Promise<SipEndpoint> {
    const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(port, address, resolve);
    });
    return new SipEndpoint(name, socket, server, notes);
  }

  get address(): Peer {
    const { address, port } = this.#socket.address();
    return { address, port };
  }

  get server(): Peer {
    return this.#server;
  }

  onRequest(listener: (message: SipMessage, source: Peer) => void): void {
    this.#onRequest = listener;
  }

  /** `SIP/2.0/UDP host:port;branch=…;rport` for a new transaction. */
  newVia(): string {
    const { address, port } = this.address;
    return `SIP/2.0/UDP ${address}:${port};branch=z9hG4bK${randomBytes(8).toString('hex')};rport`;
  }

  /** Sends a request to the server and resolves with its final response; `onProvisional` sees the others. */
  request(message: OutgoingMessage, onProvisional?: (response: SipMessage) => void): Promise<SipMessage> {
    const branch = branchOf(message.header('via') ?? '');
    return new Promise((resolve, reject) => {
      let wait = T1_MS;
      let timer = setTimeout(again, wait, this);
      const deadline = setTimeout(() => finish(() => reject(new Error(`${this.name}: no answer`))), GIVE_UP_MS);
      function again(self: SipEndpoint): void {
        self.send(message, self.#server);
        wait *= 2;
        timer = setTimeout(again, wait, self);
      }
      const finish = (how: () => void) => {
        clearTimeout(timer);
        clearTimeout(deadline);
        this.#waiting.delete(branch);
        how();
      };
      const onResponse = (response: SipMessage) => {
        clearTimeout(timer);
        if (response.status >= 200) finish(() => resolve(response));
        else onProvisional?.(response);
      };
      this.#waiting.set(branch, { onResponse });
      this.send(message, this.#server);
    });
  }

  /** Puts a message on the wire without waiting for anything. */
  send(message: OutgoingMessage, to: Peer): void {
    const bytes = message.toBuffer();
    this.#note(this.name, 'didfarm', parseMessage(bytes));
    this.#socket.send(bytes, to.port, to.address);
  }

  close(): void {
    this.#socket.close();
  }

  #receive(bytes: Buffer, source: Peer): void {
    if (bytes.length < 12) return; // a keep-alive (RFC 5626 3.5.1)
    const message = parseMessage(bytes);
    this.#note('didfarm', this.name, message);
    if (message.isRequest) this.#onRequest(message, source);
    else this.#waiting.get(message.topVia.branch)?.onResponse(message);
  }

  #note(from: string, to: string, message: SipMessage): void {
    const text = message.isRequest ? message.method : `${message.status} ${message.reason}`;
    this.#notes.push({ atMs: performance.now(), from, to, callId: message.callId, text });
  }
}

function branchOf(via: string): string {
  return /;branch=([^;,\s]+)/.exec(via)?.[1] ?? '';
}
