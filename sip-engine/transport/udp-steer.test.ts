import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import t, { type Test } from 'tap';
import { loadLibc } from './libc.ts';
import { settled } from './testing.ts';
import { bindUdp, joinUdp } from './udp-bind.ts';

/** Sockets of the system's choice: all at the first of two once in a million million times. */
const PEERS = 40;
const libc = await loadLibc();

/** First lines that a socket has heard. */
function heardBy(socket: Socket): string[] {
  const heard: string[] = [];
  socket.on('message', (bytes) => heard.push(bytes.toString()));
  return heard;
}

async function twoSockets(t: Test) {
  const place = { host: '127.0.0.1', bufferBytes: 1 << 20, libc };
  const first = await bindUdp({ ...place, port: 0, share: true });
  const { port } = first.socket.address();
  const second = await joinUdp({ ...place, port, share: true });
  for (const { socket, datagrams } of [first, second]) {
    t.teardown(() => {
      datagrams?.end();
      socket.close();
    });
  }
  return { port, first: heardBy(first.socket), second: heardBy(second.socket) };
}

async function sendFromMany(t: Test, port: number, texts: readonly string[]): Promise<void> {
  for (let n = 0; n < PEERS; n++) {
    const peer = createSocket('udp4');
    peer.bind(0, '127.0.0.1');
    await once(peer, 'listening');
    t.teardown(() => peer.close());
    for (const text of texts) peer.send(text, port, '127.0.0.1');
  }
}

const skip = libc === undefined && 'the C library is not to be had';
t.test('REGISTERs arrive at the socket that was there first, all else by addresses', { skip }, async (t) => {
  const { port, first, second } = await twoSockets(t);
  await sendFromMany(t, port, ['REGISTER sip:a SIP/2.0', 'INVITE sip:b SIP/2.0', '']);
  await settled(() => first.length + second.length === 3 * PEERS);
  const registers = (heard: readonly string[]) => heard.filter((text) => text.startsWith('REGISTER')).length;
  t.equal(registers(first), PEERS);
  t.equal(registers(second), 0);
  t.ok(second.some((text) => text.startsWith('INVITE')));
});
