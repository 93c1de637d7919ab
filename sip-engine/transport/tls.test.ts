import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import t, { type Test } from 'tap';
import { createTransportLayer } from './index.ts';
import type { TransportOptions } from './options.ts';
import { createTestPorts, EventRecorder, settled, sipRequest, TestClient } from './testing.ts';
import { shakeHands, TestAuthority } from './testing-tls.ts';
import type { TransportError } from './types.ts';

const authority = new TestAuthority();
const a = authority.issue('a', 'DNS:a.example,URI:sip:sip.a.example');
const b = authority.issue('b', 'DNS:b.example,DNS:*.b.example');
const ca = readFileSync(authority.caFile, 'utf8');
t.teardown(() => authority.remove());

async function start(t: Test, tls: Partial<TransportOptions['tls']> = {}, options: TransportOptions = {}) {
  const ports = createTestPorts();
  const events = new EventRecorder();
  const own = { certificates: [a, b], caFile: authority.caFile, ...tls };
  const layer = createTransportLayer({ tls: own, ...options }, events, ports);
  t.teardown(() => layer.close());
  const point = await layer.listen({ transport: 'tls', host: '127.0.0.1', port: 0 });
  return { ports, events, layer, point };
}

const handshake = (t: Test, port: number, options: ConnectionOptions = {}) => shakeHands(t, ca, port, options);

const target = (port: number, serverName?: string) =>
  ({ transport: 'tls', address: '127.0.0.1', port, ...(serverName === undefined ? {} : { serverName }) }) as const;

t.test('a message over TLS is delivered and answered on its flow', async (t) => {
  const { events, point } = await start(t);
  const socket = await handshake(t, point.port);
  events.answer = (_text, flow) => flow.send(Buffer.from('answer'));
  socket.write(sipRequest('tls'));
  const [answer] = await once(socket, 'data');
  t.equal(String(answer), 'answer');
  const { flow } = await events.message();
  t.match(flow, { transport: 'tls', reliable: true, peerCertificate: undefined });
  t.match(flow.id, /^tls\/\d+$/);
});

t.test('a TLS handshake that never ends is cut off, counted, and is no flow', async (t) => {
  const { ports, events, point, layer } = await start(t, {}, { handshakeTimeoutMs: 10_000 });
  const client = await TestClient.connect(point.port);
  const dripping = await TestClient.connect(point.port);
  dripping.socket.write(Buffer.from([22, 3, 1, 2, 0]));
  await settled();
  ports.advance(10_000);
  await client.end();
  await dripping.end();
  t.equal(ports.counted('connections_closed', 'handshake_timeout'), 2);
  t.equal(ports.counted('connections_closed', 'handshake_failed'), 0);
  t.equal(layer.connections, 0);
  t.same([events.received, events.closed], [[], []]);
});

t.test('SIP in clear text on the TLS port is closed and counted', async (t) => {
  const { ports, events, point } = await start(t);
  const client = await TestClient.connect(point.port);
  client.socket.write(sipRequest('clear'));
  await client.end();
  await settled(() => ports.counted('connections_closed', 'handshake_failed') > 0);
  t.equal(ports.counted('connections_closed', 'handshake_failed'), 1);
  t.equal(events.received.length, 0);
});

t.test('unfinished handshakes count against the caps', async (t) => {
  const { ports, point } = await start(t, {}, { maxConnectionsPerSource: 2 });
  const stuck = [await TestClient.connect(point.port), await TestClient.connect(point.port)];
  const third = await TestClient.connect(point.port);
  await third.end();
  t.equal(ports.counted('connections_refused', 'per_source'), 1);
  for (const { socket } of stuck) socket.destroy();
});

t.test('mutual TLS: the names of a trusted certificate are on the flow, strangers are turned away', async (t) => {
  const { events, point } = await start(t, { clientCertificates: 'require' });
  const { certFile, keyFile } = a;
  const trusted = await handshake(t, point.port, { cert: readFileSync(certFile), key: readFileSync(keyFile) });
  trusted.write(sipRequest('mutual'));
  const { flow } = await events.message();
  t.match(flow.peerCertificate, { subject: 'CN=cn-of-a', names: ['a.example', 'sip.a.example'] });
  t.match(flow.peerCertificate?.fingerprint256, /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
  const stranger = await handshake(t, point.port, { maxVersion: 'TLSv1.2' }).catch(() => undefined);
  stranger?.write(sipRequest('stranger'));
  if (stranger !== undefined && !stranger.closed) await once(stranger, 'close');
  t.equal(events.received.length, 1);
});

t.test('with certificates only requested, one of an unknown authority proves no name', async (t) => {
  const other = new TestAuthority();
  t.teardown(() => other.remove());
  const forged = other.issue('a', 'DNS:a.example');
  const { events, point } = await start(t, { clientCertificates: 'request' });
  const cert = { cert: readFileSync(forged.certFile), key: readFileSync(forged.keyFile) };
  (await handshake(t, point.port, cert)).write(sipRequest('forged'));
  (await handshake(t, point.port)).write(sipRequest('none'));
  await events.message(2);
  for (const { flow } of events.received) t.equal(flow.peerCertificate, undefined);
});

t.test('an outgoing connection checks the name it was given, DNS or sip: URI', async (t) => {
  const server = await start(t);
  const { layer } = await start(t);
  for (const name of ['a.example', 'sip.a.example']) {
    layer.flowTo(target(server.point.port, name)).send(Buffer.from(sipRequest(name.replaceAll('.', ''))));
  }
  await server.events.message(2);
  const wrong = layer.flowTo(target(server.point.port, 'c.example'));
  const error = await new Promise<TransportError>((resolve) => wrong.send(Buffer.from('x'), resolve));
  t.equal(error.code, 'tls');
  t.equal(server.events.received.length, 2);
});

t.test('a TLS connection is reused only for the name it has proved', async (t) => {
  const server = await start(t);
  const { layer } = await start(t);
  const first = layer.flowTo(target(server.point.port, 'a.example'));
  t.equal(layer.flowTo(target(server.point.port, 'a.example')), first);
  t.not(layer.flowTo(target(server.point.port, 'sip.a.example')), first);
  first.send(Buffer.from(sipRequest('reuse')));
  await server.events.message();
  t.equal(layer.flowTo(target(server.point.port, 'sip.a.example')).closed, false);
});

t.test('listening on TLS without any certificate configured says so', async (t) => {
  const bare = createTransportLayer({}, new EventRecorder(), createTestPorts());
  await t.rejects(bare.listen({ transport: 'tls', host: '127.0.0.1', port: 0 }), { code: 'tls' });
  await bare.close();
});
