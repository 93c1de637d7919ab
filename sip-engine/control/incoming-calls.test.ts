import t from 'tap';
import { T1_MS, udpPeer } from '../engine-test-peer.ts';
import { createFakeClock } from '../timer/index.ts';
import { answerText, testbed, txn } from './call-testbed.ts';
import { inviteText, requestIn, responseTo, SDP } from './call-text.ts';

t.test('a new request has 13 tokens and no dialog id; requests of the dialog name it', async (t) => {
  const { app, peer, udpPort } = await testbed(t);
  peer.send(inviteText('in1', peer.port));
  const invite = await app.next();
  t.equal(invite.tokens.length, 13);
  const [id, type, source, bytes, ...meta] = invite.tokens;
  t.match(id, /^[0-9a-f-]{36}$/);
  t.same([type, source], ['sip', 'network']);
  t.ok(Number(bytes) > 300);
  t.same(meta.slice(0, 3), ['udp', '127.0.0.1', String(peer.port)]);
  t.match(meta[3], /^\d\d:\d\d:\d\d\.\d{6}$/);
  t.same(meta.slice(5), ['', '127.0.0.1', String(udpPort), '']);
  t.match(invite.sip, new RegExp(`Via: [^\r\n]*;rport=${peer.port}`));
  const echo = await app.ask(`sip|${txn(invite)}|`, answerText(invite, 200, [], SDP));
  t.equal((await peer.next()).status, 100);
  const ok = await peer.next();
  t.match(ok, { status: 200, reason: 'OK' });
  t.equal(echo.sip, ok.raw.toString());
  t.equal(ok.header('contact'), `<sip:127.0.0.1:${udpPort}>`);
  t.equal(ok.header('content-type'), 'application/sdp');
  t.equal(ok.header('content-length'), String(SDP.length));
  t.equal(echo.tokens[10], txn(invite));
  t.equal(echo.tokens[11], 'in1@test;from-tag=f-in1');
  t.same(echo.tokens.slice(12), ['', 'Msg sent:', '']);
  peer.send(requestIn(ok, 'ACK', 1));
  const ack = await app.next();
  t.same(ack.tokens.slice(8), [txn(invite), 'in1@test;from-tag=f-in1', '']);
  peer.send(requestIn(ok, 'INFO', 2));
  const info = await app.next();
  t.equal(info.tokens.length, 11);
  t.equal(info.tokens[9], 'in1@test;from-tag=f-in1');
  t.not(txn(info), txn(invite));
});

t.test('the To tag is ours or the one the app chose, and stays; 100 has none', async (t) => {
  const { app, peer } = await testbed(t);
  peer.send(inviteText('tag1', peer.port));
  const invite = await app.next();
  t.equal((await peer.next()).toTag, '');
  await app.ask(`sip|${txn(invite)}|`, answerText(invite, 180));
  const ringing = await peer.next();
  t.not(ringing.toTag, '');
  t.equal(ringing.header('contact'), undefined);
  await app.ask(`sip|${txn(invite)}|`, answerText(invite, 200));
  t.equal((await peer.next()).toTag, ringing.toTag);
  peer.send(requestIn(ringing, 'ACK', 1));
  await app.next();
  peer.send(inviteText('tag2', peer.port));
  const second = await app.next();
  await app.ask(`sip|${txn(second)}|`, answerText(second, 486).replace(/^to: .*$/m, '$&;tag=mine'));
  await peer.next();
  t.equal((await peer.next()).toTag, 'mine');
});

t.test("headers of the app: Via, Route and lengths are the engine's, spellings are canonical, X- stays", async (t) => {
  const { app, peer } = await testbed(t);
  peer.send(inviteText('hd', peer.port, { method: 'REGISTER' }));
  const request = await app.next();
  const lines = [
    'via: SIP/2.0/UDP evil',
    'record-route: <sip:evil;lr>',
    'route: <sip:evil>',
    'rseq: 1',
    'www-authenticate: Digest realm="a",Digest realm="b"',
    'service-route: <sip:x;lr>',
    'X-foo-BAR: 1',
    'contact: <sip:x@localhost>;expires=60',
    'no colon here',
  ];
  const echo = await app.ask(`sip|${txn(request)}|`, answerText(request, 200, lines, 'é'));
  const sent = await peer.next();
  const text = sent.raw.toString();
  t.notMatch(text, /evil|RSeq|Route: <sip:evil/i);
  t.match(text, /\r\nWWW-Authenticate: Digest realm="a",Digest realm="b"\r\n/);
  t.match(text, /\r\nService-Route: <sip:x;lr>\r\n/);
  t.match(text, /\r\nX-foo-BAR: 1\r\n/);
  t.match(text, /\r\nContact: <sip:x@127\.0\.0\.1:\d+>;expires=60\r\n/);
  t.equal(sent.header('content-length'), '2');
  t.equal(echo.tokens[11], '');
});

t.test('CANCEL: the peer gets 200 and 487, then the app hears; its own 487 is refused', async (t) => {
  const { app, udpPort } = await testbed(t);
  for (const [name, rings, dialogId] of [
    ['ca', false, ''],
    ['cb', true, 'cb@test;from-tag=f-cb'],
  ] as const) {
    const peer = await udpPeer(t, udpPort);
    const invite = inviteText(name, peer.port, { body: '' });
    peer.send(invite);
    const request = await app.next();
    t.equal((await peer.next()).status, 100);
    if (rings) {
      await app.ask(`sip|${txn(request)}|`, answerText(request, 180));
      t.equal((await peer.next()).status, 180);
    }
    peer.send(invite.replace('INVITE sip', 'CANCEL sip').replace('1 INVITE', '1 CANCEL'));
    t.match(await peer.next(), { status: 200, cseqMethod: 'CANCEL' });
    t.match(await peer.next(), { status: 487, cseqMethod: 'INVITE' });
    const cancel = await app.next();
    t.match(cancel.sip, /^CANCEL /);
    t.same(cancel.tokens.slice(8), [txn(request), dialogId, '']);
    const late = await app.ask(`sip|${txn(request)}|`, answerText(request, 487));
    t.same(late.tokens.slice(3), ['NOK', 'Response not sent due to unknown transaction']);
  }
  t.ok(await app.idle());
});

t.test('a 200 is repeated until the ACK; without one the call is ended by a BYE that the app is told of', async (t) => {
  const clock = createFakeClock();
  const { app, peer, engine } = await testbed(t, {}, { clock });
  peer.send(inviteText('na', peer.port));
  const invite = await app.next();
  await app.ask(`sip|${txn(invite)}|`, answerText(invite, 200));
  await peer.next();
  t.equal((await peer.next()).status, 200);
  clock.advance(T1_MS + 10);
  t.equal((await peer.next()).status, 200);
  clock.advance(64 * T1_MS);
  const ended = await app.next();
  t.same(ended.tokens.slice(1, 3), ['sip', 'application']);
  t.same(ended.tokens.slice(8), ['unsolicited', 'na@test;from-tag=f-na', '']);
  t.match(ended.sip, /^BYE sip:alice@127[\s\S]*\r\nReason: SIP;cause=200;text="ACK timeout"\r\n/);
  for (let message = await peer.next(); ; message = await peer.next()) {
    if (message.method !== 'BYE') continue;
    peer.send(responseTo(message, 200));
    break;
  }
  t.equal(engine.stats.dialogs, 0);
});

t.test('an app that stays silent: the caller gets 408 at last, a late answer is refused', async (t) => {
  const clock = createFakeClock();
  const { app, peer } = await testbed(t, {}, { clock });
  peer.send(inviteText('si', peer.port));
  const invite = await app.next();
  t.equal((await peer.next()).status, 100);
  clock.advance(128 * T1_MS + 10);
  t.equal((await peer.next()).status, 408);
  t.match((await app.next()).sip, /^CANCEL /);
  const late = await app.ask(`sip|${txn(invite)}|`, answerText(invite, 200));
  t.equal(late.tokens[3], 'NOK');
});

t.test('a reliable 183 is numbered, repeated, PRACKed, and needs a peer that knows how', async (t) => {
  const clock = createFakeClock();
  const { app, peer } = await testbed(t, {}, { clock });
  peer.send(inviteText('rl', peer.port, { lines: ['Supported: 100rel'] }));
  const invite = await app.next();
  const echo = await app.ask(`sip|${txn(invite)}|`, answerText(invite, 183, ['require: 100rel'], SDP));
  const rseq = /\r\nRSeq: (\d+)\r\n/.exec(echo.sip)?.[1];
  t.match(rseq, /^\d+$/);
  t.equal(echo.tokens[11], 'rl@test;from-tag=f-rl');
  await peer.next();
  const progress = await peer.next();
  t.equal(progress.status, 183);
  t.not(progress.header('contact'), undefined);
  clock.advance(T1_MS + 10);
  t.equal((await peer.next()).header('rseq'), rseq, 'repeated');
  // The 200 waits for the PRACK of a 183 with a body.
  await app.ask(`sip|${txn(invite)}|`, answerText(invite, 200));
  peer.send(requestIn(progress, 'PRACK', 2, ['RAck: 1 1 INVITE']));
  t.equal((await untilMethod('PRACK')).status, 481);
  peer.send(requestIn(progress, 'PRACK', 3, [`RAck: ${rseq} 1 INVITE INVITE`]));
  const prack = await app.next();
  t.match(prack.sip, /^PRACK /);
  t.equal(prack.tokens[9], 'rl@test;from-tag=f-rl');
  t.equal((await untilMethod('INVITE', 200)).status, 200);
  await app.ask(`sip|${txn(prack)}|`, answerText(prack, 200));
  t.equal((await untilMethod('PRACK')).status, 200);
  peer.send(inviteText('rn', peer.port));
  const plain = await app.next();
  const refused = await app.ask(`sip|${txn(plain)}|`, answerText(plain, 183, ['Require: 100rel']));
  t.same(refused.tokens.slice(3), ['NOK', 'Remote endpoint does not support 100rel']);

  async function untilMethod(method: string, status = 0) {
    for (;;) {
      const message = await peer.next();
      if (message.cseqMethod === method && (status === 0 || message.status === status)) return message;
    }
  }
});

t.test('requests with a broken answer of the app do not leave the peer waiting', async (t) => {
  const { app, peer } = await testbed(t);
  peer.send(inviteText('br', peer.port, { method: 'OPTIONS' }));
  const request = await app.next();
  const answer = await app.ask(`sip|${txn(request)}|`, answerText(request, 200).replace('1 OPTIONS', '1 INVITE'));
  t.same(answer.tokens.slice(3), ['NOK', 'Unknown server error sending response: cseq']);
  t.equal((await peer.next()).status, 500);
  const unknown = await app.ask('sip|no-such|', answerText(request, 200));
  t.same(unknown.tokens.slice(3), ['NOK', 'Response not sent due to unknown transaction']);
});
