import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFile } from 'node:fs';
import t, { type Test } from 'tap';
import { createTransportLayer } from './index.ts';
import { loadLibc } from './libc.ts';
import { PeerWatcher } from './peer-watcher.ts';
import { createTestPorts, EventRecorder, settled, sipRequest } from './testing.ts';
import { TransportContext } from './transport-context.ts';
import type { Flow } from './types.ts';
import { bindUdp } from './udp-bind.ts';
import { WatchedPeers } from './watched-peers.ts';

/** A peer that has sent so many in a moment is busy. */
const MANY = 64;
const ALIVE_MS = 1_000;
const HERE = { '127.0.0.1': '127.0.0.1', '::1': '::1', '0.0.0.0': '127.0.0.1', '::': '::1' };

async function openPeer(t: Test, host: string) {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  socket.bind(0, host);
  await once(socket, 'listening');
  const close = async () => {
    const closed = once(socket, 'close');
    socket.close();
    await closed;
  };
  t.teardown(() => close().catch(() => undefined));
  return { socket, close, port: socket.address().port };
}

/** The peers of a port, and what comes by the socket of all and by those of peers. */
async function openWatched(t: Test, own: string) {
  const ports = createTestPorts();
  const context = new TransportContext({}, new EventRecorder(), ports);
  const libc = await loadLibc();
  const { socket, raw } = await bindUdp({ host: own, port: 0, bufferBytes: 1 << 20, share: true, libc });
  const { port } = socket.address();
  const got = { byAll: [] as string[], byPeer: [] as string[] };
  const watched: WatchedPeers = new WatchedPeers(
    own,
    port,
    context,
    (bytes, ...from) => {
      watched.hear(...from);
      got.byPeer.push(String(bytes));
    },
    raw,
  );
  socket.on('message', (bytes, from) => {
    watched.hear(from.address, from.port);
    got.byAll.push(String(bytes));
  });
  t.teardown(() => {
    watched.close();
    socket.close();
  });
  return { watched, got, port, ports, libc };
}

t.test('a busy peer loses its socket, and nothing that it sends meanwhile is lost or comes twice', async (t) => {
  for (const [own, host] of Object.entries(HERE)) {
    const { watched, got, port, libc } = await openWatched(t, own);
    if (libc === undefined) return;
    const peer = await openPeer(t, host);
    const sent: string[] = [];
    for (let round = 0; round < 10; round++) {
      t.equal(
        watched.watch(host, peer.port, () => undefined, true),
        true,
      );
      for (let index = 0; index < MANY * 3; index++) {
        const text = `${round}.${index}`;
        sent.push(text);
        peer.socket.send(text, port, host);
        if (index % 10 === 9) await settled(() => true);
      }
      await settled(() => watched.watchers === 0);
      t.equal(watched.watchers, 0);
    }
    const all = () => [...got.byPeer, ...got.byAll];
    await settled(() => all().length >= sent.length);
    t.same(all().sort(), sent.sort(), own);
    t.ok(got.byPeer.length >= 10 * MANY && got.byAll.length >= 10 * MANY, `${got.byAll.length} by the socket of all`);
    t.equal(watched.size, 1, 'it is known still');
  }
});

t.test('what waits behind "port unreachable" in a socket that is let go of is not lost', async (t) => {
  const libc = await loadLibc();
  if (libc === undefined) return;
  const bind = () => bindUdp({ host: '127.0.0.1', port: 0, bufferBytes: 1 << 20, share: true, libc });
  const [own, peer] = [await bind(), await bind()];
  const [ownPort, peerPort] = [own.socket.address().port, peer.socket.address().port];
  const got: string[] = [];
  let isClosed = false;
  const watcher = new PeerWatcher(
    { host: '127.0.0.1', port: ownPort, bufferBytes: 1 << 20, raw: own.raw },
    {
      onDatagram: (bytes) => void got.push(String(bytes)),
      onError: () => t.fail('it is being let go of'),
      onClosed: () => {
        isClosed = true;
      },
    },
  );
  t.teardown(() => {
    watcher.close();
    own.socket.close();
  });
  t.equal(watcher.connect('127.0.0.1', peerPort), true);
  // In the turn's poll, so that the loop's next one is the only one before the socket is closed.
  await new Promise((resolve) => readFile('/proc/self/stat', resolve));
  // By calls that are over when they return: the loop reads nothing meanwhile.
  for (const text of ['a', 'b', 'c']) peer.datagrams?.add(Buffer.from(text), '127.0.0.1', ownPort);
  peer.datagrams?.write(0);
  peer.datagrams?.end();
  peer.socket.close();
  own.datagrams?.add(Buffer.from('x'), '127.0.0.1', peerPort);
  own.datagrams?.write(0);
  t.equal(watcher.letGo('127.0.0.1', peerPort), true);
  await settled(() => isClosed);
  t.same(got, ['a', 'b', 'c']);
});

t.test('a busy peer gets its socket again after a silence, or when a request has to be repeated', async (t) => {
  const { watched, port, ports, libc } = await openWatched(t, '127.0.0.1');
  if (libc === undefined) return;
  const peer = await openPeer(t, '127.0.0.1');
  const watch = (isRepeated: boolean) => watched.watch('127.0.0.1', peer.port, () => undefined, isRepeated);
  const makeBusy = async () => {
    for (let index = 0; index < MANY * 2; index++) peer.socket.send('x', port, '127.0.0.1');
    await settled(() => watched.watchers === 0);
  };
  t.equal(watch(false), true, 'before it was ever heard');
  await makeBusy();
  t.equal(watch(false), false, 'just heard');
  t.equal(watch(true), true, 'a repetition');
  await makeBusy();
  ports.advance(ALIVE_MS - 1);
  t.equal(watch(false), false);
  ports.advance(1);
  t.equal(watch(false), true, 'silent');
  ports.advance(40_000);
  watched.sweep(ports.clock.nowMs());
  t.equal(watched.size, 0, 'and is forgotten when nothing is sent to it');
  await settled(() => watched.watchers === 0);
  t.equal(watched.watchers, 0);
});

t.test('strangers are not remembered, many as their datagrams are', async (t) => {
  const { watched, got, port } = await openWatched(t, '127.0.0.1');
  const stranger = await openPeer(t, '127.0.0.1');
  for (let index = 0; index < MANY * 2; index++) stranger.socket.send('x', port, '127.0.0.1');
  await settled(() => got.byAll.length === MANY * 2);
  t.equal(got.byAll.length, MANY * 2);
  t.equal(watched.size, 0);
});

t.test('a peer that goes away while it is busy fails the first request that is repeated', async (t) => {
  if ((await loadLibc()) === undefined) return;
  const ports = createTestPorts();
  const events = new EventRecorder();
  const layer = createTransportLayer({}, events, ports);
  t.teardown(() => layer.close());
  const point = await layer.listen({ transport: 'udp', host: '127.0.0.1', port: 0 });
  const peer = await openPeer(t, '127.0.0.1');
  const flow = layer.flowTo({ transport: 'udp', address: '127.0.0.1', port: peer.port });
  const failed: string[] = [];
  const send = (by: Flow, name: string, isRepeated: boolean) =>
    by.send(Buffer.from(name), ({ code }) => failed.push(`${name} ${code}`), isRepeated);
  send(flow, 'first', false);
  await once(peer.socket, 'message');
  for (let index = 0; index < MANY * 2; index++) peer.socket.send(sipRequest(`c${index}`), point.port, '127.0.0.1');
  await events.message(MANY * 2);
  await peer.close();
  await settled();
  send(flow, 'second', false);
  await settled();
  t.same(failed, [], 'nobody has looked');
  send(flow, 'second', true);
  await settled(() => failed.length > 0);
  t.same(failed, ['second refused']);
  send(flow, 'third', false);
  await settled(() => failed.length > 1);
  t.same(failed, ['second refused', 'third refused'], 'and from then on at once');
});
