import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import t, { type Test } from 'tap';
import { createTransportLayer } from './index.ts';
import { createTestPorts, EventRecorder, settled, sipRequest } from './testing.ts';
import { TransportContext } from './transport-context.ts';
import type { TransportError } from './types.ts';
import { bindUdp } from './udp-bind.ts';
import { WatchedPeers } from './watched-peers.ts';

async function start(t: Test, host = '127.0.0.1') {
  const ports = createTestPorts();
  const events = new EventRecorder();
  const layer = createTransportLayer({}, events, ports);
  t.teardown(() => layer.close());
  const point = await layer.listen({ transport: 'udp', host, port: 0 });
  return { ports, events, layer, point };
}

async function udpPeer(t: Test, host = '127.0.0.1', port = 0) {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  socket.bind(port, host);
  await once(socket, 'listening');
  const close = async () => {
    const closed = once(socket, 'close');
    socket.close();
    await closed;
  };
  t.teardown(() => close().catch(() => undefined));
  return {
    socket,
    close,
    port: socket.address().port,
    next: async () => (await once(socket, 'message')) as [Buffer, { port: number }],
  };
}

const udp = (address: string, port: number) => ({ transport: 'udp', address, port }) as const;

t.test('a request to a closed port fails at once, IPv4 and IPv6, and for everybody who waits', async (t) => {
  const ways = { '127.0.0.1': '127.0.0.1', '::1': '::1', '0.0.0.0': '127.0.0.1', '::': '::1' };
  for (const [own, host] of Object.entries(ways)) {
    const { layer, ports } = await start(t, own);
    // Where nobody listens: a port that was just closed may be somebody's again.
    const flow = layer.flowTo(udp(host, 1));
    const codes: string[] = [];
    const told = [1, 2].map(
      () => new Promise<void>((resolve) => flow.send(Buffer.from('x'), (e) => resolve(void codes.push(e.code)))),
    );
    t.same(codes, [], 'never within send');
    await Promise.all(told);
    t.same(codes, ['refused', 'refused'], host);
    t.equal(ports.counted('transport_errors', 'refused'), 1);
    const again = await new Promise<TransportError>((resolve) =>
      layer.findFlow(flow.id)?.send(Buffer.from('x'), resolve),
    );
    t.equal(again.code, 'refused', 'a later request learns it again');
  }
});

t.test('requests leave from the listening port, and what the peer sends is received there', async (t) => {
  const { layer, events, point } = await start(t);
  const peer = await udpPeer(t);
  const flow = layer.flowTo(udp('127.0.0.1', peer.port));
  const failed: string[] = [];
  flow.send(Buffer.from('request'), (error) => failed.push(error.code));
  const [bytes, from] = await peer.next();
  t.equal(String(bytes), 'request');
  t.equal(from.port, point.port);
  peer.socket.send(sipRequest('back'), point.port, '127.0.0.1');
  const message = await events.message();
  t.equal(message.text, sipRequest('back'));
  t.equal(message.flow.id, flow.id);
  message.flow.send(Buffer.from('answer'));
  t.equal(String((await peer.next())[0]), 'answer');
  t.same(failed, []);
});

t.test('what one peer is told arrives in order, whether its failure is asked after or not', async (t) => {
  const { layer } = await start(t);
  const peer = await udpPeer(t);
  const other = await udpPeer(t);
  const got: string[] = [];
  peer.socket.on('message', (bytes) => got.push(String(bytes)));
  const texts = Array.from({ length: 40 }, (_, index) => `m${index}`);
  for (const [index, text] of texts.entries()) {
    const flow = layer.flowTo(udp('127.0.0.1', peer.port));
    if (index % 3 === 2) flow.send(Buffer.from(text), () => undefined);
    else flow.send(Buffer.from(text));
    layer.flowTo(udp('127.0.0.1', other.port)).send(Buffer.from('for another'));
  }
  await settled(() => got.length === texts.length);
  t.same(got, texts);
});

t.test('other peers are not disturbed by a peer that is watched', async (t) => {
  const { layer, events, point } = await start(t);
  const watched = await udpPeer(t);
  const other = await udpPeer(t);
  layer.flowTo(udp('127.0.0.1', watched.port)).send(Buffer.from('x'), () => undefined);
  await watched.next();
  for (let i = 0; i < 50; i++) other.socket.send(sipRequest(`other${i}`), point.port, '127.0.0.1');
  watched.socket.send(sipRequest('watched'), point.port, '127.0.0.1');
  await events.message(51);
  t.equal(new Set(events.received.map(({ text }) => text)).size, 51);
});

t.test('an answered peer that goes away later does not fail what was answered', async (t) => {
  const { layer, events, point } = await start(t);
  const peer = await udpPeer(t);
  const flow = layer.flowTo(udp('127.0.0.1', peer.port));
  const failed: string[] = [];
  flow.send(Buffer.from('first'), () => failed.push('first'));
  await peer.next();
  peer.socket.send(sipRequest('answer'), point.port, '127.0.0.1');
  await events.message();
  await peer.close();
  await new Promise<void>((resolve) => flow.send(Buffer.from('second'), () => resolve(void failed.push('second'))));
  t.same(failed, ['second']);
});

t.test('a request that cannot be sent fails once, and not again when its peer is found to be gone', async (t) => {
  const { layer } = await start(t);
  const flow = layer.flowTo(udp('127.0.0.1', 1));
  const failed: string[] = [];
  flow.send(Buffer.alloc(65_508), ({ code }) => failed.push(`too long: ${code}`));
  await new Promise<void>((resolve) =>
    flow.send(Buffer.from('x'), (e) => resolve(void failed.push(`short: ${e.code}`))),
  );
  await settled();
  t.same(failed, ['too long: too_large', 'short: refused']);
  const everybody = layer.flowTo(udp('255.255.255.255', 9));
  for (const name of ['first', 'second'])
    everybody.send(Buffer.from(name), ({ code }) => failed.push(`${name}: ${code}`));
  await settled(() => failed.length === 4);
  t.same(failed.slice(2), ['first: unreachable', 'second: unreachable']);
});

t.test('sockets of peers are bounded, and let go of when idle', async (t) => {
  const ports = createTestPorts();
  const context = new TransportContext({}, new EventRecorder(), ports);
  const { socket, shared } = await bindUdp({ host: '127.0.0.1', port: 0, bufferBytes: 65_536, share: true });
  t.teardown(() => void socket.close());
  t.equal(shared, true);
  const watched = new WatchedPeers('127.0.0.1', socket.address().port, context, () => undefined);
  const peer = await udpPeer(t);
  const watch = (address: string) => watched.watch(address, peer.port, () => undefined);
  const taken = Array.from({ length: 256 }, (_, i) => watch(`127.0.${(i + 1) >> 8}.${(i + 1) & 255}`));
  t.ok(taken.every(Boolean));
  t.equal(watch('127.0.9.9'), false);
  t.equal(watch('127.0.0.1'), true, 'a peer that is watched already');
  ports.advance(39_000);
  watch('127.0.0.1');
  ports.advance(1_000);
  watched.sweep(ports.clock.nowMs());
  t.equal(watched.size, 1);
  watched.close();
  t.equal(watched.size, 0);
});

t.test('a second server on the same port is told that it is taken', async (t) => {
  const { point } = await start(t);
  const { layer } = await start(t);
  await t.rejects(layer.listen({ transport: 'udp', host: '127.0.0.1', port: point.port }), {
    code: 'no_transport',
    cause: { code: 'EADDRINUSE' },
  });
});
