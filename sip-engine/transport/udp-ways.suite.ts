import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { Test } from 'tap';
import { createTransportLayer } from './index.ts';
import { createTestPorts, EventRecorder, settled } from './testing.ts';
import type { Flow } from './types.ts';

/** What a peer is sent at once: less than the smallest receive buffer holds. */
const LOT = 100;
/** What a message that is kept may keep with it: a call that rings holds its INVITE for a minute. */
const MOST_KEPT_BYTES = 8_192;

export interface UdpWay {
  /** Whether many datagrams are read and written by one call. */
  readonly batchUdp: boolean;
  readonly host: '127.0.0.1' | '::1';
}

async function start(t: Test, { batchUdp, host }: UdpWay) {
  const ports = createTestPorts();
  const events = new EventRecorder();
  const kept: Buffer[] = [];
  const listener = {
    onMessage: (bytes: Buffer, flow: Flow) => {
      kept.push(bytes);
      events.onMessage(bytes, flow);
    },
    onFlowClosed: () => undefined,
  };
  const layer = createTransportLayer({ batchUdp, watchUdpPeers: false }, listener, ports);
  t.teardown(() => layer.close());
  const point = await layer.listen({ transport: 'udp', host, port: 0 });
  const peer = async () => {
    const socket = await openPeer(t, host);
    const got: string[] = [];
    socket.on('message', (bytes) => got.push(String(bytes)));
    const send = (text: string) => socket.send(text, point.port, host);
    return { socket, got, send, port: socket.address().port };
  };
  return { ports, events, kept, layer, point, peer };
}

/** Somebody else's socket at a free port, closed at the end of the test. */
export async function openPeer(t: Test, host: string, bufferBytes?: number): Promise<Socket> {
  const socket = createSocket({
    type: host.includes(':') ? 'udp6' : 'udp4',
    ...(bufferBytes !== undefined && { recvBufferSize: bufferBytes }),
    lookup: (literal, _options, done) => done(null, literal, host.includes(':') ? 6 : 4),
  });
  const listening = once(socket, 'listening');
  socket.bind(0, host);
  await listening;
  t.teardown(() => socket.close());
  return socket;
}

/** A text of its own length and content for each number. */
function textOf(number: number): string {
  return `m${number} ${'abcdefghij'.repeat(number % 130)}${number}`;
}

/** What a UDP socket does, whichever way its datagrams take. */
export async function udpWaySuite(t: Test, way: UdpWay): Promise<void> {
  await t.test(
    '1,000 datagrams of five peers come whole, in order and from whom they are, and stay as they came',
    (t) => checkBurst(t, way),
  );
  await t.test('the largest datagram comes whole among small ones, and an empty one is a keep-alive', (t) =>
    checkSizes(t, way),
  );
  await t.test('ticks and promises that a message has set going are done before the next one comes', (t) =>
    checkOrder(t, way),
  );
  await t.test('a socket closed by one message delivers none that had come with it', (t) => checkClose(t, way));
  if (way.host === '127.0.0.1') {
    await t.test('a message that cannot be sent fails alone', (t) => checkFailure(t, way));
  }
  await t.test('the port is nobody else’s, reuse it who may', (t) => checkExclusive(t, way));
}

async function checkBurst(t: Test, way: UdpWay): Promise<void> {
  const { events, kept, peer } = await start(t, way);
  events.answer = (text, flow) => flow.send(Buffer.from(`${text}!`));
  const peers = await Promise.all([peer(), peer(), peer(), peer(), peer()]);
  const sent: string[] = [];
  while (sent.length < 1_000) {
    for (let index = 0; index < LOT; index++) {
      const text = textOf(sent.length);
      peers[sent.length % peers.length]?.send(text);
      sent.push(text);
    }
    await events.message(sent.length);
    await settled(() => peers.reduce((sum, { got }) => sum + got.length, 0) === sent.length);
  }
  t.same(kept.map(String), sent);
  t.ok(
    kept.every(({ buffer }) => buffer.byteLength <= MOST_KEPT_BYTES),
    'and keep little else in memory',
  );
  for (const [index, { got, port }] of peers.entries()) {
    const own = sent.filter((_, number) => number % peers.length === index);
    t.same(
      got,
      own.map((text) => `${text}!`),
    );
    const flows = events.received.filter((_, number) => number % peers.length === index).map(({ flow }) => flow);
    t.ok(flows.every(({ remoteAddress, remotePort }) => remoteAddress === way.host && remotePort === port));
  }
}

async function checkSizes(t: Test, way: UdpWay): Promise<void> {
  const { events, kept, peer, ports } = await start(t, way);
  const { send } = await peer();
  const texts = ['small', 'x'.repeat(65_507), 'after', 'y'.repeat(40_000), 'last'];
  for (const text of texts) send(text);
  send('');
  await events.message(texts.length);
  t.same(kept.map(String), texts);
  await settled(() => ports.counted('keepalives_in', 'udp') === 1);
  t.equal(ports.counted('keepalives_in', 'udp'), 1);
}

async function checkOrder(t: Test, way: UdpWay): Promise<void> {
  const { events, peer } = await start(t, way);
  const { send } = await peer();
  const seen: string[] = [];
  events.answer = (text) => {
    seen.push(text);
    process.nextTick(() => seen.push(`${text} tick`));
    void (async () => {
      for (let step = 0; step < 5; step++) await undefined;
      seen.push(`${text} promise`);
    })();
  };
  const names = Array.from({ length: 70 }, (_, index) => `m${index}`);
  for (const name of names) send(name);
  await events.message(names.length);
  await settled();
  t.same(
    seen,
    names.flatMap((name) => [name, `${name} tick`, `${name} promise`]),
  );
}

async function checkClose(t: Test, way: UdpWay): Promise<void> {
  const { events, layer, peer, ports } = await start(t, way);
  const { send, got } = await peer();
  let closed: Promise<void> | undefined;
  events.answer = (text, flow) => {
    flow.send(Buffer.from(`answer to ${text}`));
    if (text === 'm4') closed = layer.close();
  };
  for (let index = 0; index < 20; index++) send(`m${index}`);
  await events.message(5);
  await closed;
  // Descriptors are given out again at once, the lowest first: one of these has that of the closed socket.
  const others = await Promise.all([openPeer(t, way.host), openPeer(t, way.host), openPeer(t, way.host)]);
  const strangers: string[] = [];
  for (const other of others) other.on('message', (bytes) => strangers.push(String(bytes)));
  for (const other of others) other.send('for one of them', other.address().port, way.host);
  const error = await new Promise((resolve) => events.received[0]?.flow.send(Buffer.from('late'), resolve));
  t.match(error, { code: 'closed' });
  await settled(() => strangers.length === others.length && got.length === 5);
  t.same(
    got,
    [0, 1, 2, 3, 4].map((index) => `answer to m${index}`),
    'what had been answered',
  );
  t.equal(strangers.length, others.length);
  t.equal(events.received.length, 5);
  t.equal(ports.counted('transport_errors', 'closed'), 1);
}

async function checkFailure(t: Test, way: UdpWay): Promise<void> {
  const { layer, peer, point, ports } = await start(t, way);
  const { got, port } = await peer();
  const failed: string[] = [];
  const to = (address: string) => layer.flowTo({ transport: 'udp', address, port }, point);
  // Which a socket may send to only when it has asked for it.
  const everybody = '255.255.255.255';
  for (const [index, address] of [way.host, everybody, way.host, everybody, way.host].entries()) {
    to(address).send(Buffer.from(`m${index}`), ({ code }) => failed.push(`m${index} ${code}`));
  }
  await settled(() => failed.length === 2 && got.length === 3);
  t.same(got, ['m0', 'm2', 'm4']);
  t.same(failed, ['m1 unreachable', 'm3 unreachable']);
  t.equal(ports.counted('transport_errors', 'unreachable'), 2);
}

async function checkExclusive(t: Test, way: UdpWay): Promise<void> {
  const { point } = await start(t, way);
  const thief = createSocket({ type: way.host === '::1' ? 'udp6' : 'udp4', reuseAddr: true });
  t.teardown(() => thief.close());
  const failed = once(thief, 'error');
  thief.bind(point.port, way.host);
  t.match(await failed, [{ code: 'EADDRINUSE' }]);
}
