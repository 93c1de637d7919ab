import t from 'tap';
import { T1_MS, udpPeer } from '../engine-test-peer.ts';
import { createFakeClock } from '../timer/index.ts';
import { answeredCall, answerText, leave, settled, testbed, txn } from './call-testbed.ts';
import { failureAck, inviteText, requestIn, responseTo, SDP } from './call-text.ts';

t.test(
  'a peer behind NAT is called back where it came from, with its Contact as Request-URI, and followed',
  async (t) => {
    const { app, peer, udpPort } = await testbed(t);
    peer.send(inviteText('nt', 5099).replace('alice@127.0.0.1:5099>', 'alice@192.168.1.5:5099>'));
    const invite = await app.next();
    await app.ask(`sip|${txn(invite)}|`, answerText(invite, 200));
    await peer.next();
    const ok = await peer.next();
    peer.send(requestIn(ok, 'ACK', 1));
    await app.next();
    const other = await udpPeer(t, udpPort);
    other.send(requestIn(ok, 'INFO', 2));
    const info = await app.next();
    await app.ask(`sip|${txn(info)}|`, answerText(info, 200));
    t.equal((await other.next()).status, 200);
    const echo = await app.ask(
      'sip||nt@test;from-tag=f-nt',
      'BYE sip:placeholder SIP/2.0\r\nContent-Length: 0\r\n\r\n',
    );
    t.equal(echo.tokens[3], 'OK');
    const bye = await other.next();
    t.match(bye, { method: 'BYE', cseq: 2 });
    t.match(bye.uri, /^sip:alice@192\.168\.1\.5:5099$/);
    other.send(responseTo(bye, 200));
    t.match((await app.next()).sip, /^SIP\/2\.0 200/);
  },
);

t.test('an owner that has gone: INFO gets 481, BYE gets 481 and frees the dialog', async (t) => {
  const { app, peer, engine } = await testbed(t);
  const ok = await call('ow');
  await leave({ app, peer, engine });
  for (const [method, seq] of [
    ['INFO', 2],
    ['BYE', 3],
  ] as const) {
    peer.send(requestIn(ok, method, seq));
    t.equal((await peer.next()).status, 481, method);
  }
  t.equal(engine.stats.dialogs, 0);

  async function call(name: string) {
    peer.send(inviteText(name, peer.port));
    const invite = await app.next();
    await app.ask(`sip|${txn(invite)}|`, answerText(invite, 200));
    await peer.next();
    const answer = await peer.next();
    peer.send(requestIn(answer, 'ACK', 1));
    await app.next();
    return answer;
  }
});

t.test('orphan=bye: the calls of an app that went are ended, what it had not answered gets 500', async (t) => {
  const clock = createFakeClock();
  const { app, peer, engine } = await testbed(t, { orphan: 'bye' }, { clock });
  peer.send(inviteText('ob', peer.port));
  const invite = await app.next();
  await app.ask(`sip|${txn(invite)}|`, answerText(invite, 200));
  await peer.next();
  peer.send(requestIn(await peer.next(), 'ACK', 1));
  await app.next();
  peer.send(inviteText('oc', peer.port));
  await app.next();
  t.equal((await peer.next()).status, 100);
  await leave({ app, peer, engine });
  clock.advance(1_100);
  t.equal((await peer.next()).status, 500);
  const bye = await peer.next();
  t.equal(bye.method, 'BYE');
  peer.send(responseTo(bye, 200));
  t.equal(engine.stats.dialogs, 0);
});

t.test('orphan=keep: only answered calls outlive their app, no transaction is left of the others', async (t) => {
  const clock = createFakeClock();
  const { app, peer, engine, udpPort } = await testbed(t, { orphan: 'keep' }, { clock });
  const callee = await udpPeer(t, udpPort);
  const ok = await answeredCall({ app, peer }, 'kept');
  peer.send(inviteText('early', peer.port));
  const early = await app.next();
  t.equal((await peer.next()).status, 100);
  await app.ask(`sip|${txn(early)}|`, answerText(early, 180));
  t.equal((await peer.next()).status, 180);
  peer.send(inviteText('asked', peer.port, { method: 'OPTIONS' }));
  await app.next();
  await app.ask('sip||', `INVITE sip:b@127.0.0.1:${callee.port} SIP/2.0\r\n\r\n${SDP}`);
  const ringing = await callee.next();
  callee.send(responseTo(ringing, 180, { tag: 'b', contact: `<sip:b@127.0.0.1:${callee.port}>` }));
  t.match((await app.next()).sip, /^SIP\/2\.0 180/);
  const silent = await udpPeer(t, udpPort);
  await app.ask('sip||', `INVITE sip:b@127.0.0.1:${silent.port} SIP/2.0\r\n\r\n${SDP}`);
  await leave({ app, peer, engine });
  await settled(peer);
  clock.advance(1_100);
  const answers = [await peer.next(), await peer.next()];
  t.same(answers.map(({ status, cseqMethod }) => `${status} ${cseqMethod}`).sort(), ['500 INVITE', '500 OPTIONS']);
  for (const answer of answers) if (answer.cseqMethod === 'INVITE') peer.send(failureAck(answer));
  let cancel = await callee.next();
  while (cancel.method !== 'CANCEL') cancel = await callee.next();
  callee.send(responseTo(cancel, 200));
  callee.send(responseTo(ringing, 487, { tag: 'b' }));
  t.equal((await callee.next()).method, 'ACK');
  await settled(peer);
  t.equal(engine.stats.dialogs, 1);
  for (let waited = 0; waited < 130; waited++) clock.advance(T1_MS);
  t.same(Object.values(engine.stats.transactions), [0, 0, 0, 0]);
  peer.send(requestIn(ok, 'BYE', 2));
  t.equal((await peer.next()).status, 481);
  t.equal(engine.stats.dialogs, 0);
});

t.test(
  're-INVITEs: crossing ones get 491, a second one 500, too short an interval 422; the target is refreshed',
  async (t) => {
    const { app, peer } = await testbed(t);
    peer.send(inviteText('re', peer.port));
    const invite = await app.next();
    await app.ask(`sip|${txn(invite)}|`, answerText(invite, 200, [], SDP));
    await peer.next();
    const ok = await peer.next();
    peer.send(requestIn(ok, 'ACK', 1));
    await app.next();
    peer.send(requestIn(ok, 'INVITE', 2, [`Contact: <sip:new@127.0.0.1:${peer.port}>`], SDP));
    const re = await app.next();
    t.equal((await peer.next()).status, 100);
    peer.send(requestIn(ok, 'INVITE', 3, [], SDP));
    t.equal((await peer.next()).status, 100);
    const second = await peer.next();
    t.match(second, { status: 500, cseq: 3 });
    peer.send(failureAck(second));
    await app.ask(`sip|${txn(re)}|`, answerText(re, 200, [], SDP));
    t.match(await peer.next(), { status: 200, cseq: 2 });
    peer.send(requestIn(ok, 'ACK', 2));
    const ack = await app.next();
    t.equal(ack.tokens[9], 're@test;from-tag=f-re');
    const id = 're@test;from-tag=f-re';
    const echo = await app.ask(`sip||${id}`, `INVITE sip:placeholder SIP/2.0\r\nContent-Length: 1\r\n\r\n${SDP}`);
    t.equal(echo.tokens[3], 'OK');
    const own = await peer.next();
    t.match(own, { method: 'INVITE', uri: `sip:new@127.0.0.1:${peer.port}` });
    t.not(own.header('contact'), undefined);
    peer.send(requestIn(ok, 'INVITE', 4, [], SDP));
    t.equal((await peer.next()).status, 100);
    const glare = await peer.next();
    t.match(glare, { status: 491, cseq: 4 });
    peer.send(failureAck(glare));
    peer.send(responseTo(own, 488));
    t.equal((await peer.next()).method, 'ACK');
    t.match((await app.next()).sip, /^SIP\/2\.0 488/);
    const stray = await app.ask(`sip||${id}`, 'ACK sip:x SIP/2.0\r\nContent-Length: 0\r\n\r\n');
    t.equal(stray.tokens[3], 'NOK');
    peer.send(requestIn(ok, 'INVITE', 5, ['Session-Expires: 30', 'Supported: timer'], SDP));
    t.equal((await peer.next()).status, 100);
    const short = await peer.next();
    t.match(short, { status: 422, cseq: 5 });
    t.equal(short.header('min-se'), '90');
    peer.send(failureAck(short));
    peer.send(requestIn(ok, 'INFO', 4));
    t.match(await peer.next(), { status: 500 }, 'a CSeq that goes back');
  },
);
