import { loadLibc } from '../../sip-engine/transport/libc.ts';
import { bindUdp } from '../../sip-engine/transport/udp-bind.ts';

/**
 * The limit for one Node process that reads and writes many datagrams a call, as the product does: an echo and nothing
 * else. Where the system has no such calls it is an echo over dgram. Prints its port as JSON.
 */
const libc = await loadLibc();
const bound = await bindUdp({ host: '127.0.0.1', port: 0, bufferBytes: 4 << 20, share: false, libc });
const { socket, datagrams } = bound;
let isDue = false;

socket.on('message', (first, { address, port }) => {
  give(first, address, port);
  if (datagrams === undefined) return;
  for (let count = datagrams.read(); count > 0; count = datagrams.isFull(count) ? datagrams.read() : 0) {
    for (let index = 0; index < count; index++)
      give(datagrams.bytes(index), datagrams.address(index), datagrams.port(index));
  }
});

/** Back to where it came from, with the others of this turn. */
function give(bytes: Buffer, address: string, port: number): void {
  if (datagrams === undefined || !(datagrams.add(bytes, address, port) || flushed().add(bytes, address, port)))
    socket.send(bytes, port, address);
  else if (!isDue) {
    isDue = true;
    setImmediate(flushed);
  }
}

/** What the system does not take is lost, as in any echo that is sent too much. */
function flushed() {
  isDue = false;
  const many = datagrams as NonNullable<typeof datagrams>;
  if (many.added > 0) many.write(0);
  many.clear();
  return many;
}

console.log(JSON.stringify({ port: socket.address().port }));
process.once('SIGTERM', () => process.exit(0));
