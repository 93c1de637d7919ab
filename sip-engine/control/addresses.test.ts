import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createTcpServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import t, { type Test } from 'tap';
import { WebSocket } from 'ws';
import { startEngine, tcpPeer, udpPeer } from '../engine-test-peer.ts';
import { parseMessage, type SipMessage } from '../message/index.ts';
import { TestInbox } from '../testing-inbox.ts';
import { TestAuthority } from '../transport/testing-tls.ts';
import type { EngineOptions } from '../types.ts';
import { AppPeer } from './app-peer.ts';
import { answeredCall, answerText, testbed, txn } from './call-testbed.ts';
import { inviteText, requestIn, responseTo } from './call-text.ts';

const END = 'Content-Length: 0\r\n\r\n';
const BYE = `BYE sip:placeholder SIP/2.0\r\n${END}`;

/** Messages without bodies on a stream, one by one. */
function messagesOf(socket: Socket): () => Promise<SipMessage> {
  const inbox = new TestInbox<SipMessage>('the stream', ({ raw }) => raw.toString('latin1').split('\r\n')[0] ?? '');
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
    for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
      inbox.put(parseMessage(Buffer.from(text.slice(0, end + 4), 'latin1')));
      text = text.slice(end + 4);
    }
  });
  return () => inbox.take();
}

/** A call to the engine that its app answers; what the caller's Contact and Record-Route say is the test's. */
async function answered(t: Test, name: string, change: (text: string) => string, options: Partial<EngineOptions> = {}) {
  const bed = await testbed(t, options);
  const ok = await answeredCall(bed, name, { change });
  return { ...bed, ok, id: `${name}@test;from-tag=f-${name}` };
}

t.test('a caller behind NAT with Record-Route is called back by its route set', async (t) => {
  const { udpPort } = await startEngine(t);
  const proxy = await udpPeer(t, udpPort);
  const { app, ok, id, peer } = await answered(t, 'rr', (text) =>
    text
      .replace(/Contact: .*/, `Contact: <sip:alice@192.168.1.5:5099>`)
      .replace('Max-Forwards', `Record-Route: <sip:127.0.0.1:${proxy.port};lr>, <sip:far.invalid;lr>\r\nMax-Forwards`),
  );
  t.same(ok.headerValues('record-route'), [`<sip:127.0.0.1:${proxy.port};lr>`, '<sip:far.invalid;lr>']);
  await app.ask(`sip||${id}`, BYE);
  const bye = await proxy.next();
  t.match(bye, { method: 'BYE', uri: 'sip:alice@192.168.1.5:5099' });
  t.same(bye.headerValues('route'), [`<sip:127.0.0.1:${proxy.port};lr>`, '<sip:far.invalid;lr>']);
  t.equal(peer.waiting, 0);
});

t.test('NAT detection switched off: requests go to the Contact, as caller and as callee', async (t) => {
  const { udpPort } = await startEngine(t);
  const elsewhere = await udpPeer(t, udpPort);
  const off = { natDetection: 'off' } as const;
  const there = `<sip:x@localhost:${elsewhere.port}>`;
  const { app, id, peer } = await answered(t, 'no', (text) => text.replace(/Contact: .*/, `Contact: ${there}`), off);
  await app.ask(`sip||${id}`, BYE);
  const bye = await elsewhere.next();
  t.match(bye, { method: 'BYE', uri: `sip:x@localhost:${elsewhere.port}` });
  const lines = 'Call-ID: nc\r\nfrom: <sip:a@h>;tag=f\r\n';
  await app.ask('sip||', `INVITE sip:b@127.0.0.1:${peer.port} SIP/2.0\r\n${lines}${END}`);
  peer.send(responseTo(await peer.next(), 200, { tag: 'b', contact: there }));
  t.match((await app.next()).sip, /^SIP\/2\.0 200/);
  await app.ask('sip||nc;from-tag=f', `ACK sip:x SIP/2.0\r\n${END}`);
  let next = await elsewhere.next();
  while (next.method === 'BYE') next = await elsewhere.next();
  t.match(next, { method: 'ACK', uri: `sip:x@localhost:${elsewhere.port}` });
});

t.test('a callee whose Contact is not where its answer came from gets ACK and BYE there all the same', async (t) => {
  const { app, peer } = await testbed(t);
  const lines = 'Call-ID: cn\r\nfrom: <sip:a@h>;tag=f\r\n';
  await app.ask('sip||', `INVITE sip:b@127.0.0.1:${peer.port} SIP/2.0\r\n${lines}${END}`);
  peer.send(responseTo(await peer.next(), 200, { tag: 'b', contact: '<sip:b@192.168.7.7:5062>' }));
  t.match((await app.next()).sip, /^SIP\/2\.0 200/);
  await app.ask('sip||cn;from-tag=f', `ACK sip:x SIP/2.0\r\n${END}`);
  t.match(await peer.next(), { method: 'ACK', uri: 'sip:b@192.168.7.7:5062' });
  await app.ask('sip||cn;from-tag=f', BYE);
  t.match(await peer.next(), { method: 'BYE', uri: 'sip:b@192.168.7.7:5062' });
});

t.test('a callee behind NAT that was called over TLS gets its ACK over TLS, on the same connection', async (t) => {
  const authority = new TestAuthority();
  t.teardown(() => authority.remove());
  const { certFile, keyFile } = authority.issue('callee', 'IP:127.0.0.1');
  const own = authority.issue('engine', 'DNS:engine.example');
  const server = createTlsServer({ cert: readFileSync(certFile), key: readFileSync(keyFile) });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const { app, engine } = await withListener(t, 'tls', { tls: { ...own, caFile: authority.caFile } });
  const lines = 'Call-ID: ct\r\nfrom: <sip:a@localhost>;tag=f\r\n';
  const uri = `sip:b@127.0.0.1:${portOf(server)};transport=tls`;
  app.send('sip||', `INVITE ${uri} SIP/2.0\r\n${lines}${END}`);
  const [socket] = (await once(server, 'secureConnection')) as [Socket];
  t.teardown(() => socket.destroy());
  const next = messagesOf(socket);
  const invite = await next();
  t.match(invite.header('contact'), /;transport=tls>$/);
  socket.write(responseTo(invite, 200, { tag: 'b', contact: '<sip:b@192.168.7.7:5061;transport=tls>' }));
  t.match((await app.next()).tokens[3], 'OK');
  t.match((await app.next()).sip, /^SIP\/2\.0 200/);
  const echo = await app.ask('sip||ct;from-tag=f', `ACK sip:x SIP/2.0\r\n${END}`);
  t.equal(echo.tokens[6], 'tls');
  t.match(await next(), { method: 'ACK', uri: 'sip:b@192.168.7.7:5061;transport=tls' });
  t.equal(engine.stats.connections, 1);
});

t.test('responses go to the source port, whether the Via asks for it or not', async (t) => {
  const { app, peer } = await testbed(t);
  for (const [name, rport] of [
    ['rp1', ';rport'],
    ['rp2', ''],
  ] as const) {
    peer.send(inviteText(name, 5099, { method: 'OPTIONS' }).replace(';rport;', `${rport};`));
    const request = await app.next();
    t.match(request.sip, new RegExp(`Via: [^\r]*;rport=${peer.port}`));
    await app.ask(`sip|${txn(request)}|`, answerText(request, 200));
    t.equal((await peer.next()).status, 200, rport);
  }
});

t.test('a caller whose TCP connection has closed gets its BYE over a new one to its Contact', async (t) => {
  const { app, tcpPort, engine } = await testbed(t);
  const server = createTcpServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const caller = await tcpPeer(t, tcpPort);
  const overTcp = (text: string): string => text.replace('SIP/2.0/UDP', 'SIP/2.0/TCP');
  const contact = `<sip:alice@127.0.0.1:${portOf(server)};transport=tcp>`;
  caller.send(
    overTcp(inviteText('tn', 5099, { body: '' }))
      .replace('Content-Type: application/sdp\r\n', '')
      .replace(/Contact: .*/, `Contact: ${contact}`),
  );
  const invite = await app.next();
  await app.ask(`sip|${txn(invite)}|`, answerText(invite, 200));
  await caller.next();
  caller.send(overTcp(requestIn(await caller.next(), 'ACK', 1)));
  await app.next();
  caller.close();
  // Until the engine has noticed, round trips.
  while (engine.stats.connections > 0) t.ok(await app.idle());
  app.send('sip||tn@test;from-tag=f-tn', BYE);
  const [socket] = (await once(server, 'connection')) as [Socket];
  t.teardown(() => socket.destroy());
  const bye = await messagesOf(socket)();
  t.match(bye, { method: 'BYE', uri: `sip:alice@127.0.0.1:${portOf(server)};transport=tcp` });
});

t.test('a WebSocket client that registered an address nobody can reach is called over its connection', async (t) => {
  const { app, port } = await withListener(t, 'ws');
  const client = new WebSocket(`ws://127.0.0.1:${port}`, 'sip');
  t.teardown(() => client.terminate());
  await once(client, 'open');
  const contact = '<sip:x@df7jal23ls0d.invalid;transport=ws>';
  const next = async (): Promise<SipMessage> => {
    const [data] = await once(client, 'message');
    return parseMessage(Buffer.from(data));
  };
  client.send(
    inviteText('ws', 5099, { method: 'REGISTER' })
      .replace('SIP/2.0/UDP', 'SIP/2.0/WS')
      .replace(/Contact: .*/, `Contact: ${contact}`),
  );
  const register = await app.next();
  t.equal(register.tokens[4], 'ws');
  const answer = next();
  await app.ask(`sip|${txn(register)}|`, answerText(register, 200, [`Contact: ${contact};expires=60`]));
  t.equal((await answer).status, 200);
  const called = next();
  const echo = await app.ask('sip||', `INVITE sip:x@df7jal23ls0d.invalid;transport=ws SIP/2.0\r\n${END}`);
  t.equal(echo.tokens[6], 'ws');
  t.match(await called, { method: 'INVITE', uri: 'sip:x@df7jal23ls0d.invalid;transport=ws' });
});

t.test('an external address is what peers see in Via, From and Contact; applications are told both', async (t) => {
  const listen = (['udp', 'tcp'] as const).map((transport) => ({
    ...{ transport, host: '127.0.0.1', port: 0, externalHost: '203.0.113.9', externalPort: 6060 },
  }));
  const { engine } = await startEngine(t, { listen });
  const { port } = await engine.listenControl({ host: '127.0.0.1', port: 0, secret: 'secret' });
  const app = await AppPeer.open(t, port);
  const { tokens } = await app.ask('authenticate|secret|');
  const [udp, tcp] = engine.listenPoints;
  t.equal(tokens[4], 'udp/203.0.113.9:6060,tcp/203.0.113.9:6060');
  t.equal(tokens[6], `udp/127.0.0.1:${udp?.port},tcp/127.0.0.1:${tcp?.port}`);
  // Nothing is heard from there; the echo is what was sent.
  const { sip } = await app.ask('sip||', `INVITE sip:b@192.0.2.1 SIP/2.0\r\n${END}`);
  t.match(sip, /^Via: SIP\/2\.0\/UDP 203\.0\.113\.9:6060;/m);
  t.match(sip, /^From: <sip:203\.0\.113\.9:6060>;tag=/m);
  t.match(sip, /^Contact: <sip:203\.0\.113\.9:6060>\r$/m);
});

t.test('of two addresses the one in the target’s network is used, and told', async (t) => {
  const listen = (['127.0.0.1', '::1'] as const).map((host) => ({ transport: 'udp', host, port: 0 }) as const);
  const { engine } = await startEngine(t, { listen });
  const { port } = await engine.listenControl({ host: '127.0.0.1', port: 0, secret: 'secret' });
  const app = await AppPeer.ready(t, port);
  for (const [uri, shown] of [
    ['sip:b@[::1]:9', `[::1]:${engine.listenPoints[1]?.port}`],
    ['sip:b@127.0.0.1:9', `127.0.0.1:${engine.listenPoints[0]?.port}`],
  ] as const) {
    const { sip } = await app.ask('sip||', `SUBSCRIBE ${uri} SIP/2.0\r\n${END}`);
    t.ok(sip.includes(`Via: SIP/2.0/UDP ${shown};`), uri);
    t.ok(sip.includes(`Contact: <sip:${shown}>`), uri);
    await app.next();
  }
});

t.test('an application with twenty tags is let in', async (t) => {
  const { engine } = await startEngine(t);
  const { port } = await engine.listenControl({ host: '127.0.0.1', port: 0, secret: 'secret' });
  const app = await AppPeer.open(t, port);
  const tags = Array.from({ length: 20 }, (_, i) => `tag-_+@:${i}`.padEnd(32, 'x'));
  t.equal((await app.ask(`authenticate|secret|${tags.join(',')}`)).tokens[3], 'OK');
  t.ok(await app.idle());
});

async function withListener(t: Test, transport: 'tls' | 'ws', options: Partial<EngineOptions> = {}) {
  const running = await startEngine(t, { listen: [{ transport, host: '127.0.0.1', port: 0 }], ...options });
  const control = await running.engine.listenControl({ host: '127.0.0.1', port: 0, secret: 'secret' });
  const app = await AppPeer.ready(t, control.port, 'register', 'invite');
  return { ...running, app, port: running.engine.listenPoints[0]?.port ?? 0 };
}

function portOf(server: { address(): ReturnType<ReturnType<typeof createTcpServer>['address']> }): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
