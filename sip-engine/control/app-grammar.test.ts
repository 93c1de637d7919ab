import t from 'tap';
import { answerText, testbed, txn } from './call-testbed.ts';
import { failureAck, inviteText, responseTo } from './call-text.ts';

const UNSENDABLE = 'Error creating sip transaction for uac request';
const END = 'Content-Length: 0\r\n\r\n';

t.test('an answer that cannot be sent: the app gets the server’s words, the peer a 500', async (t) => {
  const { app, peer } = await testbed(t);
  const whole = (line: string) => (text: string) => text.replace('Content-Length: 999', `${line}\r\n$&`);
  for (const [index, [change, name]] of (
    [
      [whole('Expires: abc'), 'Expires'],
      [whole('Contact: <sip:a@h'), 'Contact'],
      [whole('Contact: nonsense'), 'Contact'],
      [whole('Min-SE: soon'), 'Min-SE'],
      [whole('Supported: a b'), 'Supported'],
      [whole('Content-Type: sdp'), 'Content-Type'],
      [whole('Subject: a\rInjected: b'), 'Subject'],
      [(text: string) => text.replace('1 OPTIONS', '1 INVITE'), 'cseq'],
      [(text: string) => text.replace('SIP/2.0 200', 'SIP/2.0 abc'), 'status'],
      [(text: string) => text.replace('SIP/2.0 200', 'SIP/2.0 700'), 'status'],
      [(text: string) => text.replace('SIP/2.0 200', 'SIP/3.0 200'), 'status'],
      [(text: string) => text.replace('SIP/2.0 200', 'SIP/2.0 200 O\rK'), 'status'],
    ] as const
  ).entries()) {
    peer.send(inviteText(`ba${index}`, peer.port, { method: 'OPTIONS' }));
    const request = await app.next();
    const answer = await app.ask(`sip|${txn(request)}|`, change(answerText(request, 200)));
    t.same(answer.tokens.slice(3), ['NOK', `Unknown server error sending response: ${name}`]);
    t.equal((await peer.next()).status, 500);
  }
  peer.send(inviteText('bi', peer.port));
  const invite = await app.next();
  const refused = await app.ask(`sip|${txn(invite)}|`, answerText(invite, 200, ['Session-Expires: never']));
  t.equal(refused.tokens[3], 'NOK');
  t.equal((await peer.next()).status, 100);
  const failed = await peer.next();
  t.equal(failed.status, 500);
  peer.send(failureAck(failed));
});

t.test('lines of an answer without a colon or with a bad name are left out, the rest goes', async (t) => {
  const { app, peer } = await testbed(t);
  peer.send(inviteText('bn', peer.port, { method: 'OPTIONS' }));
  const request = await app.next();
  const lines = ['no colon', 'bad name: x', ': nothing', 'b@d: x', 'X-Good: y', 'Expires: 60'];
  const echo = await app.ask(`sip|${txn(request)}|`, answerText(request, 200, lines));
  t.equal(echo.tokens[3], 'OK');
  const sent = await peer.next();
  t.notMatch(sent.raw.toString(), /colon|bad name|nothing|b@d/);
  t.equal(sent.header('x-good'), 'y');
  t.equal(sent.header('expires'), '60');
});

t.test('a request of the app: what does not parse is left out, start lines and URIs are refused by name', async (t) => {
  const { app, peer } = await testbed(t);
  const good = `sip:b@127.0.0.1:${peer.port}`;
  const lines = 'Expires: abc\r\nSupported: a b\r\nb@d: x\r\nno colon\r\nContact: <sip:a@h\r\nX-Good: y\r\n';
  await app.ask('sip||', `INVITE ${good} SIP/2.0\r\n${lines}${END}`);
  const sent = await peer.next();
  for (const name of ['expires', 'supported', 'b@d']) t.equal(sent.header(name), undefined, name);
  t.match(sent.header('contact'), /^<sip:127\.0\.0\.1:\d+>$/, 'ours in its place');
  t.equal(sent.header('x-good'), 'y');
  peer.send(responseTo(sent, 486, { tag: 'x' }));
  t.equal((await peer.next()).method, 'ACK');
  await app.next();
  for (const line of [
    'INVITE not-a-uri SIP/2.0',
    `DANCE ${good} SIP/2.0`,
    `invite ${good} SIP/2.0`,
    `INVITE ${good} SIP/3.0`,
    `INVITE ${good}`,
    `INVITE  ${good} SIP/2.0`,
    'INVITE sip: SIP/2.0',
    'INVITE sip:b@h:99999 SIP/2.0',
    'INVITE sip:b@[::1 SIP/2.0',
    `INVITE sip:${'u'.repeat(1100)}@h SIP/2.0`,
    '',
  ]) {
    const refused = await app.ask('sip||', `${line}\r\n${END}`);
    t.same(refused.tokens.slice(3), ['NOK', `invalid request-uri: ${line}`], line);
  }
  for (const [lead, text, reason] of [
    ['sip||', `OPTIONS ${good}?Subject=x SIP/2.0\r\n${END}`, 'Error creating leg'],
    ['sip||', `OPTIONS ${good} SIP/2.0\r\nFrom: <sip:a@h\r\n${END}`, 'Error creating leg'],
    ['sip||', `OPTIONS ${good} SIP/2.0\r\nTo: "x <sip:a@h>\r\n${END}`, 'Error creating leg'],
    ['sip||', `OPTIONS ${good} SIP/2.0\r\nCall-ID: a|b\r\n${END}`, 'Error creating leg'],
    ['sip||', `OPTIONS ${good} SIP/2.0\r\nCall-ID: a;b\r\n${END}`, 'Error creating leg'],
    ['sip||', `OPTIONS ${good} SIP/2.0\r\nFrom: <sip:a@h>;tag=1;tag=2\r\n${END}`, 'Error creating leg'],
    ['sip||', `OPTIONS ${good} SIP/2.0\r\nFrom: <sip:a@h>;tag="1"\r\n${END}`, 'Error creating leg'],
    ['sip||', `OPTIONS ${good} SIP/2.0\r\nTo: <sip:a@h>, <sip:b@h>\r\n${END}`, 'Error creating leg'],
    ['sip||', `ACK ${good} SIP/2.0\r\n${END}`, 'ACK outside a dialog or transaction'],
    ['sip||', `CANCEL ${good} SIP/2.0\r\n${END}`, 'CANCEL outside a dialog or transaction'],
    ['sip||', `OPTIONS ${good} SIP/2.0\r\nMax-Forwards: 256\r\n${END}`, 'invalid header: Max-Forwards'],
    ['sip||', `OPTIONS ${good} SIP/2.0\r\nMax-Forwards: -1\r\n${END}`, 'invalid header: Max-Forwards'],
    ['sip||', `OPTIONS ${good} SIP/2.0\r\nSubject: a\0b\r\n${END}`, `${UNSENDABLE}: Subject`],
    ['sip||', `OPTIONS sip:\0\x01\x1b[2J\x7f SIP/2.0\r\n${END}`, 'invalid request-uri: OPTIONS sip:   [2J  SIP/2.0'],
    ['sip|||sip:b@h:1:2', `OPTIONS ${good} SIP/2.0\r\n${END}`, UNSENDABLE],
    ['sip||x;from-tag=y', `dance sip:placeholder SIP/2.0\r\n${END}`, badMethod('dance sip:placeholder SIP/2.0')],
    ['sip||x;from-tag=y', `CANCEL sip:placeholder SIP/2.0\r\n${END}`, badMethod('CANCEL sip:placeholder SIP/2.0')],
  ] as const) {
    t.same((await app.ask(lead, text)).tokens.slice(3), ['NOK', reason], reason);
  }
  t.equal(peer.waiting, 0);
});

function badMethod(line: string): string {
  return `Server error: invalid or missing method supplied on start line: ${line}`;
}
