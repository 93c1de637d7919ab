import { once } from 'node:events';
import { connect } from 'node:tls';
import t, { type Test } from 'tap';
import { startEngine, udpPeer } from '../engine-test-peer.ts';
import { createFakeClock } from '../timer/index.ts';
import { TestAuthority } from '../transport/testing-tls.ts';
import { AppPeer } from './app-peer.ts';
import { encodeFrame, FrameError, FrameReader } from './frame-reader.ts';

async function startWithApps(t: Test) {
  const running = await startEngine(t);
  const { port } = await running.engine.listenControl({ host: '127.0.0.1', port: 0, secret: 'secret' });
  return { ...running, appPort: port };
}

t.test('a frame counts bytes, and is understood when split at every byte', async (t) => {
  const payload = 'id|sip|é€😀';
  const frame = encodeFrame(payload);
  t.equal(frame.toString(), `${Buffer.byteLength(payload)}#${payload}`);
  const reader = new FrameReader(1000);
  const got: string[] = [];
  for (const byte of Buffer.concat([frame, frame, encodeFrame('x')])) {
    for (const one of reader.push(Buffer.from([byte]))) got.push(one.toString());
  }
  t.same(got, [payload, payload, 'x']);
  t.equal(reader.buffered, 0);
});

t.test('what is no length, or one over the limit, ends the reading', async (t) => {
  for (const text of ['abc#x', '-1#x', '#x', '1001#', '99999']) {
    t.throws(() => new FrameReader(1000).push(Buffer.from(text)), FrameError, text);
  }
  t.same(new FrameReader(1000).push(Buffer.from('0#1#a')).map(String), ['a']);
});

t.test('the engine is silent until spoken to, and the right secret gets addresses and a version', async (t) => {
  const { appPort, udpPort, tcpPort } = await startWithApps(t);
  const app = await AppPeer.open(t, appPort);
  const answer = await app.ask('authenticate|secret|red,blue');
  const list = `udp/127.0.0.1:${udpPort},tcp/127.0.0.1:${tcpPort}`;
  t.equal(answer.tokens[3], 'OK');
  t.equal(answer.tokens[4], list);
  t.match(answer.tokens[5], /^v\d+\.\d+\.\d+/);
  t.equal(answer.tokens[6], list);
  t.same((await app.ask('ping')).tokens.slice(3), ['OK', 'pong']);
});

t.test('refusals are answered, flushed and closed', async (t) => {
  const { appPort } = await startWithApps(t);
  for (const [first, reason] of [
    ['authenticate|wrong|', 'incorrect secret'],
    ['authenticate', 'incorrect secret'],
    ['route|invite', 'not authenticated'],
    ['ping', 'not authenticated'],
  ] as const) {
    const app = await AppPeer.open(t, appPort);
    t.same((await app.ask(first)).tokens.slice(3), ['NO', reason], first);
    await app.closed;
  }
  for (const [text, sip, reason] of [
    ['nonsense', '', 'Unknown message type'],
    ['sip||', 'SIP/2.0 200 OK\r\n\r\n', 'transaction id missing'],
    ['proxy|x', 'INVITE sip:a@b SIP/2.0\r\n\r\n', 'Invalid proxy request: not enough information provided'],
  ] as const) {
    const app = await AppPeer.ready(t, appPort);
    t.same((await app.ask(text, sip)).tokens.slice(3), ['NO', reason], text);
    await app.closed;
  }
});

t.test('garbage closes that connection only', async (t) => {
  const { appPort } = await startWithApps(t);
  const good = await AppPeer.ready(t, appPort);
  // No length, and one over the limit.
  for (const bytes of ['abc#', '99999999#x']) {
    const bad = await AppPeer.ready(t, appPort);
    bad.write(bytes);
    await bad.closed;
    t.ok(await good.idle(), bytes);
  }
});

t.test('who has not given the secret gets five seconds, one small frame, and company of a hundred', async (t) => {
  const clock = createFakeClock();
  const counted: string[] = [];
  const counters = { count: (name: string, label = '') => void counted.push(`${name} ${label}`) };
  const { engine } = await startEngine(t, {}, {}, { clock, counters });
  const options = { host: '127.0.0.1', port: 0, secret: 'secret', maxUnauthenticated: 2 };
  const { port } = await engine.listenControl(options);
  const loud = await AppPeer.open(t, port);
  loud.write(`${64 * 1024}#`);
  await loud.closed;
  const known = await AppPeer.ready(t, port);
  const silent = [await AppPeer.open(t, port), await AppPeer.open(t, port)];
  t.ok(await known.idle(), 'the silent ones have been taken');
  const third = await AppPeer.open(t, port);
  await third.closed;
  t.same(
    counted.filter((line) => line.endsWith('control')),
    ['connections_refused control'],
  );
  clock.advance(5_100);
  await Promise.all(silent.map(({ closed }) => closed));
  t.equal(counted.filter((line) => line === 'connections_closed control_silent').length, 2);
  t.ok(await known.idle());
  t.ok(await (await AppPeer.ready(t, port)).idle());
});

t.test('ten frames in one segment are answered in order, and a frame of 500 KB is taken', async (t) => {
  const { appPort } = await startWithApps(t);
  const app = await AppPeer.ready(t, appPort);
  app.write(Buffer.concat(Array.from({ length: 10 }, (_, i) => encodeFrame(`f${i}|ping`))));
  for (let i = 0; i < 10; i++) t.equal((await app.next()).tokens[2], `f${i}`);
  const body = 'x'.repeat(500_000);
  const answer = await app.ask('sip||', `OPTIONS sip:a@127.0.0.1:1 SIP/2.0\r\n\r\n${body}`);
  t.same(answer.tokens.slice(3), ['NOK', 'missing content-type']);
});

t.test(
  'an app that routed a verb five times gets one copy, two apps take turns, one that left gets none',
  async (t) => {
    const { appPort, udpPort } = await startWithApps(t);
    const a = await AppPeer.ready(t, appPort, 'options', 'OPTIONS', 'options');
    const b = await AppPeer.ready(t, appPort, 'options', 'message');
    const peer = await udpPeer(t, udpPort);
    for (const app of [a, b, a, b]) {
      peer.send(outside('OPTIONS'));
      const request = await app.next();
      t.match(request.sip, /^OPTIONS /);
      t.equal(request.tokens.length, 13);
    }
    t.ok(await a.idle());
    t.ok(await b.idle());
    a.close();
    await a.closed;
    for (let i = 0; i < 2; i++) {
      peer.send(outside('OPTIONS'));
      t.match((await b.next()).sip, /^OPTIONS /);
    }
    t.equal((await b.ask('remove_route|options')).tokens[3], 'OK');
    peer.send(outside('OPTIONS'));
    t.equal((await peer.next()).status, 503);
    peer.send(outside('MESSAGE'));
    t.match((await b.next()).sip, /^MESSAGE /);
  },
);

t.test('what no app wants is answered 503, and 481 where a dialog is named or needed', async (t) => {
  const { udpPort } = await startWithApps(t);
  const peer = await udpPeer(t, udpPort);
  for (const [method, to, status] of [
    ['MESSAGE', '<sip:b@h>', 503],
    ['REFER', '<sip:b@h>', 503],
    ['BYE', '<sip:b@h>', 481],
    ['UPDATE', '<sip:b@h>', 481],
    ['PRACK', '<sip:b@h>', 481],
    ['INFO', '<sip:b@h>;tag=x', 481],
  ] as const) {
    peer.send(outside(method, to));
    t.equal((await peer.next()).status, status, method);
  }
  peer.send(outside('INVITE'));
  t.equal((await peer.next()).status, 100);
  t.equal((await peer.next()).status, 503);
});

t.test('a method in small letters is an unknown one: 501, and no app that asked for INVITE hears of it', async (t) => {
  const { appPort, udpPort } = await startWithApps(t);
  const app = await AppPeer.ready(t, appPort, 'invite');
  const peer = await udpPeer(t, udpPort);
  for (const method of ['invite', 'Invite']) {
    peer.send(outside(method).replace(' SIP/2.0\r', ' sip/2.0\r'));
    t.equal((await peer.next()).status, 501, method);
  }
  t.ok(await app.idle());
});

t.test('a Call-ID that would shift the tokens gets 400 and reaches no app', async (t) => {
  const { appPort, udpPort } = await startWithApps(t);
  const app = await AppPeer.ready(t, appPort, 'options');
  const peer = await udpPeer(t, udpPort);
  peer.send(outside('OPTIONS').replace(/Call-ID: /, 'Call-ID: a|b'));
  t.equal((await peer.next()).status, 400);
  t.ok(await app.idle());
});

t.test('inside TLS the protocol is byte for byte the same', async (t) => {
  const authority = new TestAuthority();
  t.teardown(() => authority.remove());
  const { engine } = await startEngine(t);
  const tls = authority.issue('apps', 'DNS:localhost');
  const { port } = await engine.listenControl({ host: '127.0.0.1', port: 0, secret: 'secret', tls });
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  t.teardown(() => socket.destroy());
  const reader = new FrameReader(10_000);
  socket.write(Buffer.concat([encodeFrame('a|authenticate|secret|'), encodeFrame('b|ping')]));
  const frames: string[] = [];
  while (frames.length < 2) {
    const [chunk] = await once(socket, 'data');
    frames.push(...reader.push(chunk).map(String));
  }
  t.match(frames[0], /^[0-9a-f-]{36}\|response\|a\|OK\|/);
  t.match(frames[1], /^[0-9a-f-]{36}\|response\|b\|OK\|pong$/);
});

let count = 0;

function outside(method: string, to = '<sip:b@h>'): string {
  const n = ++count;
  return [
    `${method} sip:b@h SIP/2.0`,
    `Via: SIP/2.0/UDP 192.0.2.9:5060;rport;branch=z9hG4bKc${n}`,
    'From: <sip:a@h>;tag=f1',
    `To: ${to}`,
    `Call-ID: out-${n}`,
    `CSeq: 1 ${method}`,
    'Max-Forwards: 70',
    'Contact: <sip:a@192.0.2.9>',
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
}
