import t from 'tap';
import { startEngine, udpPeer } from '../engine-test-peer.ts';
import { createFakeClock } from '../timer/index.ts';
import { AppPeer } from './app-peer.ts';
import { answeredCall, answerText, leave, settled, testbed, txn } from './call-testbed.ts';
import { failureAck, inviteText, requestIn, responseTo, SDP } from './call-text.ts';

const END = 'Content-Length: 0\r\n\r\n';

t.test('seven methods are delivered outside dialogs when they are routed', async (t) => {
  const { engine, udpPort } = await startEngine(t);
  const { port } = await engine.listenControl({ host: '127.0.0.1', port: 0, secret: 'secret' });
  const methods = ['REGISTER', 'MESSAGE', 'OPTIONS', 'INFO', 'NOTIFY', 'SUBSCRIBE', 'PUBLISH', 'REFER'];
  const app = await AppPeer.ready(t, port, ...methods.map((method) => method.toLowerCase()));
  const peer = await udpPeer(t, udpPort);
  for (const method of methods) {
    peer.send(inviteText(`sm${method}`, peer.port, { method }));
    const request = await app.next();
    t.match(request.sip, new RegExp(`^${method} `));
    await app.ask(`sip|${txn(request)}|`, answerText(request, 403));
    t.match(await peer.next(), { status: 403, cseqMethod: method });
  }
});

t.test('requests of a dialog go to the app that owns it, which routed only invite, and to no other', async (t) => {
  const { engine, udpPort } = await startEngine(t);
  const { port } = await engine.listenControl({ host: '127.0.0.1', port: 0, secret: 'secret' });
  const owner = await AppPeer.ready(t, port, 'invite');
  const other = await AppPeer.ready(t, port, 'info', 'message', 'options', 'notify', 'refer', 'bye');
  const peer = await udpPeer(t, udpPort);
  peer.send(inviteText('ow', peer.port));
  const invite = await owner.next();
  await owner.ask(`sip|${txn(invite)}|`, answerText(invite, 200));
  await peer.next();
  const ok = await peer.next();
  peer.send(requestIn(ok, 'ACK', 1));
  t.match((await owner.next()).sip, /^ACK /);
  for (const [index, method] of ['INFO', 'MESSAGE', 'OPTIONS', 'NOTIFY', 'REFER', 'BYE'].entries()) {
    peer.send(requestIn(ok, method, index + 2));
    const request = await owner.next();
    t.match(request.sip, new RegExp(`^${method} `));
    t.equal(request.tokens[9], 'ow@test;from-tag=f-ow');
    const echo = await owner.ask(`sip|${txn(request)}|`, answerText(request, 200));
    t.equal(echo.tokens[11], method === 'BYE' ? '' : 'ow@test;from-tag=f-ow');
    t.match(await peer.next(), { status: 200, cseqMethod: method });
  }
  t.ok(await other.idle());
});

t.test(
  'a re-INVITE for an app that has gone gets 100 and 481; an unknown To tag as well, a stray ACK nothing',
  async (t) => {
    const { app, peer, engine } = await testbed(t);
    const ok = await answeredCall({ app, peer }, 'rg');
    const unknown = requestIn(ok, 'INVITE', 2, [], SDP).replace(/^To: .*$/m, 'To: <sip:b@h>;tag=nobody');
    peer.send(unknown.replace('Call-ID: ', 'Call-ID: x'));
    t.equal((await peer.next()).status, 100);
    const stranger = await peer.next();
    t.equal(stranger.status, 481);
    peer.send(failureAck(stranger));
    peer.send(requestIn(ok, 'ACK', 9).replace(/^To: .*$/m, 'To: <sip:b@h>;tag=nobody'));
    t.ok(await app.idle());
    await leave({ app, peer, engine });
    peer.send(requestIn(ok, 'INVITE', 3, [], SDP));
    t.equal((await peer.next()).status, 100);
    t.equal((await peer.next()).status, 481);
  },
);

t.test('an app that connects again gets new requests, and nothing of what the old connection had', async (t) => {
  const { app, appPort, peer, engine } = await testbed(t);
  peer.send(inviteText('rc1', peer.port, { method: 'OPTIONS' }));
  const lost = await app.next();
  await leave({ app, peer, engine });
  const again = await AppPeer.ready(t, appPort, 'options');
  const late = await again.ask(`sip|${txn(lost)}|`, answerText(lost, 200));
  t.equal(late.tokens[3], 'OK', 'a transaction id is good from any connection');
  t.equal((await peer.next()).status, 200);
  peer.send(inviteText('rc2', peer.port, { method: 'OPTIONS' }));
  const fresh = await again.next();
  t.match(fresh.sip, /Call-ID: rc2@test/);
  t.ok(await again.idle(), 'nothing is delivered twice');
});

t.test(
  'orphan=bye: the INVITEs of an app that went are cancelled, a late answer is acknowledged and ended',
  async (t) => {
    const clock = createFakeClock();
    const { app, peer, udpPort, engine } = await testbed(t, { orphan: 'bye' }, { clock });
    const callee = await udpPeer(t, udpPort);
    for (const target of [peer, callee]) {
      await app.ask('sip||', `INVITE sip:b@127.0.0.1:${target.port} SIP/2.0\r\n\r\n${SDP}`);
    }
    const [ringing, late] = [await peer.next(), await callee.next()];
    peer.send(responseTo(ringing, 180, { tag: 'b' }));
    t.match((await app.next()).sip, /^SIP\/2\.0 180/);
    await leave({ app, peer, engine });
    clock.advance(1_100);
    const cancel = await peer.next();
    t.equal(cancel.method, 'CANCEL');
    peer.send(responseTo(cancel, 200));
    peer.send(responseTo(ringing, 487, { tag: 'b' }));
    t.equal((await peer.next()).method, 'ACK');
    callee.send(responseTo(late, 200, { tag: 'c', contact: `<sip:b@127.0.0.1:${callee.port}>` }));
    let message = await callee.next();
    while (message.method === 'INVITE') message = await callee.next();
    t.equal(message.method, 'ACK');
    const bye = await callee.next();
    t.equal(bye.method, 'BYE');
    callee.send(responseTo(bye, 200));
  },
);

t.test(
  'a repeated request is delivered once; the ACK of a failure and a CANCEL of nothing are not at all',
  async (t) => {
    const { app, peer } = await testbed(t);
    const options = inviteText('rp1', peer.port, { method: 'OPTIONS' });
    for (let sent = 0; sent < 3; sent++) peer.send(options);
    const request = await app.next();
    t.ok(await app.idle());
    await app.ask(`sip|${txn(request)}|`, answerText(request, 200));
    t.equal((await peer.next()).status, 200);
    peer.send(options);
    t.equal((await peer.next()).status, 200, 'repeated from the stored bytes');
    const invite = inviteText('rp2', peer.port, { body: '' });
    peer.send(invite);
    const call = await app.next();
    t.equal((await peer.next()).status, 100);
    for (const stranger of [invite.replace('branch=z9hG4bK-', 'branch=z9hG4bK-x'), invite.replace(/rp2@/g, 'else@')]) {
      const cancel = stranger.replace('INVITE sip', 'CANCEL sip').replace('1 INVITE', '1 CANCEL');
      peer.send(stranger.includes('else@') ? cancel.replace('z9hG4bK-', 'z9hG4bK-y') : cancel);
      t.match(await peer.next(), { status: 481, cseqMethod: 'CANCEL' });
    }
    await app.ask(`sip|${txn(call)}|`, answerText(call, 486));
    const busy = await peer.next();
    t.equal(busy.status, 486);
    peer.send(failureAck(busy));
    await settled(peer);
    t.ok(await app.idle());
  },
);

t.test('every message of an app gets one answer, no reason shifts its tokens, and nothing else comes', async (t) => {
  const { app, peer } = await testbed(t);
  const good = `sip:b@127.0.0.1:${peer.port}`;
  const sent = [
    app.send('ping'),
    app.send('route|publish'),
    app.send('remove_route|publish'),
    app.send('route|no such verb'),
    app.send('sip||', `INVITE a|b\rc SIP/2.0\r\n${END}`),
    app.send('sip|no|', `CANCEL ${good} SIP/2.0\r\n${END}`),
    app.send('sip|a|', `OPTIONS ${good} SIP/2.0\r\n${END}`),
    app.send('sip|x|', `SIP/2.0 200 OK\r\n${END}`),
    app.send('sip||x;from-tag=y', `BYE sip:placeholder SIP/2.0\r\n${END}`),
    app.send('sip||x;from-tag=y', `ACK sip:placeholder SIP/2.0\r\n${END}`),
    app.send('sip||x;from-tag=y', `nonsense\r\n${END}`),
    app.send('proxy|none|||||||sip:b@h', `INVITE sip:x SIP/2.0\r\n${END}`),
    app.send('sip||', `OPTIONS ${good} SIP/2.0\r\n${END}`),
    app.send('authenticate|secret|'),
    app.send('ping'),
  ];
  for (const id of sent) {
    const { tokens } = await app.next();
    t.same([tokens[1], tokens[2]], ['response', id]);
    t.match(tokens[3], /^(OK|NOK)$/);
    if (tokens[3] === 'NOK') t.equal(tokens.length, 5, tokens.join('|'));
  }
  peer.send(responseTo(await peer.next(), 200));
  t.equal((await app.next()).tokens[1], 'sip');
  t.ok(await app.idle());
});
