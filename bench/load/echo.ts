import { createSocket, type RemoteInfo } from 'node:dgram';

/**
 * The limit for one Node process: a bare UDP echo with the best that dgram offers (a large receive buffer, no look-up,
 * the answers of one turn sent together). Prints its port as JSON.
 */
const socket = createSocket({
  type: 'udp4',
  recvBufferSize: 4 << 20,
  lookup: (host, _options, done) => done(null, host, 4),
});
let outbox: { readonly bytes: Buffer; readonly peer: RemoteInfo }[] = [];
socket.on('message', (bytes, peer) => {
  if (outbox.push({ bytes, peer }) === 1) setImmediate(flush);
});
socket.bind(0, '127.0.0.1', () => console.log(JSON.stringify({ port: socket.address().port })));
process.once('SIGTERM', () => process.exit(0));

function flush(): void {
  const sending = outbox;
  outbox = [];
  for (const { bytes, peer } of sending) socket.send(bytes, peer.port, peer.address);
}
