import { createSocket, type Socket } from 'node:dgram';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import t, { type Test } from 'tap';
import { transportOptions } from '../engine-parts.ts';
import { createListenPoint } from './bound-point.ts';
import { createTransportLayer } from './index.ts';
import { type Libc, loadLibc } from './libc.ts';
import { createTestPorts, EventRecorder, settled } from './testing.ts';
import { TransportContext } from './transport-context.ts';
import { bindUdp } from './udp-bind.ts';
import { type DatagramSource, UdpDrain } from './udp-drain.ts';
import { UdpSocket } from './udp-socket.ts';
import { udpWaySuite } from './udp-ways.suite.ts';

/** More ticks than a read has datagrams. */
const LOT = 100;

for (const batchUdp of [false, true]) {
  for (const host of ['127.0.0.1', '::1'] as const) {
    t.test(`${host}, ${batchUdp ? 'many by one call' : 'each by itself'}`, (t) => udpWaySuite(t, { batchUdp, host }));
  }
}

/** The tests above would pass without it, and those of a system without glibc do. */
async function libcHere(t: Test): Promise<Libc | undefined> {
  const libc = await loadLibc();
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  const expected = process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch);
  t.equal(libc !== undefined, expected && header.glibcVersionRuntime !== undefined);
  return libc;
}

async function open(t: Test, libc: Libc) {
  const ports = createTestPorts();
  const events = new EventRecorder();
  const context = new TransportContext({}, events, ports);
  const bound = await bindUdp({ host: '127.0.0.1', port: 0, bufferBytes: 65_536, share: false, libc });
  const { port } = bound.socket.address();
  const point = createListenPoint({ transport: 'udp', host: '127.0.0.1', port }, '127.0.0.1', port, context.addresses);
  const socket = new UdpSocket(bound, point, context);
  t.teardown(() => socket.close());
  const peer = createSocket('udp4');
  const listening = once(peer, 'listening');
  peer.bind(0, '127.0.0.1');
  await listening;
  t.teardown(() => peer.close());
  const got: string[] = [];
  peer.on('message', (bytes) => got.push(String(bytes)));
  return { bound, socket, peer, got, events, ports };
}

t.test('on Linux with glibc a socket reads and writes many datagrams by one call', async (t) => {
  const libc = await libcHere(t);
  if (libc === undefined) return;
  let [read, written] = [0, 0];
  const counting: Libc = {
    ...libc,
    recvmmsg: (fd, headers, count, flags, timeout) => {
      const taken = libc.recvmmsg(fd, headers, count, flags, timeout);
      read = Math.max(read, taken);
      return taken;
    },
    sendmmsg: (fd, headers, count, flags) => {
      written = Math.max(written, count);
      return libc.sendmmsg(fd, headers, count, flags);
    },
  };
  const { socket, peer, got, events } = await open(t, counting);
  events.answer = (text, flow) => flow.send(Buffer.from(text));
  for (let index = 0; index < 30; index++) peer.send(`m${index}`, socket.point.port, '127.0.0.1');
  await settled(() => got.length === 30);
  t.equal(got.length, 30);
  t.ok(read > 1, 'read');
  t.ok(written > 1, 'written');
});

t.test('whether many are read at once is for the engine’s options to say', async (t) => {
  const canBatch = (await libcHere(t)) !== undefined;
  for (const udpBatches of [true, false]) {
    const events = new EventRecorder();
    let byDgram = 0;
    const watch = (message: unknown) =>
      (message as { socket: Socket }).socket.on('message', () => {
        byDgram++;
      });
    subscribe('udp.socket', watch);
    const options = transportOptions({ listen: [], udpBatches });
    const ports = createTestPorts();
    const layer = createTransportLayer({ ...options, watchUdpPeers: false }, events, ports);
    const { port } = await layer.listen({ transport: 'udp', host: '127.0.0.1', port: 0 });
    unsubscribe('udp.socket', watch);
    t.teardown(() => layer.close());
    const manyACall = udpBatches && canBatch;
    const lines = ports.logged.filter(({ text }) => text === 'UDP socket open');
    t.same(lines, [{ level: 'info', text: 'UDP socket open', fields: { address: `127.0.0.1:${port}`, manyACall } }]);
    const peer = createSocket('udp4');
    t.teardown(() => peer.close());
    for (let index = 0; index < 30; index++) peer.send(`m${index}`, port, '127.0.0.1');
    await events.message(30);
    if (manyACall) t.ok(byDgram < 30, `${byDgram} of 30`);
    else t.equal(byDgram, 30);
  }
});

t.test('what the system does not take at once is sent all the same, each once', async (t) => {
  const libc = await libcHere(t);
  if (libc === undefined) return;
  const ways: [string, Libc['sendmmsg']][] = [
    ['a few at a time', (fd, headers, count, flags) => libc.sendmmsg(fd, headers, Math.min(count, 3), flags)],
    ['none', () => -1],
    [
      'all but the last',
      (fd, headers, count, flags) => (count < 2 ? -1 : libc.sendmmsg(fd, headers, count - 1, flags)),
    ],
  ];
  for (const [name, sendmmsg] of ways) {
    const { socket, peer, got } = await open(t, { ...libc, sendmmsg });
    const texts = Array.from({ length: 150 }, (_, index) => `m${index} ${'x'.repeat(index)}`);
    for (const text of texts) socket.flow('127.0.0.1', peer.address().port).send(Buffer.from(text));
    await settled(() => got.length === texts.length);
    t.same(got, texts, name);
  }
});

t.test('as long as datagrams wait in dgram, none overtakes them', async (t) => {
  const libc = await libcHere(t);
  if (libc === undefined) return;
  const counts: number[] = [];
  const sendmmsg: Libc['sendmmsg'] = (_fd, _headers, count) => {
    counts.push(count);
    return -1;
  };
  const { bound, socket, peer, got } = await open(t, { ...libc, sendmmsg });
  // From the first that the system has not taken on.
  bound.socket.getSendQueueSize = () => counts.length;
  const texts = Array.from({ length: 150 }, (_, index) => `m${index}`);
  for (const text of texts) socket.flow('127.0.0.1', peer.address().port).send(Buffer.from(text));
  await settled(() => got.length === texts.length);
  t.same(got, texts);
  t.same(counts, [64]);
});

t.test('where a system call fails the port is bound and served by dgram alone', async (t) => {
  const libc = await libcHere(t);
  if (libc === undefined) return;
  const failing: Partial<Libc>[] = [{ socket: () => -1 }, { setsockopt: () => -1 }, { bind: () => -1 }];
  for (const fault of failing) {
    const { bound, socket, peer, events } = await open(t, { ...libc, ...fault });
    t.equal(bound.datagrams, undefined);
    peer.send('hello', socket.point.port, '127.0.0.1');
    t.equal((await events.message()).text, 'hello');
  }
});

t.test('a socket that is never empty leaves the turn to others after some milliseconds', async (t) => {
  const ports = createTestPorts();
  let delivered = 0;
  let left = 96;
  const source: DatagramSource = {
    hasEnded: false,
    read() {
      left -= 32;
      return left < 0 ? 0 : 32;
    },
    isFull: (count) => count === 32,
    bytes: () => Buffer.from('x'),
    address: () => '127.0.0.1',
    port: () => 5060,
  };
  const deliver = () => {
    delivered++;
    ports.advance(1);
  };
  const drain = new UdpDrain(source, ports.clock, { deliver });
  drain.start();
  // Before the next turn begins, what waits for promises has been done.
  for (let step = 0; step < LOT; step++) await new Promise<void>((resolve) => process.nextTick(resolve));
  drain.start();
  t.equal(delivered, 32, 'one read, which takes longer than a turn may');
  await new Promise((resolve) => setImmediate(resolve));
  t.equal(delivered, 64, 'in the next turn it goes on');
});
