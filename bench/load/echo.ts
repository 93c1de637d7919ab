import { createSocket } from 'node:dgram';

/**
 * The limit for one Node process: a bare UDP echo, answers of one turn sent together.
 * Prints its port as JSON.
 */
const socket = createSocket({ type: 'udp4', recvBufferSize: 4 << 20 });
socket.on('message', (bytes, peer) => socket.send(bytes, peer.port, peer.address));
socket.bind(0, '127.0.0.1', () => console.log(JSON.stringify({ port: socket.address().port })));
process.once('SIGTERM', () => process.exit(0));
