import t from 'tap';
import { createProxyFixture, request, T1_MS } from './proxy-fixture.ts';

const [A, B] = ['sip:10.1.0.1', 'sip:10.1.0.2'];

t.test('serial: the next target is tried after a failure, and the caller gets the answer of the last', (t) => {
  const { start, callee, log, answers, total, clock } = createProxyFixture();
  start(request('INVITE'), { targets: [A, B] });
  t.same(log, ['sent']);
  callee('10.1.0.1').answer(486);
  t.same(callee('10.1.0.1').methods(), ['INVITE', 'ACK']);
  callee('10.1.0.2').answer(180);
  callee('10.1.0.2').answer(200);
  t.same(log, ['sent', 'final 486', 'final 200', 'done']);
  t.same(answers(), ['100 INVITE', '180 INVITE', '200 INVITE']);
  clock.advance(65 * T1_MS);
  t.equal(total(), 0);
  t.end();
});

t.test('the forwarded request: body, headers and Request-URI kept, Max-Forwards less one, our Via on top', (t) => {
  const { start, callee } = createProxyFixture();
  const lines = [
    'Max-Forwards: 9',
    'Subject: old',
    'X-Odd:  as  it is',
    'Route: <sip:10.0.0.5;lr>, <sip:far.example;lr>',
  ];
  const headers = [
    ['Subject', 'new'],
    ['X-Odd', 'second'],
    ['Via', 'SIP/2.0/UDP evil;branch=z9hG4bKx'],
  ] as const;
  t.equal(start(request('INVITE', { lines, body: 'v=0\r\n' }), { targets: [A], headers }), undefined);
  const sent = callee('10.1.0.1').request;
  t.equal(sent.uri, 'sip:bob@example.com');
  t.equal(sent.body.toString(), 'v=0\r\n');
  t.equal(sent.header('max-forwards'), '8');
  t.same(sent.headerLines('subject'), ['new']);
  t.same(sent.headerLines('x-odd'), ['as  it is', 'second']);
  t.same(sent.headerValues('route'), ['<sip:far.example;lr>']);
  const vias = sent.headerValues('via');
  t.equal(vias.length, 2);
  t.match(vias[0], /^SIP\/2.0\/UDP 10.0.0.5:5060;/);
  t.match(vias[1], /^SIP\/2.0\/UDP 10.0.0.9:5062;.*branch=z9hG4bKINVITE/);
  t.equal(sent.headerLines('record-route').length, 0);
  t.end();
});

t.test('a Request-URI that names us becomes the target, a foreign one and tel: stay', (t) => {
  for (const [uri, expected] of [
    ['sip:bob@10.0.0.5', 'sip:carol@10.1.0.1'],
    ['sip:bob@10.0.0.5:5080', 'sip:bob@10.0.0.5:5080'],
    ['sip:bob@example.com', 'sip:bob@example.com'],
    ['tel:+31201234567', 'tel:+31201234567'],
  ]) {
    const { start, callee } = createProxyFixture();
    start(request('INVITE', { uri: uri ?? '' }), { targets: ['sip:carol@10.1.0.1'] });
    t.equal(callee('10.1.0.1').request.uri, expected);
  }
  t.end();
});

t.test('without Max-Forwards it gets 70; with 0 the caller gets 483, and it is said why', (t) => {
  const none = createProxyFixture();
  none.start(request('INVITE'), { targets: [A] });
  t.equal(none.callee('10.1.0.1').request.header('max-forwards'), '70');
  const zero = createProxyFixture();
  const refusal = zero.start(request('INVITE', { lines: ['Max-Forwards: 0'] }), { targets: [A] });
  t.match(refusal, { status: 483, reason: 'Rejected with 483 Too Many Hops due to Max-Forwards value of 0' });
  t.same(zero.answers(), ['100 INVITE', '483 INVITE']);
  t.same(zero.log, []);
  t.equal(zero.proxy.size, 0);
  t.end();
});

t.test('an extension the proxy would have to know is refused with 420 and named', (t) => {
  const { start, caller } = createProxyFixture();
  t.match(start(request('INVITE', { lines: ['Proxy-Require: nothing, we'] }), { targets: [A] }), { status: 420 });
  t.equal(caller.sent.at(-1)?.header('unsupported'), 'nothing, we');
  t.end();
});

t.test('the best response: 6xx, then the lowest class, there the one that tells what to change', (t) => {
  const cases: [number[], number][] = [
    [[486, 603], 603],
    [[503, 404], 404],
    [[486, 484], 484],
    [[503, 500], 500],
    [[486, 302], 302],
    [[480, 486], 480],
  ];
  for (const [statuses, expected] of cases) {
    const { start, callee, answers } = createProxyFixture();
    start(request('INVITE'), { targets: [A, B], simultaneous: true });
    callee('10.1.0.1').answer(statuses[0] ?? 0);
    callee('10.1.0.2').answer(statuses[1] ?? 0);
    t.equal(answers().at(-1), `${expected} INVITE`, statuses.join(' and '));
  }
  t.end();
});

t.test('a 6xx ends the search: no further target is tried', (t) => {
  const { start, callee, answers, log } = createProxyFixture();
  start(request('INVITE'), { targets: [A, B] });
  callee('10.1.0.1').answer(603);
  t.same(callee('10.1.0.2').methods(), []);
  t.equal(answers().at(-1), '603 INVITE');
  t.equal(log.at(-1), 'done');
  t.end();
});

t.test('a challenge stops a serial search; the request that answers it goes to that target alone, for 2 s', (t) => {
  const { start, callee, answers, clock } = createProxyFixture();
  start(request('INVITE'), { targets: [A, B] });
  callee('10.1.0.1').answer(407, 'x', ['Proxy-Authenticate: Digest realm="r", nonce="abc"']);
  t.equal(answers().at(-1), '407 INVITE');
  t.same(callee('10.1.0.2').methods(), []);
  const lines = ['Proxy-Authorization: Digest username="u", realm="r", nonce="abc", response="0"'];
  start(request('INVITE', { cseq: 2, branch: 'z9hG4bKagain', lines }), { targets: [B] });
  t.same(callee('10.1.0.2').methods(), []);
  t.same(callee('10.1.0.1').methods(), ['INVITE', 'ACK', 'INVITE']);
  clock.advance(2_100);
  start(request('INVITE', { cseq: 3, branch: 'z9hG4bKlate', lines }), { targets: [B] });
  t.same(callee('10.1.0.2').methods(), ['INVITE']);
  t.end();
});

t.test('challenges of parallel targets are given to the caller together', (t) => {
  const { start, callee, caller } = createProxyFixture();
  start(request('INVITE'), { targets: [A, B], simultaneous: true });
  callee('10.1.0.1').answer(401, 'x', ['WWW-Authenticate: Digest realm="a", nonce="1"']);
  callee('10.1.0.2').answer(407, 'x', ['Proxy-Authenticate: Digest realm="b", nonce="2"']);
  const final = caller.sent.at(-1);
  t.equal(final?.status, 401);
  t.match(final?.header('www-authenticate'), 'realm="a"');
  t.match(final?.header('proxy-authenticate'), 'realm="b"');
  t.end();
});

t.test('redirects: followed by preference with the Contact as Request-URI, or left to the caller', (t) => {
  const contacts = ['Contact: <sip:low@10.1.0.3>;q=0.1, <sip:high@10.1.0.4>;q=0.9'];
  const followed = createProxyFixture();
  followed.start(request('INVITE'), { targets: [A, B], followRedirects: true });
  followed.callee('10.1.0.1').answer(302, 'x', contacts);
  t.equal(followed.callee('10.1.0.4').request.uri, 'sip:high@10.1.0.4');
  followed.callee('10.1.0.4').answer(486);
  t.equal(followed.callee('10.1.0.3').request.uri, 'sip:low@10.1.0.3');
  followed.callee('10.1.0.3').answer(486);
  t.equal(followed.callee('10.1.0.2').request.uri, 'sip:bob@example.com');
  followed.callee('10.1.0.2').answer(200);
  t.equal(followed.answers().at(-1), '200 INVITE');
  const left = createProxyFixture();
  left.start(request('INVITE'), { targets: [A] });
  left.callee('10.1.0.1').answer(302, 'x', contacts);
  t.equal(left.answers().at(-1), '302 INVITE');
  t.end();
});

t.test('a redirect to a target already tried is not followed round and round', (t) => {
  const { start, callee, answers, log } = createProxyFixture();
  start(request('INVITE'), { targets: [A], followRedirects: true });
  callee('10.1.0.1').answer(302, 'x', [`Contact: <${A}>`]);
  t.equal(answers().at(-1), '302 INVITE');
  t.equal(log.at(-1), 'done');
  t.end();
});

t.test('a non-INVITE is forwarded and its 200 comes back once', (t) => {
  const { start, callee, answers, log, caller } = createProxyFixture();
  start(request('MESSAGE', { body: 'hi' }), { targets: [A] });
  t.equal(callee('10.1.0.1').request.body.toString(), 'hi');
  callee('10.1.0.1').answer(200);
  t.same(answers(), ['200 MESSAGE']);
  t.equal(caller.sent[0]?.headerValues('via').length, 1);
  t.same(log, ['sent', 'final 200', 'done']);
  t.end();
});

t.test('REGISTER that shall come through us gets Path and Require: path, other methods Record-Route', (t) => {
  const { start, callee } = createProxyFixture();
  start(request('REGISTER', { lines: ['Require: gruu'] }), { targets: [A], remainInDialog: true });
  const { request: register } = callee('10.1.0.1');
  t.equal(register.header('path'), '<sip:10.0.0.5:5060;lr>');
  t.same(register.headerValues('require'), ['gruu', 'path']);
  t.equal(register.header('record-route'), undefined);
  start(request('INVITE', { lines: ['Record-Route: <sip:before.example;lr>'] }), {
    targets: [B],
    remainInDialog: true,
  });
  const { request: invite } = callee('10.1.0.2');
  const [ours, ...others] = invite.headerValues('record-route');
  t.match(ours, /^<sip:10\.0\.0\.5:5060;lr;dlg=[0-9a-f]{32}>$/);
  t.same(others, ['<sip:before.example;lr>']);
  t.end();
});

t.test('Record-Route is double where the transports differ, ours towards the callee on top', (t) => {
  const { start, callee } = createProxyFixture();
  start(request('INVITE'), { targets: [`${A};transport=tcp`], remainInDialog: true });
  t.same(
    callee('10.1.0.1', 'tcp')
      .request.headerValues('record-route')
      .map((route) => route.replace(/;dlg=[0-9a-f]{32}>$/, '>')),
    ['<sip:10.0.0.5:5060;transport=tcp;lr>', '<sip:10.0.0.5:5060;lr>'],
  );
  t.end();
});

t.test('a loop is refused with 482, a spiral with another Request-URI goes on', (t) => {
  const { start, callee, arrive, opened, proxy, transport } = createProxyFixture();
  start(request('INVITE'), { targets: [A] });
  const looped = callee('10.1.0.1').request;
  const from = transport.flow('udp', '10.1.0.1', 5060);
  const again = () => opened.at(-1);
  arrive(
    request('INVITE', { via: `SIP/2.0/UDP 10.1.0.1;branch=z9hG4bKback\r\nVia: ${looped.headerValues('via')[0]}` }),
    from,
  );
  const listener = { onFinal: () => undefined, onDone: () => undefined };
  const command = {
    remainInDialog: false,
    followRedirects: false,
    simultaneous: false,
    provisionalTimeoutMs: 0,
    finalTimeoutMs: 0,
    targets: [A],
    headers: [],
  };
  const transaction = again();
  t.match(transaction && proxy.start(transaction, command, listener), { status: 482 });
  t.equal(from.sent.at(-1)?.status, 482);
  const via = `SIP/2.0/UDP 10.1.0.1;branch=z9hG4bKspiral\r\nVia: ${looped.headerValues('via')[0]}`;
  arrive(request('INVITE', { via, uri: 'sip:carol@example.com' }), from);
  const spiral = again();
  t.equal(spiral && proxy.start(spiral, command, listener), undefined);
  t.end();
});

t.test('a header that would break out of its line is refused, and the caller is answered', (t) => {
  const { start, answers, proxy } = createProxyFixture();
  const refusal = start(request('INVITE'), { targets: [A], headers: [['X-Evil', 'a\r\nVia: b']] });
  t.match(refusal, { status: 500, reason: /^Invalid proxy request/ });
  t.equal(answers().at(-1), '500 INVITE');
  t.equal(proxy.size, 0);
  t.end();
});
