import t, { type Test } from 'tap';
import { tcpPeer, udpPeer } from '../engine-test-peer.ts';
import { answerText, testbed, txn } from './call-testbed.ts';
import { inviteText, requestIn, responseTo } from './call-text.ts';

const END = 'Content-Length: 0\r\n\r\n';
const registerText = (name: string, port: number, contact: string): string =>
  inviteText(name, port, { method: 'REGISTER' })
    .replace('SIP/2.0/UDP', 'SIP/2.0/TCP')
    .replace(/Contact: .*/, `Contact: ${contact}`);

async function registered(t: Test, contact: string) {
  const bed = await testbed(t);
  const device = await tcpPeer(t, bed.tcpPort);
  await register(bed.app, device, 'reg1', contact);
  return { ...bed, device };
}

async function register(
  app: Awaited<ReturnType<typeof testbed>>['app'],
  device: Awaited<ReturnType<typeof tcpPeer>>,
  name: string,
  contact: string,
): Promise<void> {
  device.send(registerText(name, device.port, contact));
  const request = await app.next();
  t.equal(request.tokens[4], 'tcp');
  await app.ask(`sip|${txn(request)}|`, answerText(request, 200, [`Contact: ${contact};expires=60`]));
  t.equal((await device.next()).status, 200);
}

t.test('a registered connection is used for its contact, until it closes', async (t) => {
  const { app, device } = await registered(t, '<sip:x@abc.invalid;transport=ws>');
  const echo = await app.ask('sip||', `OPTIONS sip:x@abc.invalid;transport=ws SIP/2.0\r\n${END}`);
  t.equal(echo.tokens[6], 'tcp');
  const sent = await device.next();
  t.match(sent, { method: 'OPTIONS', uri: 'sip:x@abc.invalid;transport=ws' });
  device.send(responseTo(sent, 200));
  t.match((await app.next()).sip, /^SIP\/2\.0 200/);
  device.close();
  for (;;) {
    const answer = await app.ask('sip||', `OPTIONS sip:x@abc.invalid;transport=ws SIP/2.0\r\n${END}`);
    if (answer.tokens[3] === 'NOK') break;
    await app.next();
  }
});

t.test('two live connections with one contact: neither is guessed, an explicit route URI always wins', async (t) => {
  const { app, peer, device, tcpPort } = await registered(t, `<sip:s@127.0.0.1>`);
  const second = await tcpPeer(t, tcpPort);
  const routed = `OPTIONS sip:s@127.0.0.1 SIP/2.0\r\n${END}`;
  await app.ask(`sip|||sip:127.0.0.1:${peer.port}`, routed);
  const sent = await peer.next();
  t.equal(sent.method, 'OPTIONS');
  peer.send(responseTo(sent, 200));
  await app.next();
  await register(app, second, 'reg2', '<sip:s@127.0.0.1>');
  const echo = await app.ask('sip||', `OPTIONS sip:s@127.0.0.1:${peer.port} SIP/2.0\r\n${END}`);
  t.equal(echo.tokens[6], 'udp');
  t.equal((await peer.next()).method, 'OPTIONS');
  t.equal(device.waiting + second.waiting, 0);
});

t.test(
  'a call over TCP: its BYE takes the same connection, and a caller that is gone is no longer rung for',
  async (t) => {
    const { app, tcpPort, engine } = await testbed(t);
    const caller = await tcpPeer(t, tcpPort);
    const overTcp = (text: string): string => text.replace('SIP/2.0/UDP', 'SIP/2.0/TCP');
    caller.send(overTcp(inviteText('tc', 5099, { body: '' })).replace('Content-Type: application/sdp\r\n', ''));
    const invite = await app.next();
    await app.ask(`sip|${txn(invite)}|`, answerText(invite, 200));
    t.equal((await caller.next()).status, 100);
    const ok = await caller.next();
    t.match(ok.header('contact'), /;transport=tcp>$/);
    caller.send(overTcp(requestIn(ok, 'ACK', 1)));
    await app.next();
    const echo = await app.ask('sip||tc@test;from-tag=f-tc', `BYE sip:placeholder SIP/2.0\r\n${END}`);
    t.equal(echo.tokens[8], String(caller.port));
    const bye = await caller.next();
    t.match(bye, { method: 'BYE', uri: 'sip:alice@127.0.0.1:5099' });
    caller.send(responseTo(bye, 200));
    t.match((await app.next()).sip, /^SIP\/2\.0 200/);
    caller.send(overTcp(inviteText('td', 5099, { body: '' })));
    const second = await app.next();
    await app.ask(`sip|${txn(second)}|`, answerText(second, 180));
    caller.close();
    const cancel = await app.next();
    t.match(cancel.sip, /^CANCEL /);
    t.equal(cancel.tokens[8], txn(second));
    const late = await app.ask(`sip|${txn(second)}|`, answerText(second, 200));
    t.same(late.tokens.slice(3), ['NOK', 'Response not sent due to unknown transaction']);
    t.equal(engine.stats.dialogs, 0);
  },
);

t.test('a NOTIFY that overtakes the answer to its SUBSCRIBE reaches the subscriber in the dialog', async (t) => {
  const { app, udpPort } = await testbed(t);
  const notifier = await udpPeer(t, udpPort);
  const lines = 'from: <sip:a@h>;tag=f\r\nCall-ID: sub\r\nEvent: x\r\n';
  await app.ask('sip||', `SUBSCRIBE sip:b@127.0.0.1:${notifier.port} SIP/2.0\r\n${lines}${END}`);
  const subscribe = await notifier.next();
  const contact = `<sip:b@127.0.0.1:${notifier.port}>`;
  const notify = (seq: number, state: string): string =>
    [
      `NOTIFY sip:127.0.0.1:${udpPort} SIP/2.0`,
      `Via: SIP/2.0/UDP 127.0.0.1:${notifier.port};rport;branch=z9hG4bK-not${seq}`,
      `From: ${subscribe.header('to')};tag=b`,
      `To: ${subscribe.header('from')}`,
      'Call-ID: sub',
      `CSeq: ${seq} NOTIFY`,
      'Event: x',
      `Subscription-State: ${state}`,
      `Contact: ${contact}`,
      'Content-Length: 0',
      '',
      '',
    ].join('\r\n');
  notifier.send(notify(1, 'active'));
  const first = await app.next();
  t.match(first.sip, /^NOTIFY /);
  t.equal(first.tokens[9], 'sub;from-tag=f');
  await app.ask(`sip|${txn(first)}|`, answerText(first, 200));
  t.equal((await notifier.next()).status, 200);
  notifier.send(responseTo(subscribe, 202, { tag: 'b', contact }));
  t.equal((await app.next()).tokens[9], 'sub;from-tag=f');
  notifier.send(notify(2, 'terminated;reason=timeout'));
  const last = await app.next();
  t.equal(last.tokens[9], 'sub;from-tag=f');
  await app.ask(`sip|${txn(last)}|`, answerText(last, 200));
  t.equal((await notifier.next()).status, 200);
  notifier.send(notify(3, 'active'));
  t.equal((await notifier.next()).status, 481);
});
