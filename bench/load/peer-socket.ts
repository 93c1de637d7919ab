import { EventEmitter } from 'node:events';

/** Where what is sent goes, by port. */
type Take = (bytes: Buffer, port: number) => void;

/** As much of a dgram socket as the transport asks of one. */
export class PeerSocket extends EventEmitter {
  readonly #take: Take;
  #port = 0;
  #peerPort: number | undefined;

  constructor(take: Take) {
    super();
    this.#take = take;
  }

  /** The port it is bound to where it has no peer: datagrams of everybody come in there. */
  get openPort(): number | undefined {
    return this.#peerPort === undefined ? this.#port : undefined;
  }

  /** @throws Error for a descriptor of the system's, so that the transport does without. */
  bind({ port }: { readonly port?: number }): void {
    if (port === undefined) throw new Error('peers in the process have no descriptor');
    this.#port = port;
    process.nextTick(() => this.emit('listening'));
  }

  connect(port: number): void {
    this.#peerPort = port;
    process.nextTick(() => this.emit('connect'));
  }

  address() {
    return { address: '127.0.0.1', port: this.#port, family: 'IPv4' };
  }

  close(): void {
    process.nextTick(() => this.emit('close'));
  }

  send(bytes: Buffer, ...rest: readonly unknown[]): void {
    const done = rest.at(-1);
    this.#take(bytes, this.#peerPort ?? Number(rest[0]));
    if (typeof done === 'function') process.nextTick(() => done(null));
  }

  getSendQueueSize = () => 0;
  getRecvBufferSize = () => 1 << 24;
  unref = () => this;
  ref = () => this;
}
