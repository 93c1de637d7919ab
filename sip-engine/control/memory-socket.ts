import { Socket } from 'node:net';

interface Addresses {
  readonly remotePort: number;
  readonly localPort: number;
}

/**
 * One end of a connection inside the process. It is a `net.Socket` because drachtio-srf insists on one,
 * but it has no handle: bytes go straight to the other end, with the streams' own back-pressure.
 */
export class MemorySocket extends Socket {
  #peer: MemorySocket | undefined;
  #resumeWriter: (() => void) | undefined;

  constructor(addresses: Addresses) {
    super({ allowHalfOpen: false });
    // The getters of net.Socket ask a handle that is not there.
    Object.defineProperties(this, {
      remoteAddress: { value: '127.0.0.1' },
      remoteFamily: { value: 'IPv4' },
      remotePort: { value: addresses.remotePort },
      localAddress: { value: '127.0.0.1' },
      localPort: { value: addresses.localPort },
      connecting: { value: false },
      pending: { value: false },
    });
  }

  /** Joins two ends; each reads what the other writes. */
  static pair(portA: number, portB: number): readonly [MemorySocket, MemorySocket] {
    const a = new MemorySocket({ localPort: portA, remotePort: portB });
    const b = new MemorySocket({ localPort: portB, remotePort: portA });
    a.#peer = b;
    b.#peer = a;
    return [a, b];
  }

  override _read(): void {
    const resume = this.#resumeWriter;
    this.#resumeWriter = undefined;
    resume?.();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    this.#deliver(bytes, done);
  }

  override _writev(
    chunks: { readonly chunk: Buffer; readonly encoding: BufferEncoding }[],
    done: (error?: Error | null) => void,
  ): void {
    const bytes = Buffer.concat(chunks.map(({ chunk }) => (typeof chunk === 'string' ? Buffer.from(chunk) : chunk)));
    this.#deliver(bytes, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    const peer = this.#peer;
    if (peer !== undefined && !peer.destroyed) peer.push(null);
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const peer = this.#peer;
    this.#peer = undefined;
    const resume = this.#resumeWriter;
    this.#resumeWriter = undefined;
    resume?.();
    if (peer !== undefined && !peer.destroyed) process.nextTick(() => peer.destroy());
    done(error);
    // net.Socket emits 'close' from its handle; without one it is ours to emit (autoDestroy's is switched off there).
    process.nextTick(() => this.emit('close', error !== null));
  }

  #deliver(bytes: Buffer, done: (error?: Error | null) => void): void {
    const peer = this.#peer;
    if (peer === undefined || peer.destroyed) {
      done();
      return;
    }
    if (peer.push(bytes)) done();
    else peer.#resumeWriter = done;
  }
}
