import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import t, { type Test } from 'tap';
import { createTransportLayer } from './index.ts';
import type { TransportOptions } from './options.ts';
import { createTestPorts, EventRecorder, sipRequest, TestClient } from './testing.ts';
import type { ListenSpec, TransportError } from './types.ts';

async function start(t: Test, spec: Partial<ListenSpec> = {}, options: TransportOptions = {}) {
  const ports = createTestPorts();
  const events = new EventRecorder();
  const layer = createTransportLayer(options, events, ports);
  t.teardown(() => layer.close());
  const point = await layer.listen({ transport: 'tcp', host: '127.0.0.1', port: 0, ...spec });
  return { ports, events, layer, point };
}

async function udpPeer(t: Test, host = '127.0.0.1') {
  const socket = createSocket({ type: host.includes(':') ? 'udp6' : 'udp4' });
  socket.bind(0, host);
  await once(socket, 'listening');
  t.teardown(() => socket.close());
  return { socket, port: socket.address().port, next: async () => String((await once(socket, 'message'))[0]) };
}

t.test('a datagram is a message, and its flow is the way back, also by its id', async (t) => {
  const { layer, events, point, ports } = await start(t, { transport: 'udp' });
  const peer = await udpPeer(t);
  peer.socket.send(sipRequest('u1', 'a\0b'), point.port, '127.0.0.1');
  const { text, flow } = await events.message();
  t.equal(text, sipRequest('u1', 'a\0b'));
  t.equal(flow.id, `udp/127.0.0.1:${point.port}/127.0.0.1:${peer.port}`);
  t.match(flow, { transport: 'udp', reliable: false, closed: false, localAddress: '127.0.0.1', localPort: point.port });
  flow.send(Buffer.from('first'));
  t.equal(await peer.next(), 'first');
  layer.findFlow(flow.id)?.send(Buffer.from('second'));
  t.equal(await peer.next(), 'second');
  t.equal(layer.listenPointOf(flow), point);
  t.equal(ports.counted('messages_in', 'udp'), 1);
});

t.test(
  'shut in, it sends to the peers it was given and to whoever it has heard from, and over UDP alone',
  async (t) => {
    const given = await udpPeer(t);
    const caller = await udpPeer(t);
    const options = { onlyPeers: [`127.0.0.1:${given.port}`] };
    const { layer, events, point } = await start(t, { transport: 'udp' }, options);
    await layer.listen({ transport: 'tcp', host: '127.0.0.1', port: 0 });
    const to = (port: number, transport: 'udp' | 'tcp' = 'udp') =>
      layer.flowTo({ transport, address: '127.0.0.1', port });
    const id = `udp/127.0.0.1:${point.port}/127.0.0.1:${caller.port}`;
    t.throws(() => to(caller.port), { code: 'unreachable' });
    t.equal(layer.findFlow(id), undefined);
    t.throws(() => to(given.port, 'tcp'), { code: 'unreachable' });
    to(given.port).send(Buffer.from('first'));
    t.equal(await given.next(), 'first');
    caller.socket.send(sipRequest('u1'), point.port, '127.0.0.1');
    await events.message();
    layer.findFlow(id)?.send(Buffer.from('second'));
    t.equal(await caller.next(), 'second');
    to(caller.port).send(Buffer.from('third'));
    t.equal(await caller.next(), 'third');
  },
);

t.test('IPv6 loopback works over UDP and TCP, with brackets in ids and advertised addresses', async (t) => {
  const { layer, events, point } = await start(t, { transport: 'udp', host: '::1' });
  const peer = await udpPeer(t, '::1');
  peer.socket.send(sipRequest('v6'), point.port, '::1');
  const { flow } = await events.message();
  t.equal(flow.id, `udp/[::1]:${point.port}/[::1]:${peer.port}`);
  t.same(point.advertisedFor('::1'), { host: '[::1]', port: point.port });
  layer.findFlow(flow.id)?.send(Buffer.from('back'));
  t.equal(await peer.next(), 'back');
  const tcp = await layer.listen({ transport: 'tcp', host: '::1', port: 0 });
  const client = await TestClient.connect(tcp.port, '::1');
  client.socket.write(sipRequest('v6tcp'));
  t.equal((await events.message(2)).flow.remoteAddress, '::1');
  client.socket.destroy();
});

t.test('a UDP flow id that names no socket of ours, or nonsense, finds nothing', async (t) => {
  const { layer, point } = await start(t, { transport: 'udp' });
  const bad = [
    'udp/127.0.0.1:1/127.0.0.1:5',
    `udp/127.0.0.1:${point.port}/nowhere:5`,
    'udp/',
    '',
    'tcp/1',
    'udp/a/b/c',
  ];
  for (const id of [...bad, `udp/127.0.0.1:${point.port}/127.0.0.1:0`, `udp/127.0.0.1:${point.port}/127.0.0.1:65536`]) {
    t.equal(layer.findFlow(id), undefined, id);
  }
});

t.test('keep-alives and noise on UDP are counted and go no further', async (t) => {
  const { events, point, ports } = await start(t, { transport: 'udp' });
  const peer = await udpPeer(t);
  for (const noise of ['\r\n\r\n', '\0\0\0\0', '\0\x01\0\x08!stun', '\xff\xfe', `\r\n${sipRequest('real')}`]) {
    peer.socket.send(Buffer.from(noise, 'latin1'), point.port, '127.0.0.1');
  }
  t.equal((await events.message()).text, sipRequest('real'));
  t.equal(ports.counted('keepalives_in', 'udp'), 2);
  t.equal(ports.counted('dropped'), 2);
});

t.test('a large UDP message leaves by UDP, is counted and warned of once; one over 64 kB is refused', async (t) => {
  const { layer, point, ports } = await start(t, { transport: 'udp' });
  const peer = await udpPeer(t);
  const flow = layer.flowTo({ transport: 'udp', address: '127.0.0.1', port: peer.port }, point);
  flow.send(Buffer.alloc(12_000, 'a'));
  t.equal((await peer.next()).length, 12_000);
  flow.send(Buffer.alloc(2_000, 'a'));
  t.equal((await peer.next()).length, 2_000);
  t.equal(ports.counted('udp_oversize'), 2);
  // A system whose receive buffers are small is warned of beside it.
  const warnings = ports.logged.filter(({ level, text }) => level === 'warn' && !/receive buffer/.test(text));
  t.equal(warnings.length, 1);
  const error = await new Promise<TransportError>((resolve) => flow.send(Buffer.alloc(65_508), resolve));
  t.equal(error.code, 'too_large');
});

t.test('datagrams beyond the queue of a socket are refused, counted, and their senders told', async (t) => {
  // Above every queue, an empty one too: on loopback the system takes all at once.
  const { layer, point, ports } = await start(t, { transport: 'udp' }, { udpQueueBytes: -1 });
  const flow = layer.flowTo({ transport: 'udp', address: '127.0.0.1', port: point.port }, point);
  const error = await new Promise<TransportError>((resolve) => flow.send(Buffer.from('x'), resolve));
  t.equal(error.code, 'queue_full');
  t.equal(ports.counted('transport_errors', 'queue_full'), 1);
  t.equal(ports.counted('messages_out'), 0);
});

t.test('two connections from one address are two flows, and each gets its own answer', async (t) => {
  const { layer, events, point } = await start(t);
  const [one, two] = [await TestClient.connect(point.port), await TestClient.connect(point.port)];
  events.answer = (text, flow) => flow.send(Buffer.from(`answer to ${/Call-ID: (\w+)/.exec(text)?.[1]}`));
  one.socket.write(sipRequest('one'));
  await one.until('answer');
  two.socket.write(sipRequest('two'));
  await two.until('answer');
  t.equal(one.received, 'answer to one');
  t.equal(two.received, 'answer to two');
  const [first, second] = events.received.map(({ flow }) => flow);
  t.not(first?.id, second?.id);
  t.match(first, { transport: 'tcp', reliable: true, remotePort: one.socket.localPort, localPort: point.port });
  t.equal(layer.findFlow(second?.id ?? ''), second);
  one.socket.destroy();
  t.same(await events.close(), { flow: first, reason: 'peer' });
  t.equal(layer.findFlow(first?.id ?? ''), undefined);
  t.equal(second?.closed, false);
  two.socket.destroy();
  await events.close(2);
  t.equal(layer.connections, 0);
});

t.test('a double CRLF on TCP is answered with one CRLF, and nothing goes up', async (t) => {
  const { events, point, ports } = await start(t);
  const client = await TestClient.connect(point.port);
  client.socket.write('\r\n\r\n');
  t.equal(await client.until('\r\n'), '\r\n');
  t.equal(events.received.length, 0);
  t.equal(ports.counted('keepalives_in', 'tcp'), 1);
  client.socket.destroy();
});

t.test('a target that already has a connection is reached over it, in either direction', async (t) => {
  const { layer, events, point } = await start(t);
  const client = await TestClient.connect(point.port);
  client.socket.write(sipRequest('reuse'));
  const { flow } = await events.message();
  const port = client.socket.localPort ?? 0;
  t.equal(layer.flowTo({ transport: 'tcp', address: '127.0.0.1', port }), flow);
  t.equal(
    layer.flowTo({ transport: 'tcp', address: '::ffff:127.0.0.1', port }),
    flow,
    'IPv4-mapped is the same address',
  );
  const other = await start(t);
  const out = layer.flowTo({ transport: 'tcp', address: '127.0.0.1', port: other.point.port });
  t.equal(layer.flowTo({ transport: 'tcp', address: '127.0.0.1', port: other.point.port }), out);
  out.send(Buffer.from(sipRequest('queued while connecting')));
  const there = await other.events.message();
  there.flow.send(Buffer.from(sipRequest('and back')));
  t.equal((await events.message(2)).flow, out);
  t.equal(other.layer.flowTo({ transport: 'tcp', address: '127.0.0.1', port: there.flow.remotePort }), there.flow);
  client.socket.destroy();
});

t.test('a refused connection tells every waiting sender once, later, and closes the flow once', async (t) => {
  const { layer, events, ports } = await start(t);
  const gone = await start(t);
  await gone.layer.close();
  const flow = layer.flowTo({ transport: 'tcp', address: '127.0.0.1', port: gone.point.port });
  const errors: TransportError[] = [];
  const failed = [1, 2].map(
    () => new Promise<void>((resolve) => flow.send(Buffer.from('x'), (e) => resolve(void errors.push(e)))),
  );
  t.equal(errors.length, 0, 'never within send');
  await Promise.all(failed);
  t.same(
    errors.map(({ code }) => code),
    ['refused', 'refused'],
  );
  t.same(events.closed, [{ flow, reason: 'connect_failed' }]);
  const late = await new Promise<TransportError>((resolve) => flow.send(Buffer.from('x'), resolve));
  t.equal(late.code, 'closed');
  t.equal(layer.connections, 0);
  t.equal(ports.counted('transport_errors', 'refused'), 1);
});

t.test('a transport nobody listens on is an error of its own', async (t) => {
  const { layer } = await start(t, { transport: 'udp' });
  t.throws(() => layer.flowTo({ transport: 'tcp', address: '127.0.0.1', port: 5060 }), { code: 'no_transport' });
  t.throws(() => layer.flowTo({ transport: 'udp', address: '::1', port: 5060 }), { code: 'no_transport' });
  t.throws(() => layer.flowTo({ transport: 'udp', address: 'example.com', port: 5060 }), { code: 'unreachable' });
});

t.test('a port that is taken is refused with the cause, UDP and TCP', async (t) => {
  for (const transport of ['udp', 'tcp'] as const) {
    const { point } = await start(t, { transport });
    const { layer } = await start(t, { transport });
    await t.rejects(layer.listen({ transport, host: '127.0.0.1', port: point.port }), {
      code: 'no_transport',
      cause: { code: 'EADDRINUSE' },
    });
  }
});

t.test('a handler that throws takes neither the socket nor the connection with it', async (t) => {
  const { layer, events, point, ports } = await start(t);
  const udp = await layer.listen({ transport: 'udp', host: '127.0.0.1', port: 0 });
  const peer = await udpPeer(t);
  const client = await TestClient.connect(point.port);
  events.answer = () => {
    throw new Error('a bug above');
  };
  client.socket.write(sipRequest('a') + sipRequest('b'));
  peer.socket.send(sipRequest('c'), udp.port, '127.0.0.1');
  peer.socket.send(sipRequest('d'), udp.port, '127.0.0.1');
  await events.message(4);
  t.equal(ports.logged.filter(({ level }) => level === 'error').length, 4);
  t.equal(events.closed.length, 0);
  client.socket.destroy();
});

t.test('answers given within one event-loop turn all arrive, in order', async (t) => {
  const { layer, point } = await start(t, { transport: 'udp' });
  const peer = await udpPeer(t);
  const flow = layer.flowTo({ transport: 'udp', address: '127.0.0.1', port: peer.port }, point);
  const got: string[] = [];
  const all = new Promise<void>((resolve) =>
    peer.socket.on('message', (bytes) => got.push(String(bytes)) === 50 && resolve()),
  );
  for (let i = 0; i < 50; i++) flow.send(Buffer.from(`m${i}`));
  await all;
  t.same(
    got,
    Array.from({ length: 50 }, (_, i) => `m${i}`),
  );
});
