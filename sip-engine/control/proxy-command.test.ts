import t from 'tap';
import { udpPeer } from '../engine-test-peer.ts';
import { answerText, testbed, txn } from './call-testbed.ts';
import { inviteText, requestIn, responseTo } from './call-text.ts';

const carrier = (headers = ''): string => `INVITE sip:x SIP/2.0\r\n${headers}Content-Length: 0\r\n\r\n`;

t.test('serial: each failure is a continue, the answer goes to the caller, done comes once', async (t) => {
  const { app, peer, udpPort } = await testbed(t);
  const first = await udpPeer(t, udpPort);
  const second = await udpPeer(t, udpPort);
  peer.send(inviteText('px', peer.port));
  const invite = await app.next();
  const targets = `sip:127.0.0.1:${first.port}|sip:sip:b@127.0.0.1:${second.port}`;
  const id = app.send(`proxy|${txn(invite)}|remainInDialog|fullResponse||serial|||${targets}`, carrier('X-P: 1\r\n'));
  const one = await first.next();
  t.equal(one.header('x-p'), '1');
  t.match(one.header('record-route'), /;lr;dlg=[0-9a-f]{32}>$/);
  first.send(responseTo(one, 486, { tag: 'b1' }));
  t.equal((await first.next()).method, 'ACK');
  const busy = await app.next();
  t.same([busy.tokens[2], busy.tokens[3], busy.tokens[4]], [id, 'OK', 'network']);
  t.same(busy.tokens.slice(7, 9), ['127.0.0.1', String(first.port)]);
  t.same(busy.tokens.slice(10), ['', '', 'continue']);
  t.match(busy.sip, /^SIP\/2\.0 486/);
  const two = await second.next();
  second.send(responseTo(two, 200, { tag: 'b2', contact: `<sip:b@127.0.0.1:${second.port}>` }));
  t.match((await app.next()).sip, /^SIP\/2\.0 200/);
  const done = await app.next();
  t.same(done.tokens.slice(2), [id, 'OK', 'done']);
  t.equal((await peer.next()).status, 100);
  t.match(await peer.next(), { status: 200, toTag: 'b2' });
  const again = await app.ask(`proxy|${txn(invite)}|||||||${targets}`, carrier());
  t.same(again.tokens.slice(3), ['NOK', `Unknown transaction id: ${txn(invite)}`]);
});

t.test('what the app has begun to answer is not proxied, and without targets the command is refused', async (t) => {
  const { app, peer } = await testbed(t);
  peer.send(inviteText('pa', peer.port));
  const invite = await app.next();
  await app.ask(`sip|${txn(invite)}|`, answerText(invite, 180));
  const late = await app.ask(`proxy|${txn(invite)}|||||||sip:127.0.0.1:9`, carrier());
  t.same(late.tokens.slice(3), ['NOK', `Unknown transaction id: ${txn(invite)}`]);
  const short = await app.ask(`proxy|${txn(invite)}|||||||`.slice(0, -1), carrier());
  t.same(short.tokens.slice(3), ['NO', 'Invalid proxy request: not enough information provided']);
  await app.closed;
});

t.test('Max-Forwards 0: the caller gets 483, the app the same words as drachtio', async (t) => {
  const { app, peer } = await testbed(t);
  peer.send(inviteText('mf', peer.port, { method: 'MESSAGE' }).replace('Max-Forwards: 70', 'Max-Forwards: 0'));
  const request = await app.next();
  const answer = await app.ask(`proxy|${txn(request)}||fullResponse||serial|||sip:127.0.0.1:9`, carrier());
  t.same(answer.tokens.slice(3), ['NOK', 'Rejected with 483 Too Many Hops due to Max-Forwards value of 0']);
  t.equal((await peer.next()).status, 483);
});

t.test('without fullResponse one done comes when the request is out', async (t) => {
  const { app, peer, udpPort } = await testbed(t);
  const target = await udpPeer(t, udpPort);
  peer.send(inviteText('nf', peer.port, { method: 'MESSAGE' }));
  const request = await app.next();
  const answer = await app.ask(
    `proxy|${txn(request)}||||simultaneous|1500ms|2s|sip:127.0.0.1:${target.port}`,
    carrier(),
  );
  t.same(answer.tokens.slice(3), ['OK', 'done']);
  target.send(responseTo(await target.next(), 200, { tag: 'x' }));
  t.equal((await peer.next()).status, 200);
  t.ok(await app.idle());
});

t.test('cdr messages go to the app that routed them, when they are switched on', async (t) => {
  for (const cdrs of [true, false]) {
    const { app, peer } = await testbed(t, { cdrs });
    for (const verb of ['cdr:attempt', 'cdr:start', 'cdr:stop']) await app.ask(`route|${verb}`);
    peer.send(inviteText('cd', peer.port));
    if (cdrs) {
      const attempt = await app.next();
      t.same(attempt.tokens.slice(1, 3), ['cdr:attempt', 'network']);
      t.match(attempt.tokens[3], /^\d\d:\d\d:\d\d\.\d{6}$/);
      t.match(attempt.sip, /^INVITE /);
    }
    const invite = await app.next();
    app.send(`sip|${txn(invite)}|`, answerText(invite, 486));
    if (cdrs) {
      const stop = await app.next();
      t.same(stop.tokens.slice(1, 3), ['cdr:stop', 'application']);
      t.equal(stop.tokens[4], 'call-rejected');
      t.match(stop.sip, /^SIP\/2\.0 486/);
    }
    t.equal((await app.next()).tokens[1], 'response');
    t.equal((await peer.next()).status, 100);
    t.equal((await peer.next()).status, 486);
    t.ok(await app.idle());
  }
});

t.test('cdr messages of a proxied call name both sides of it', async (t) => {
  const { app, peer, udpPort } = await testbed(t, { cdrs: true });
  const target = await udpPeer(t, udpPort);
  for (const verb of ['cdr:attempt', 'cdr:start', 'cdr:stop']) await app.ask(`route|${verb}`);
  peer.send(inviteText('cp', peer.port));
  t.same((await app.next()).tokens.slice(1, 3), ['cdr:attempt', 'network']);
  const invite = await app.next();
  app.send(`proxy|${txn(invite)}|remainInDialog|fullResponse||serial|||sip:127.0.0.1:${target.port}`, carrier());
  t.same((await app.next()).tokens.slice(1, 3), ['cdr:attempt', 'application']);
  target.send(responseTo(await target.next(), 200, { tag: 'b', contact: `<sip:b@127.0.0.1:${target.port}>` }));
  const started: unknown[] = [];
  for (let taken = 0; taken < 4; taken++) {
    const { tokens } = await app.next();
    if (tokens[1] === 'cdr:start') started.push([tokens[2], tokens[4]]);
  }
  t.same(started, [
    ['network', 'proxy-uac'],
    ['application', 'proxy-uas'],
  ]);
  t.equal((await peer.next()).status, 100);
  const ok = await peer.next();
  const route = ok.headerLines('record-route').map((line) => `Route: ${line}`);
  peer.send(requestIn(ok, 'ACK', 1, route));
  t.equal((await target.next()).method, 'ACK');
  peer.send(requestIn(ok, 'BYE', 2, route));
  target.send(responseTo(await target.next(), 200));
  for (const source of ['network', 'application']) {
    const { tokens, sip } = await app.next();
    t.same([tokens[1], tokens[2], tokens[4]], ['cdr:stop', source, 'normal-release']);
    t.match(sip, /^BYE /);
  }
});
