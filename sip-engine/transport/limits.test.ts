import t, { type Test } from 'tap';
import { createTransportLayer } from './index.ts';
import type { TransportOptions } from './options.ts';
import { createTestPorts, EventRecorder, settled, sipRequest, TestClient } from './testing.ts';
import type { TransportError } from './types.ts';

async function start(t: Test, options: TransportOptions = {}) {
  const ports = createTestPorts();
  const events = new EventRecorder();
  const layer = createTransportLayer(options, events, ports);
  t.teardown(() => layer.close());
  const point = await layer.listen({ transport: 'tcp', host: '127.0.0.1', port: 0 });
  const talk = async (text: string, localAddress?: string) => {
    const client = await TestClient.connect(point.port, '127.0.0.1', localAddress);
    t.teardown(() => client.socket.destroy());
    const before = events.received.length;
    client.socket.write(text);
    await events.message(before + 1);
    return client;
  };
  return { ports, events, layer, point, talk };
}

t.test('a connection that says nothing is closed, one that talks is not', async (t) => {
  const { ports, events, talk, point, layer } = await start(t, { firstMessageTimeoutMs: 30_000 });
  const silent = await TestClient.connect(point.port);
  const talking = await talk(sipRequest('1'));
  t.equal(layer.connections, 2);
  ports.advance(29_000);
  t.equal(events.closed.length, 0);
  ports.advance(1_000);
  t.equal((await events.close()).reason, 'silent');
  await silent.end();
  t.equal(talking.ended, false);
  t.equal(ports.counted('connections_closed', 'silent'), 1);
});

t.test('an idle connection is closed unless somebody holds it, as often as it is held', async (t) => {
  const { ports, events, talk } = await start(t, { idleTimeoutMs: 60_000 });
  await talk(sipRequest('held'));
  await talk(sipRequest('free'));
  const [held, free] = events.received.map(({ flow }) => flow);
  held?.hold();
  held?.hold();
  held?.release();
  ports.advance(60_000);
  t.same(events.closed, [{ flow: free, reason: 'idle' }]);
  held?.release();
  held?.release();
  ports.advance(1_000);
  t.same(await events.close(2), { flow: held, reason: 'idle' });
});

t.test('sending and keep-alives count as life', async (t) => {
  const { ports, events, talk } = await start(t, { idleTimeoutMs: 60_000 });
  const client = await talk(sipRequest('1'));
  ports.advance(50_000);
  client.socket.write('\r\n\r\n');
  await client.until('\r\n');
  ports.advance(50_000);
  events.received[0]?.flow.send(Buffer.from('x'));
  ports.advance(50_000);
  t.equal(events.closed.length, 0);
  ports.advance(10_000);
  t.equal((await events.close()).reason, 'idle');
});

t.test('a slow sender is cut off though it goes on sending; its headers are delivered to be answered', async (t) => {
  const { ports, events, point } = await start(t, { partialMessageTimeoutMs: 10_000 });
  const client = await TestClient.connect(point.port);
  events.answer = (_text, flow) => flow.send(Buffer.from('SIP/2.0 400 Bad Request\r\n\r\n'));
  const message = sipRequest('slow', 'a long body');
  client.socket.write(message.slice(0, -5));
  await settled(() => ports.counted('messages_in') === 0 && client.socket.bytesWritten > 0);
  for (let i = 0; i < 3; i++) {
    ports.advance(4_000);
    if (events.closed.length > 0) break;
    client.socket.write('x');
    await settled();
  }
  t.equal((await events.close()).reason, 'slow_sender');
  t.equal(events.received[0]?.fault, 'incomplete');
  t.match(await client.end(), /^SIP\/2.0 400/);
  t.equal(ports.counted('connections_closed', 'slow_sender'), 1);
});

t.test('headers that drip in are cut off without being delivered', async (t) => {
  const { ports, events, point } = await start(t, { partialMessageTimeoutMs: 10_000 });
  const client = await TestClient.connect(point.port);
  client.socket.write('OPTIONS sip:a@b SIP/2.0\r\nVia: ');
  await settled();
  ports.advance(5_000);
  client.socket.write('S');
  await settled();
  ports.advance(5_000);
  t.equal((await events.close()).reason, 'slow_sender');
  t.equal(events.received.length, 0);
  await client.end();
});

t.test('connections over the caps, in all and per source, are refused and counted apart', async (t) => {
  const { ports, events, point, layer, talk } = await start(t, { maxConnections: 4, maxConnectionsPerSource: 2 });
  await talk(sipRequest('1'));
  await talk(sipRequest('2'));
  const third = await TestClient.connect(point.port);
  await third.end();
  t.equal(ports.counted('connections_refused', 'per_source'), 1);
  await talk(sipRequest('3'), '127.0.0.3');
  const fourth = await talk(sipRequest('4'), '127.0.0.3');
  const fifth = await TestClient.connect(point.port, '127.0.0.1', '127.0.0.4');
  await fifth.end();
  t.equal(ports.counted('connections_refused', 'total'), 1);
  t.equal(layer.connections, 4);
  fourth.socket.destroy();
  await events.close();
  await settled();
  await talk(sipRequest('5'), '127.0.0.4');
  t.equal(layer.connections, 4);
});

t.test('2,000 idle connections do not keep a message from being answered', async (t) => {
  const { ports, events, point, layer } = await start(t, { maxConnectionsPerSource: 500 });
  const sockets = await Promise.all(Array.from({ length: 2_000 }, () => TestClient.connect(point.port)));
  const client = await TestClient.connect(point.port, '127.0.0.1', '127.0.0.9');
  t.teardown(() => [...sockets, client].forEach(({ socket }) => void socket.destroy()));
  events.answer = (_text, flow) => flow.send(Buffer.from('ok'));
  client.socket.write(sipRequest('one of us'));
  t.equal(await client.until('ok'), 'ok');
  const refused = () => ports.counted('connections_refused', 'per_source');
  await settled(() => refused() === 1_500);
  t.equal(refused(), 1_500);
  t.equal(layer.connections, 501);
});

t.test('Content-Length lies close the connection after the answer, each under its own label', async (t) => {
  const { ports, events, point } = await start(t);
  events.answer = (_text, flow) => flow.send(Buffer.from('SIP/2.0 400 Bad Request\r\n\r\n'));
  const lies: [string, string][] = [
    ['Content-Length: -1', 'bad_length'],
    ['X: none', 'no_length'],
    ['Content-Length: 4294967296', 'too_large'],
    ['Content-Length: 3', 'garbage'],
  ];
  for (const [header, reason] of lies) {
    const client = await TestClient.connect(point.port);
    client.socket.write(`${sipRequest('lie').replace('Content-Length: 0', header)}v=0\r\no=- 1 1 IN IP4 h\r\n`);
    t.match(await client.end(), /^SIP\/2.0 400/, header);
    t.equal(events.closed.at(-1)?.reason, reason);
    t.equal(ports.counted('framing_errors', reason), 1, header);
  }
});

t.test('a 10 MB header is cut off at the limit', async (t) => {
  const { ports, events, point } = await start(t);
  const client = await TestClient.connect(point.port);
  client.socket.write(`${sipRequest('big').trimEnd()}\r\nX: ${'a'.repeat(10_000_000)}`);
  t.equal((await events.close()).reason, 'too_large');
  await client.end();
  t.equal(events.received.length, 0);
  t.equal(ports.counted('framing_errors', 'too_large'), 1);
});

t.test('a peer that reads nothing is closed when its queue is full, and the sender is told', async (t) => {
  const { ports, events, talk } = await start(t, { maxWriteQueueBytes: 200_000 });
  const client = await talk(sipRequest('deaf'));
  client.socket.pause();
  const flow = events.received[0]?.flow;
  const codes = new Set<string>();
  const chunk = Buffer.alloc(50_000, 'x');
  for (let i = 0; i < 2_000 && flow?.closed === false; i++) {
    flow.send(chunk, (error: TransportError) => codes.add(error.code));
    await settled();
  }
  t.equal((await events.close()).reason, 'queue_full');
  await settled(() => codes.has('queue_full'));
  t.ok(codes.has('queue_full'));
  t.equal(ports.counted('connections_closed', 'queue_full'), 1);
});

t.test('a peer that takes nothing for long is closed as stalled though it is held', async (t) => {
  const { ports, events, talk } = await start(t, { writeStallTimeoutMs: 30_000, maxWriteQueueBytes: 64_000_000 });
  const client = await talk(sipRequest('deaf'));
  client.socket.pause();
  const flow = events.received[0]?.flow;
  flow?.hold();
  flow?.send(Buffer.alloc(30_000_000, 'x'));
  await settled();
  ports.advance(1_000);
  ports.advance(30_000);
  t.equal((await events.close()).reason, 'stalled');
});

t.test('an outgoing connection that does not come to stand times out', async (t) => {
  const { ports, events, layer } = await start(t, { connectTimeoutMs: 5_000 });
  const { point } = await start(t);
  const flow = layer.flowTo({ transport: 'tcp', address: '127.0.0.1', port: point.port });
  const failed = new Promise<TransportError>((resolve) => flow.send(Buffer.from('x'), resolve));
  // Before the event loop can learn that it stands.
  ports.advance(5_000);
  t.equal((await failed).code, 'timeout');
  t.same(events.closed, [{ flow, reason: 'connect_timeout' }]);
});

t.test('bytes for a connection that does not stand yet are bounded', async (t) => {
  const { events, layer } = await start(t, { maxWriteQueueBytes: 1_000 });
  const { point } = await start(t);
  const flow = layer.flowTo({ transport: 'tcp', address: '127.0.0.1', port: point.port });
  const codes: string[] = [];
  const failed = [600, 600].map(
    (size) => new Promise<void>((resolve) => flow.send(Buffer.alloc(size), (e) => resolve(void codes.push(e.code)))),
  );
  await Promise.all(failed);
  t.same(codes, ['queue_full', 'queue_full']);
  t.equal(events.closed[0]?.reason, 'queue_full');
});

t.test('half-received messages of all connections share one budget, which is given back', async (t) => {
  const { ports, events, point, talk } = await start(t, { maxPartialBytes: 20_000 });
  const half = sipRequest('half', 'x'.repeat(9_000)).slice(0, -10);
  const clients = [await TestClient.connect(point.port), await TestClient.connect(point.port)];
  for (const client of clients) client.socket.write(half);
  await settled(() => clients.every(({ socket }) => socket.bytesWritten > 0));
  const third = await TestClient.connect(point.port);
  third.socket.write(half);
  t.equal((await events.close()).reason, 'overload');
  await third.end();
  t.equal(ports.counted('framing_errors', 'overload'), 1);
  await settled();
  for (const client of clients) client.socket.write('x'.repeat(10));
  await events.message(2);
  const whole = await talk(sipRequest('again', 'x'.repeat(9_000)));
  t.equal(events.received.length, 3);
  for (const { socket } of [...clients, whole]) socket.destroy();
});

t.test('a banned address is closed before anything is read', async (t) => {
  const ports = createTestPorts();
  const events = Object.assign(new EventRecorder(), { onConnection: (address: string) => address !== '127.0.0.66' });
  const layer = createTransportLayer({}, events, ports);
  t.teardown(() => layer.close());
  const point = await layer.listen({ transport: 'tcp', host: '127.0.0.1', port: 0 });
  const banned = await TestClient.connect(point.port, '127.0.0.1', '127.0.0.66');
  banned.socket.write(sipRequest('banned'));
  await banned.end();
  const client = await TestClient.connect(point.port);
  client.socket.write(sipRequest('fine'));
  t.match((await events.message()).text, 'Call-ID: fine');
  t.equal(ports.counted('connections_refused', 'filtered'), 1);
  client.socket.destroy();
});

t.test('a closed layer has closed every connection, and each was reported once', async (t) => {
  const { events, layer, talk } = await start(t);
  const clients = [await talk(sipRequest('1')), await talk(sipRequest('2'))];
  await layer.close();
  await Promise.all(clients.map((client) => client.end()));
  t.same(
    events.closed.map(({ reason }) => reason),
    ['shutdown', 'shutdown'],
  );
  t.equal(layer.connections, 0);
});

t.test('a flow the upper layers give up is closed', async (t) => {
  const { events, layer, talk } = await start(t);
  const client = await talk(sipRequest('1'));
  const { flow } = await events.message();
  layer.closeFlow(flow);
  layer.closeFlow(flow);
  await client.end();
  t.same(events.closed, [{ flow, reason: 'requested' }]);
});
