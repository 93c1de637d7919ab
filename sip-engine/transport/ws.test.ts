import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import t, { type Test } from 'tap';
import { WebSocket } from 'ws';
import { createTransportLayer } from './index.ts';
import type { TransportOptions } from './options.ts';
import { createTestPorts, EventRecorder, settled, sipRequest, TestClient } from './testing.ts';
import { TestAuthority } from './testing-tls.ts';

async function start(t: Test, options: TransportOptions = {}, transport: 'ws' | 'wss' = 'ws') {
  const ports = createTestPorts();
  const events = new EventRecorder();
  const layer = createTransportLayer(options, events, ports);
  t.teardown(() => layer.close());
  const point = await layer.listen({ transport, host: '127.0.0.1', port: 0 });
  return { ports, events, layer, point };
}

async function open(
  t: Test,
  url: string,
  options: WebSocket.ClientOptions & ConnectionOptions = {},
): Promise<WebSocket> {
  const socket = new WebSocket(url, 'sip', options);
  t.teardown(() => socket.terminate());
  socket.on('error', () => undefined);
  await once(socket, 'open');
  return socket;
}

t.test('a WebSocket message is a SIP message, and answers are text frames unless they are not UTF-8', async (t) => {
  const { events, layer, point } = await start(t);
  const socket = await open(t, `ws://127.0.0.1:${point.port}`);
  t.equal(socket.protocol, 'sip');
  socket.send(sipRequest('text'));
  socket.send(Buffer.from(sipRequest('binary')));
  await events.message(2);
  t.same(
    events.received.map(({ text }) => text),
    [sipRequest('text'), sipRequest('binary')],
  );
  const [{ flow }] = events.received as [(typeof events.received)[0]];
  t.match(flow.id, /^ws\/\d+$/);
  t.match(flow, { transport: 'ws', reliable: true, remoteAddress: '127.0.0.1', localPort: point.port });
  flow.send(Buffer.from('héllo'));
  const [text, isBinary] = await once(socket, 'message');
  t.same([String(text), isBinary], ['héllo', false]);
  flow.send(Buffer.from([0xff, 0xfe]));
  t.same(await once(socket, 'message'), [Buffer.from([0xff, 0xfe]), true]);
  t.equal(layer.flowTo({ transport: 'ws', address: '127.0.0.1', port: flow.remotePort }), flow);
  socket.close();
  t.same(await events.close(), { flow, reason: 'peer' });
});

t.test('a client that is not connected cannot be reached over WebSocket', async (t) => {
  const { layer } = await start(t);
  t.throws(() => layer.flowTo({ transport: 'ws', address: '127.0.0.1', port: 5 }), { code: 'unreachable' });
});

t.test('CRLF keep-alive works in WebSocket frames too', async (t) => {
  const { events, point } = await start(t);
  const socket = await open(t, `ws://127.0.0.1:${point.port}`);
  socket.send('\r\n\r\n');
  t.equal(String((await once(socket, 'message'))[0]), '\r\n');
  socket.send(`\r\n${sipRequest('behind')}`);
  t.equal((await events.message()).text, sipRequest('behind'));
});

t.test('without the subprotocol sip, and without an upgrade, there is no connection', async (t) => {
  const { ports, events, layer, point } = await start(t);
  const socket = new WebSocket(`ws://127.0.0.1:${point.port}`, 'chat');
  const [error] = await once(socket, 'error');
  t.match(error.message, '400');
  const client = await TestClient.connect(point.port);
  client.socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  t.match(await client.end(), /^HTTP\/1.1 426/);
  const noise = await TestClient.connect(point.port);
  noise.socket.write(sipRequest('no http'));
  await noise.end();
  await settled(() => ports.counted('connections_closed', 'upgrade_failed') === 3);
  t.equal(ports.counted('connections_closed', 'upgrade_failed'), 3);
  t.equal(layer.connections, 0);
  t.equal(events.closed.length, 0);
});

t.test('an upgrade that never comes is cut off under the handshake limit', async (t) => {
  const { ports, point } = await start(t, { handshakeTimeoutMs: 10_000 });
  const client = await TestClient.connect(point.port);
  client.socket.write('GET / HTTP/1.1\r\nHost:');
  await settled();
  ports.advance(10_000);
  await client.end();
  t.equal(ports.counted('connections_closed', 'upgrade_timeout'), 1);
  t.equal(ports.counted('connections_closed', 'handshake_timeout'), 0);
});

t.test('a frame that drips in is cut off, a slow talker with whole frames is not', async (t) => {
  const { ports, events, point } = await start(t, { partialMessageTimeoutMs: 10_000 });
  const client = await TestClient.connect(point.port);
  const key = 'dGhlIHNhbXBsZSBub25jZQ==';
  const lines = ['Host: x', 'Upgrade: websocket', 'Connection: Upgrade', 'Sec-WebSocket-Version: 13'];
  const upgrade = [...lines, `Sec-WebSocket-Key: ${key}`, 'Sec-WebSocket-Protocol: sip'];
  client.socket.write(`GET / HTTP/1.1\r\n${upgrade.join('\r\n')}\r\n\r\n`);
  await client.until('\r\n\r\n');
  const talker = await open(t, `ws://127.0.0.1:${point.port}`);
  // A masked text frame of 100 bytes, of which the header and two bytes are sent.
  client.socket.write(Buffer.from([0x81, 0x80 | 100, 1, 2, 3, 4, 5, 6]));
  for (let second = 0; second <= 10; second++) {
    const before = events.received.length;
    talker.send(sipRequest(`s${second}`));
    await events.message(before + 1);
    if (!client.ended) client.socket.write('x');
    await settled();
    ports.advance(1_000);
  }
  t.equal((await events.close()).reason, 'slow_sender');
  await client.end();
  t.equal(events.closed.length, 1);
  t.equal(talker.readyState, WebSocket.OPEN);
});

t.test('a message over the limit closes the connection and is counted', async (t) => {
  const { ports, events, point } = await start(t, { maxMessageBytes: 5_000 });
  const socket = await open(t, `ws://127.0.0.1:${point.port}`);
  socket.send('x'.repeat(5_001));
  t.equal((await events.close()).reason, 'too_large');
  t.equal(ports.counted('framing_errors', 'too_large'), 1);
  t.equal(events.received.length, 0);
});

t.test('a client that does not answer pings is closed though it is held; one that does stays', async (t) => {
  const { ports, events, point } = await start(t, { wsPingIntervalMs: 30_000 });
  const url = `ws://127.0.0.1:${point.port}`;
  const deaf = await open(t, url, { autoPong: false });
  deaf.send(sipRequest('deaf'));
  (await events.message()).flow.hold();
  const alive = await open(t, url);
  alive.send(sipRequest('alive'));
  await events.message(2);
  for (let i = 0; i < 3; i++) {
    const pinged = once(alive, 'ping');
    ports.advance(30_000);
    if (i < 2) await pinged;
    await settled();
  }
  t.match(await events.close(), { reason: 'ping_timeout' });
  t.equal(events.closed[0]?.flow, events.received[0]?.flow);
  t.equal(alive.readyState, WebSocket.OPEN);
});

t.test('WSS shows the certificate of the SIP domain and carries messages both ways', async (t) => {
  const authority = new TestAuthority();
  t.teardown(() => authority.remove());
  const certificates = [authority.issue('first', 'DNS:first.example'), authority.issue('second', 'DNS:second.example')];
  const { events, point } = await start(t, { tls: { certificates } }, 'wss');
  const url = `wss://127.0.0.1:${point.port}`;
  const socket = await open(t, url, { ca: readFileSync(authority.caFile), servername: 'second.example' });
  socket.send(sipRequest('wss'));
  const { flow } = await events.message();
  t.match(flow.id, /^wss\/\d+$/);
  flow.send(Buffer.from('back'));
  t.equal(String((await once(socket, 'message'))[0]), 'back');
});

t.test('a closed layer closes its WebSockets', async (t) => {
  const { layer, events, point } = await start(t);
  const socket = await open(t, `ws://127.0.0.1:${point.port}`);
  socket.send(sipRequest('1'));
  await events.message();
  const closed = once(socket, 'close');
  await layer.close();
  t.equal((await closed)[0], 1_000);
  t.equal(events.closed[0]?.reason, 'shutdown');
});
