import { once } from 'node:events';
import { createServer } from 'node:net';
import t, { type Test } from 'tap';
import { REFUSING_PORT, startEngine, T1_MS, udpPeer } from '../engine-test-peer.ts';
import { createFakeClock } from '../timer/index.ts';
import type { Target } from '../transport/index.ts';
import type { EngineOptions } from '../types.ts';
import { AppPeer } from './app-peer.ts';
import { responseTo } from './call-text.ts';

const END = 'Content-Length: 0\r\n\r\n';

/** An engine for which every name leads to these ports of 127.0.0.1, in this order. */
async function leadingTo(
  t: Test,
  ports: () => readonly (readonly [Target['transport'], number])[],
  options: Partial<EngineOptions> = {},
) {
  const createResolve = () => (_uri: string, done: (targets: readonly Target[]) => void) =>
    done(ports().map(([transport, port]) => ({ transport, address: '127.0.0.1', port })));
  const clock = createFakeClock();
  const running = await startEngine(t, options, { createResolve }, { clock });
  const control = await running.engine.listenControl({ host: '127.0.0.1', port: 0, secret: 'secret' });
  return { ...running, clock, app: await AppPeer.ready(t, control.port) };
}

t.test('the next server of a name is tried after 503, a refused connection and silence (RFC 3263 4.3)', async (t) => {
  let ports: readonly (readonly [Target['transport'], number])[] = [];
  const { app, clock, udpPort } = await leadingTo(t, () => ports);
  const [busy, silent, good] = [await udpPeer(t, udpPort), await udpPeer(t, udpPort), await udpPeer(t, udpPort)];
  for (const [method, first] of [
    ['OPTIONS', ['udp', busy.port]],
    ['INVITE', ['udp', busy.port]],
    ['OPTIONS', ['tcp', REFUSING_PORT]],
    ['INVITE', ['udp', REFUSING_PORT]],
    ['OPTIONS', ['udp', silent.port]],
    ['INVITE', ['udp', silent.port]],
  ] as const) {
    ports = [first, ['udp', good.port]];
    const echo = await app.ask('sip||', `${method} sip:b@two.example SIP/2.0\r\n${END}`);
    if (first[1] === busy.port) {
      const refused = await busy.next();
      busy.send(responseTo(refused, 503, { tag: 'busy' }));
      // At this T1 the request may have been repeated before it was answered.
      if (method === 'INVITE') while ((await busy.next()).method !== 'ACK');
    }
    if (first[1] === silent.port) {
      // What the clock repeats piles up there.
      while ((await silent.next()).method !== method);
      clock.advance(64 * T1_MS + 10);
    }
    let sent = await good.next();
    while (sent.method !== method) sent = await good.next();
    t.equal(sent.uri, 'sip:b@two.example');
    good.send(responseTo(sent, 404, { tag: 'good' }));
    const answer = await app.next();
    t.match(answer.sip, /^SIP\/2\.0 404/, `${method} after ${first[0]}/${first[1]}`);
    t.equal(answer.tokens[8], echo.tokens[10]);
    t.ok(await app.idle(), 'the app hears of one final only');
  }
});

t.test('when the last server fails too, its answer is the app’s', async (t) => {
  let ports: readonly (readonly [Target['transport'], number])[] = [];
  const { app, udpPort } = await leadingTo(t, () => ports);
  const [one, two] = [await udpPeer(t, udpPort), await udpPeer(t, udpPort)];
  ports = [
    ['udp', one.port],
    ['udp', two.port],
  ];
  await app.ask('sip||', `OPTIONS sip:b@two.example SIP/2.0\r\n${END}`);
  one.send(responseTo(await one.next(), 503, { tag: 'a' }));
  two.send(responseTo(await two.next(), 503, { tag: 'b', lines: ['X-Which: two'] }));
  t.match((await app.next()).sip, /^SIP\/2\.0 503[\s\S]*X-Which: two/);
  t.ok(await app.idle());
});

t.test('a connection that swallows request after request is closed where the engine is told to', async (t) => {
  let heard = Promise.withResolvers<void>();
  const server = createServer((socket) => socket.on('data', () => heard.resolve())).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const { app, clock, engine } = await leadingTo(t, () => [['tcp', port]], {
    maxConsecutiveTimeouts: 2,
  });
  for (const left of [1, 0]) {
    await app.ask('sip||', `OPTIONS sip:b@two.example SIP/2.0\r\n${END}`);
    await heard.promise;
    heard = Promise.withResolvers();
    clock.advance(64 * T1_MS + 10);
    t.match((await app.next()).sip, /^SIP\/2\.0 408/);
    t.equal(engine.stats.connections, left);
  }
});
