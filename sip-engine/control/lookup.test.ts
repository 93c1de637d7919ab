import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage } from 'node:http';
import t from 'tap';
import { udpPeer } from '../engine-test-peer.ts';
import { createFakeClock } from '../timer/index.ts';
import { AppPeer } from './app-peer.ts';
import { answerText, txn } from './call-testbed.ts';
import { inviteText, responseTo } from './call-text.ts';
import { engineWith, listeningApp, lookupService, portOf } from './outbound-fixture.ts';

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

t.test('a lookup that hangs, or says too much, is a 500; closing the engine waits for none', async (t) => {
  const clock = createFakeClock();
  const asked = Promise.withResolvers<void>();
  const hanging = createHttpServer(() => asked.resolve()).listen(0, '127.0.0.1');
  await once(hanging, 'listening');
  t.teardown(() => {
    hanging.closeAllConnections();
    hanging.close();
  });
  const talking = await lookupService(t, () =>
    JSON.stringify({ action: 'reject', data: { reason: 'x'.repeat(70_000) } }),
  );
  const handlers = [
    { method: 'MESSAGE', url: talking.url },
    { method: '*', url: `http://127.0.0.1:${portOf(hanging)}` },
  ];
  const { peer, engine } = await engineWith(t, handlers, {}, { clock });
  peer.send(inviteText('lh1', peer.port, { method: 'MESSAGE' }));
  t.equal((await peer.next()).status, 500, 'too much');
  peer.send(inviteText('lh2', peer.port, { method: 'OPTIONS' }));
  await asked.promise;
  clock.advance(3_010);
  t.equal((await peer.next()).status, 500, 'hangs for 3 s');
  const again = once(hanging, 'request');
  peer.send(inviteText('lh3', peer.port, { method: 'OPTIONS' }));
  const [request] = (await again) as [IncomingMessage];
  const ended = once(request.socket, 'close');
  await engine.close();
  await ended;
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
