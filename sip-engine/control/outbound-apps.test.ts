import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import Srf from 'drachtio-srf';
import t from 'tap';
import { REFUSING_PORT } from '../engine-test-peer.ts';
import { createFakeClock } from '../timer/index.ts';
import { TestAuthority } from '../transport/testing-tls.ts';
import { answerText, txn } from './call-testbed.ts';
import { failureAck, inviteText, requestIn } from './call-text.ts';
import { engineWith, listeningApp, portOf } from './outbound-fixture.ts';

/** What these tests use of drachtio-srf; its own types lack the verbs and `server`. */
interface ListeningSrf {
  on(event: string, listener: () => void): void;
  options(handler: (req: object, res: { send(status: number): void }) => void): void;
  listen(options: { readonly server: Server; readonly secret: string }): void;
  endSession(req: object): void;
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
  const clock = createFakeClock();
  const handlers = [
    { method: 'MESSAGE', url: `tcp://127.0.0.1:${REFUSING_PORT}` },
    { method: '*', url: `tcp://127.0.0.1:${listening.port}` },
  ];
  const { peer } = await engineWith(t, handlers, {}, { clock });
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
