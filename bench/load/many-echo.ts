import { openManySocket } from './many-socket.ts';

/**
 * The limit for one Node process that reads and writes many datagrams a call, as the product does: an echo and nothing
 * else. Where the system has no such calls it is an echo over dgram. Prints its port as JSON.
 * usage: [segments]: several datagrams of one length to one address are one for the system, too.
 */
const socket = await openManySocket(
  '127.0.0.1',
  { datagram: (bytes, port, address) => socket.send(bytes, port, address) },
  process.argv[2] === 'segments',
);
console.log(JSON.stringify({ port: socket.port }));
process.once('SIGTERM', () => process.exit(0));
