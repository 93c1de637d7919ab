import { loadLibc } from '../../sip-engine/transport/libc.ts';
import { bindUdp } from '../../sip-engine/transport/udp-bind.ts';

/** A UDP socket of a generator that reads and writes many datagrams a call, as the product's do. */
export interface ManySocket {
  readonly port: number;
  /** With the others of this turn, at its end. */
  send(bytes: Buffer, port: number, address: string): void;
  /** The same for ASCII, without a Buffer of its own. */
  sendText(text: string, port: number, address: string): void;
  /** Sends what waits at once. */
  flush(): void;
  close(): void;
}

interface Hears {
  datagram(bytes: Buffer, port: number, address: string): void;
  /** After all that waited was heard. */
  turn?(): void;
}

const RECEIVE_BUFFER_BYTES = 4 << 20;
const LARGEST_BYTES = 65_536;

/**
 * Where the system has no such calls, and for what does not fit, dgram sends.
 * @param segments whether the system may be given several datagrams as one. Those of a generator stand for those of many peers,
 * which come to the system one by one.
 */
export async function openManySocket(host: string, hears: Hears, segments = false): Promise<ManySocket> {
  const libc = await loadLibc();
  const binding = { host, port: 0, bufferBytes: RECEIVE_BUFFER_BYTES, share: false, libc, segments };
  const { socket, datagrams } = await bindUdp(binding);
  const scratch = Buffer.allocUnsafeSlow(LARGEST_BYTES);
  let isDue = false;

  const flush = () => {
    if (datagrams === undefined || datagrams.added === 0) return;
    for (let sent = 0, taken = 1; taken > 0 && sent < datagrams.added; sent += taken) taken = datagrams.write(sent);
    datagrams.clear();
  };
  const flushDue = () => {
    isDue = false;
    flush();
  };
  const add = (bytes: Buffer, port: number, address: string) => {
    if (datagrams === undefined) return false;
    if (!datagrams.add(bytes, address, port)) {
      flush();
      if (!datagrams.add(bytes, address, port)) return false;
    }
    if (!isDue) {
      isDue = true;
      setImmediate(flushDue);
    }
    return true;
  };

  socket.on('message', (first, { address, port }) => {
    hears.datagram(first, port, address);
    for (let count = datagrams?.read() ?? 0; datagrams !== undefined && count > 0; ) {
      for (let index = 0; index < count; index++)
        hears.datagram(datagrams.bytes(index), datagrams.port(index), datagrams.address(index));
      count = datagrams.isFull(count) ? datagrams.read() : 0;
    }
    hears.turn?.();
  });
  return {
    port: socket.address().port,
    send(bytes, port, address) {
      if (!add(bytes, port, address)) socket.send(bytes, port, address);
    },
    sendText(text, port, address) {
      const length = scratch.write(text, 'latin1');
      if (!add(scratch.subarray(0, length), port, address)) socket.send(Buffer.from(text, 'latin1'), port, address);
    },
    flush,
    close() {
      datagrams?.end();
      socket.close();
    },
  };
}
