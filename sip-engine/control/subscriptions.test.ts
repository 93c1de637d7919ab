import t from 'tap';
import { answeredCall, answerText, testbed, txn } from './call-testbed.ts';
import { inviteText, requestIn, responseTo } from './call-text.ts';

const END = 'Content-Length: 0\r\n\r\n';
const notify = (state: string): string =>
  `NOTIFY sip:placeholder SIP/2.0\r\nEvent: presence\r\nSubscription-State: ${state}\r\n${END}`;

t.test('as notifier: 202 makes the dialog, NOTIFYs count up, the last one ends it (RFC 6665 4.2)', async (t) => {
  const { app, peer, engine, udpPort } = await testbed(t);
  const lines = ['Event: presence', 'Expires: 60', `Record-Route: <sip:127.0.0.1:${peer.port};lr>`];
  peer.send(inviteText('sn', peer.port, { method: 'SUBSCRIBE', lines }));
  const subscribe = await app.next();
  const id = 'sn@test;from-tag=f-sn';
  const echo = await app.ask(`sip|${txn(subscribe)}|`, answerText(subscribe, 202, ['Expires: 60']));
  t.equal(echo.tokens[11], id);
  const accepted = await peer.next();
  t.equal(accepted.status, 202);
  t.equal(accepted.header('contact'), `<sip:127.0.0.1:${udpPort}>`);
  t.equal(accepted.header('record-route'), `<sip:127.0.0.1:${peer.port};lr>`);
  t.match(accepted.header('via'), /branch=z9hG4bK-sn/);
  t.equal(engine.stats.dialogs, 1);
  for (const [seq, state] of [
    [2, 'active;expires=60'],
    [3, 'terminated;reason=timeout'],
  ] as const) {
    await app.ask(`sip||${id}`, notify(state));
    const sent = await peer.next();
    t.match(sent, { method: 'NOTIFY', cseq: seq, toTag: 'f-sn', fromTag: accepted.toTag });
    t.equal(sent.header('subscription-state'), state);
    t.equal(sent.header('route'), `<sip:127.0.0.1:${peer.port};lr>`);
    t.not(sent.header('contact'), undefined);
    peer.send(responseTo(sent, 200));
    t.equal((await app.next()).tokens[9], id);
  }
  t.equal(engine.stats.dialogs, 0);
});

t.test(
  'as notifier: a refreshing SUBSCRIBE is one of the dialog, and a NOTIFY of an INVITE dialog ends nothing',
  async (t) => {
    const { app, peer, engine } = await testbed(t);
    peer.send(inviteText('sr', peer.port, { method: 'SUBSCRIBE', lines: ['Event: presence'] }));
    const subscribe = await app.next();
    await app.ask(`sip|${txn(subscribe)}|`, answerText(subscribe, 200));
    const accepted = await peer.next();
    peer.send(requestIn(accepted, 'SUBSCRIBE', 2, ['Event: presence', 'Expires: 0']));
    const refresh = await app.next();
    t.equal(refresh.tokens[9], 'sr@test;from-tag=f-sr');
    await app.ask(`sip|${txn(refresh)}|`, answerText(refresh, 200, ['Expires: 0']));
    const refreshed = await peer.next();
    t.equal(refreshed.toTag, accepted.toTag);
    t.not(refreshed.header('contact'), undefined);
    const ok = await answeredCall({ app, peer }, 'si');
    peer.send(requestIn(ok, 'REFER', 2, ['Refer-To: <sip:c@h>', 'Contact: <sip:alice@127.0.0.1>']));
    const refer = await app.next();
    t.match(refer.sip, /^REFER [\s\S]*Refer-To: <sip:c@h>/);
    await app.ask(`sip|${txn(refer)}|`, answerText(refer, 202));
    t.equal((await peer.next()).status, 202);
    const lines =
      'Event: refer\r\nSubscription-State: terminated;reason=noresource\r\nContent-Type: message/sipfrag\r\n';
    await app.ask('sip||si@test;from-tag=f-si', `NOTIFY sip:placeholder SIP/2.0\r\n${lines}\r\nSIP/2.0 200 OK`);
    const told = await peer.next();
    t.match(told, { method: 'NOTIFY', cseq: 2 });
    peer.send(responseTo(told, 200));
    t.match((await app.next()).sip, /^SIP\/2\.0 200/);
    t.equal(engine.stats.dialogs, 2, 'both are still there');
  },
);

t.test(
  'a call that is referred: REFER by the app carries a Contact, its NOTIFYs come back in the dialog',
  async (t) => {
    const { app, peer } = await testbed(t);
    const ok = await answeredCall({ app, peer }, 'rf');
    const id = 'rf@test;from-tag=f-rf';
    await app.ask(`sip||${id}`, `REFER sip:placeholder SIP/2.0\r\nRefer-To: <sip:c@h>\r\n${END}`);
    const refer = await peer.next();
    t.match(refer, { method: 'REFER', cseq: 2 });
    t.equal(refer.header('contact'), ok.header('contact'));
    peer.send(responseTo(refer, 202));
    t.match((await app.next()).sip, /^SIP\/2\.0 202/);
    peer.send(requestIn(ok, 'NOTIFY', 2, ['Event: refer', 'Subscription-State: active;expires=60']));
    const notified = await app.next();
    t.match(notified.sip, /^NOTIFY /);
    t.equal(notified.tokens[9], id);
  },
);

t.test('as subscriber: a refusal makes no dialog, 200 does, and the last NOTIFY ends it', async (t) => {
  const { app, peer, engine, udpPort } = await testbed(t);
  const subscribe = (callId: string): string =>
    `SUBSCRIBE sip:b@127.0.0.1:${peer.port} SIP/2.0\r\nCall-ID: ${callId}\r\nfrom: <sip:a@h>;tag=f\r\nEvent: dialog\r\n${END}`;
  await app.ask('sip||', subscribe('s1'));
  peer.send(responseTo(await peer.next(), 489, { tag: 'b' }));
  t.equal((await app.next()).tokens[9], 's1;from-tag=f');
  t.equal(engine.stats.dialogs, 0);
  await app.ask('sip||', subscribe('s2'));
  const sent = await peer.next();
  t.equal(sent.header('contact'), `<sip:127.0.0.1:${udpPort}>`);
  peer.send(responseTo(sent, 200, { tag: 'b', contact: `<sip:b@127.0.0.1:${peer.port}>` }));
  await app.next();
  t.equal(engine.stats.dialogs, 1);
  const last = requestIn(sent, 'NOTIFY', 1, ['Event: dialog', 'Subscription-State: terminated'])
    .replace(/^From: .*$/m, `From: ${sent.header('to')};tag=b`)
    .replace(/^To: .*$/m, `To: ${sent.header('from')}`);
  peer.send(last);
  const notified = await app.next();
  t.equal(notified.tokens[9], 's2;from-tag=f');
  await app.ask(`sip|${txn(notified)}|`, answerText(notified, 200));
  t.match(await peer.next(), { status: 200, cseqMethod: 'NOTIFY' }, 'the answer of the app');
  t.equal(engine.stats.dialogs, 0);
});
