import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer, type IncomingMessage } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import Srf from 'drachtio-srf';
import t, { type Test } from 'tap';
import { startEngine, udpPeer } from '../engine-test-peer.ts';
import type { EnginePorts } from '../ports.ts';
import { createFakeClock } from '../timer/index.ts';
import { TestAuthority } from '../transport/testing-tls.ts';
import type { EngineOptions, RequestHandler } from '../types.ts';
import { AppPeer } from './app-peer.ts';
import { answerText, txn } from './call-testbed.ts';
import { failureAck, inviteText, requestIn, responseTo } from './call-text.ts';

/** What these tests use of drachtio-srf; its own types lack the verbs and `server`. */
interface ListeningSrf {
  on(event: string, listener: () => void): void;
  options(handler: (req: object, res: { send(status: number): void }) => void): void;
  listen(options: { readonly server: Server; readonly secret: string }): void;
  endSession(req: object): void;
}

/** An application that listens; connections of the engine come out one by one. */
async function listeningApp(t: Test, server: Server = createServer()) {
  const sockets: Socket[] = [];
  const takers: ((socket: Socket) => void)[] = [];
  const event = 'setSecureContext' in server ? 'secureConnection' : 'connection';
  server.on(event, (socket: Socket) => {
    t.teardown(() => socket.destroy());
    const taker = takers.shift();
    if (taker === undefined) sockets.push(socket);
    else taker(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const next = async (): Promise<AppPeer> => {
    const socket = sockets.shift() ?? (await new Promise<Socket>((resolve) => takers.push(resolve)));
    return AppPeer.over(socket);
  };
  return { port: portOf(server), next, waiting: () => sockets.length };
}

/** A lookup service that gives one answer and keeps what it was asked. */
async function lookupService(t: Test, answer: () => string, status = 200) {
  const asked: { readonly request: IncomingMessage; readonly body: string }[] = [];
  const server = createHttpServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      asked.push({ request, body });
      response.writeHead(status, { 'content-type': 'application/json' }).end(answer());
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${portOf(server)}`, asked };
}

async function engineWith(
  t: Test,
  handlers: readonly RequestHandler[],
  more: Partial<EngineOptions> = {},
  ports: Partial<EnginePorts> = {},
) {
  const outboundApps = { secret: 'secret', handlers, ...more.outboundApps };
  const running = await startEngine(t, { ...more, outboundApps }, {}, ports);
  return { ...running, peer: await udpPeer(t, running.udpPort) };
}

t.test('the engine connects, waits for the secret, and delivers exactly the request, without any route', async (t) => {
  const listening = await listeningApp(t);
  const { peer, engine } = await engineWith(t, [{ method: '*', url: `tcp://127.0.0.1:${listening.port}` }]);
  peer.send(inviteText('ob1', peer.port));
  t.equal((await peer.next()).status, 100);
  const app = await listening.next();
  t.equal(app.waiting, 0, 'the application speaks first');
  t.equal((await app.ask('authenticate|secret|')).tokens[3], 'OK');
  const invite = await app.next();
  t.equal(invite.tokens.length, 13);
  t.match(invite.sip, /^INVITE /);
  await app.ask(`sip|${txn(invite)}|`, answerText(invite, 200));
  const ok = await peer.next();
  t.equal(ok.status, 200);
  peer.send(requestIn(ok, 'ACK', 1));
  t.match((await app.next()).sip, /^ACK /);
  peer.send(inviteText('ob2', peer.port, { method: 'OPTIONS' }));
  const second = await listening.next();
  await second.ask('authenticate|secret|');
  t.match((await second.next()).sip, /^OPTIONS /, 'a connection of its own for each request');
  t.ok(await app.idle());
  peer.send(requestIn(ok, 'BYE', 2));
  t.match((await app.next()).sip, /^BYE /, 'the dialog stays on its connection');
  t.equal(engine.stats.apps, 2);
});

t.test('drachtio-srf listens, answers what it is given and ends the connection', async (t) => {
  const srf = new Srf() as unknown as ListeningSrf;
  srf.on('error', () => undefined);
  const server = createServer();
  srf.options((req, res) => {
    res.send(202);
    srf.endSession(req);
  });
  srf.listen({ server, secret: 'secret' });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const { peer } = await engineWith(t, [{ method: 'options', url: `tcp://127.0.0.1:${portOf(server)}` }]);
  peer.send(inviteText('obs', peer.port, { method: 'OPTIONS' }));
  t.equal((await peer.next()).status, 202);
});

t.test('who cannot be reached, does not speak, or gives another secret: the caller gets 480', async (t) => {
  const listening = await listeningApp(t);
  const gone = createServer().listen(0, '127.0.0.1');
  await once(gone, 'listening');
  const refused = portOf(gone);
  gone.close();
  const clock = createFakeClock();
  const handlers = [
    { method: 'MESSAGE', url: `tcp://127.0.0.1:${refused}` },
    { method: '*', url: `tcp://127.0.0.1:${listening.port}` },
  ];
  const { peer } = await engineWith(t, handlers, { timers: { t1Ms: 500 } }, { clock });
  peer.send(inviteText('obr', peer.port, { method: 'MESSAGE' }));
  t.equal((await peer.next()).status, 480, 'refused');
  peer.send(inviteText('obw', peer.port, { method: 'OPTIONS' }));
  const wrong = await listening.next();
  t.same((await wrong.ask('authenticate|other|')).tokens.slice(3), ['NO', 'incorrect secret']);
  t.equal((await peer.next()).status, 480, 'wrong secret');
  peer.send(inviteText('obq', peer.port, { method: 'OPTIONS' }));
  const silent = await listening.next();
  clock.advance(2_010);
  t.equal((await peer.next()).status, 480, 'silent for 2 s');
  await silent.closed;
});

t.test('a caller that gives up while the application is connected to: 487, and the connection is closed', async (t) => {
  const listening = await listeningApp(t);
  const { peer } = await engineWith(t, [{ method: '*', url: `tcp://127.0.0.1:${listening.port}` }]);
  const invite = inviteText('obc', peer.port, { body: '' });
  peer.send(invite);
  t.equal((await peer.next()).status, 100);
  const app = await listening.next();
  peer.send(invite.replace('INVITE sip', 'CANCEL sip').replace('1 INVITE', '1 CANCEL'));
  t.match(await peer.next(), { status: 200, cseqMethod: 'CANCEL' });
  const ended = await peer.next();
  t.equal(ended.status, 487);
  peer.send(failureAck(ended));
  await app.closed;
});

t.test('over TLS: any certificate is taken, unless authorities are named', async (t) => {
  const authority = new TestAuthority();
  const stranger = new TestAuthority();
  t.teardown(() => {
    authority.remove();
    stranger.remove();
  });
  const { certFile, keyFile } = authority.issue('app', 'IP:127.0.0.1');
  const server = () => createTlsServer({ cert: readFileSync(certFile), key: readFileSync(keyFile) });
  const listening = await listeningApp(t, server());
  const handlers = [{ method: '*', url: `tls://127.0.0.1:${listening.port}` }];
  for (const [caFile, reached] of [
    [undefined, true],
    [authority.caFile, true],
    [stranger.caFile, false],
  ] as const) {
    const { peer } = await engineWith(t, handlers, {
      outboundApps: { secret: 'secret', handlers, ...(caFile === undefined ? {} : { caFile }) },
    });
    peer.send(inviteText('obt', peer.port, { method: 'OPTIONS' }));
    if (!reached) {
      t.equal((await peer.next()).status, 480);
      continue;
    }
    const app = await listening.next();
    await app.ask('authenticate|secret|');
    t.match((await app.next()).sip, /^OPTIONS /);
  }
});

t.test('a lookup is asked for each new request, and says which application gets it', async (t) => {
  const listening = await listeningApp(t);
  const answer = JSON.stringify({ action: 'route', data: { uri: `127.0.0.1:${listening.port}` } });
  for (const httpMethod of ['GET', 'POST'] as const) {
    const service = await lookupService(t, () => answer);
    const handlers = [{ method: 'INVITE', url: `${service.url}/calls` }];
    const { peer, engine } = await engineWith(t, handlers, {
      outboundApps: { secret: 'secret', handlers, httpMethod },
    });
    peer.send(inviteText(`lk${httpMethod}`, peer.port).replace('sip:bob@127.0.0.1 ', 'sip:bob@h.example;x=a%3ab '));
    const app = await listening.next();
    await app.ask('authenticate|secret|');
    t.match((await app.next()).sip, /^INVITE /);
    const [asked] = service.asked;
    if (asked === undefined) throw new Error('not asked');
    const { request, body } = asked;
    t.equal(request.method, httpMethod);
    t.equal(
      request.url,
      '/calls/?method=INVITE&domain=h.example&protocol=udp&source_address=127.0.0.1&fromUser=alice&toUser=bob' +
        '&uriUser=bob&contentType=application%2fsdp&uri=sip%3abob%40h.example%3bx%3da%253ab&x=a%253ab',
    );
    t.match(request.headers['user-agent'], /^Drachtio\/v\d/);
    t.equal(request.headers.accept, 'application/json');
    if (httpMethod === 'POST') {
      t.match(body, /^INVITE sip:bob@h\.example/);
      t.equal(request.headers['content-type'], 'text/plain; charset=UTF-8');
    }
    t.equal(engine.stats.apps, 1);
  }
});

t.test('a lookup rejects, redirects or proxies without any application; what it cannot mean is a 500', async (t) => {
  let answer = '';
  const service = await lookupService(t, () => answer);
  const { peer, udpPort } = await engineWith(t, [{ method: '*', url: service.url }]);
  const target = await udpPeer(t, udpPort);
  const ask = async (action: string, data: object) => {
    answer = JSON.stringify({ action, data });
    peer.send(inviteText(`la${Math.random()}`, peer.port, { method: 'MESSAGE' }));
    return peer.next();
  };
  t.match(await ask('reject', { status: 403 }), { status: 403, reason: 'Forbidden' });
  t.match(await ask('reject', { status: 503, reason: 'Full' }), { status: 503, reason: 'Full' });
  const moved = await ask('redirect', { contact: ['sip:a@h', 'sip:b@h;q=1'] });
  t.equal(moved.status, 302);
  t.same(moved.headerLines('contact'), ['<sip:a@h>', '<sip:b@h;q=1>']);
  for (const [action, data] of [
    ['redirect', { contacts: ['sip:a@h'] }],
    ['reject', { status: 200 }],
    ['reject', {}],
    ['route', { uri: 'not an address' }],
    ['dance', {}],
  ] as const) {
    t.equal((await ask(action, data)).status, 500, `${action} ${JSON.stringify(data)}`);
  }
  answer = 'no JSON';
  peer.send(inviteText('laj', peer.port, { method: 'MESSAGE' }));
  t.equal((await peer.next()).status, 500);
  const proxied = ask('proxy', { destination: `sip:127.0.0.1:${target.port}` });
  const forwarded = await target.next();
  t.equal(forwarded.method, 'MESSAGE');
  target.send(responseTo(forwarded, 202, { tag: 'p' }));
  t.equal((await proxied).status, 202);
});

t.test('a lookup that fails is a 500; one that names a tag picks among the connected applications', async (t) => {
  const failing = await lookupService(t, () => '{"action":"reject","data":{"status":403}}', 500);
  const tagging = await lookupService(t, () => '{"action":"route","data":{"tag":"blue"}}');
  const { peer, engine } = await engineWith(t, [
    { method: 'message', url: failing.url },
    { method: '*', url: tagging.url },
  ]);
  peer.send(inviteText('lf', peer.port, { method: 'MESSAGE' }));
  t.equal((await peer.next()).status, 500);
  const { port } = await engine.listenControl({ host: '127.0.0.1', port: 0, secret: 'secret' });
  const red = await AppPeer.open(t, port);
  await red.ask('authenticate|secret|red');
  await red.ask('route|options');
  peer.send(inviteText('lt', peer.port, { method: 'OPTIONS' }));
  t.equal((await peer.next()).status, 480, 'nobody has that tag');
  const blue = await AppPeer.open(t, port);
  await blue.ask('authenticate|secret|green,blue');
  await blue.ask('route|options');
  for (const name of ['lt2', 'lt3']) {
    peer.send(inviteText(name, peer.port, { method: 'OPTIONS' }));
    const request = await blue.next();
    t.match(request.sip, /^OPTIONS /);
    await blue.ask(`sip|${txn(request)}|`, answerText(request, 200));
    t.equal((await peer.next()).status, 200);
  }
  t.ok(await red.idle());
});

function portOf(server: { address(): ReturnType<Server['address']> }): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
