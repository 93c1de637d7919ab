import t from 'tap';
import { createProxyFixture, request, T1_MS } from './proxy-fixture.ts';

const [A, B] = ['sip:10.1.0.1', 'sip:10.1.0.2'];

t.test('simultaneous: all ring at once, the loser is cancelled with a reason, its 487 changes nothing', (t) => {
  const { start, callee, log, answers, total, clock } = createProxyFixture();
  start(request('INVITE'), { targets: [A, B], simultaneous: true });
  callee('10.1.0.1').answer(180);
  callee('10.1.0.2').answer(180);
  callee('10.1.0.2').answer(200);
  const loser = callee('10.1.0.1');
  t.same(loser.methods(), ['INVITE', 'CANCEL']);
  t.match(loser.flow.sent[1]?.header('reason'), 'cause=200');
  t.same(log, ['sent', 'final 200', 'done'], 'a 2xx is the end of it');
  loser.answer(487);
  t.same(log, ['sent', 'final 200', 'done']);
  t.same(answers(), ['100 INVITE', '180 INVITE', '180 INVITE', '200 INVITE']);
  clock.advance(65 * T1_MS);
  t.equal(total(), 0);
  t.end();
});

t.test('simultaneous: after a 6xx the 487 of what was cancelled is no news, a 2xx that crossed the CANCEL is', (t) => {
  for (const [late, told] of [
    [487, ['sent', 'final 603', 'done']],
    [200, ['sent', 'final 603', 'final 200', 'done']],
  ] as const) {
    const { start, callee, log, answers } = createProxyFixture();
    start(request('INVITE'), { targets: [A, B], simultaneous: true });
    callee('10.1.0.1').answer(180);
    callee('10.1.0.2').answer(603);
    callee('10.1.0.1').answer(late);
    t.same(log, told);
    t.equal(answers().at(-1), `${late === 200 ? 200 : 603} INVITE`);
  }
  t.end();
});

t.test('a 2xx of a target that was passed over is the result all the same', (t) => {
  const { start, callee, clock, log, answers } = createProxyFixture();
  start(request('INVITE'), { targets: [A, B], provisionalTimeoutMs: 1_500 });
  clock.advance(1_600);
  callee('10.1.0.1').answer(200);
  t.same(log, ['sent', 'final 200', 'done']);
  t.equal(answers().at(-1), '200 INVITE');
  callee('10.1.0.2').answer(180);
  callee('10.1.0.2').answer(487);
  t.same(log, ['sent', 'final 200', 'done']);
  t.end();
});

t.test('a loser that has not rung yet is cancelled when it does', (t) => {
  const { start, callee } = createProxyFixture();
  start(request('INVITE'), { targets: [A, B], simultaneous: true });
  callee('10.1.0.2').answer(200);
  t.same(callee('10.1.0.1').methods(), ['INVITE']);
  callee('10.1.0.1').answer(180);
  t.same(callee('10.1.0.1').methods(), ['INVITE', 'CANCEL']);
  t.end();
});

t.test('two 2xx of a forked INVITE both reach the caller, and repeated ones too', (t) => {
  const { start, callee, caller } = createProxyFixture();
  start(request('INVITE'), { targets: [A, B], simultaneous: true });
  callee('10.1.0.1').answer(200);
  callee('10.1.0.2').answer(200);
  callee('10.1.0.1').answer(200);
  t.same(
    caller.sent.filter(({ status }) => status === 200).map(({ toTag }) => toTag),
    ['10.1.0.1', '10.1.0.2', '10.1.0.1'],
  );
  t.equal(caller.sent.at(-1)?.headerValues('via').length, 1);
  t.end();
});

t.test('a silent target is passed over after the provisional time-out, without a CANCEL until it is heard', (t) => {
  const { start, callee, clock, log } = createProxyFixture();
  start(request('INVITE'), { targets: [A, B], provisionalTimeoutMs: 1_500 });
  clock.advance(1_400);
  t.same(callee('10.1.0.2').methods(), []);
  clock.advance(200);
  t.same(callee('10.1.0.2').methods(), ['INVITE']);
  t.notOk(callee('10.1.0.1').methods().includes('CANCEL'));
  callee('10.1.0.1').answer(180);
  t.ok(callee('10.1.0.1').methods().includes('CANCEL'));
  callee('10.1.0.2').answer(100);
  clock.advance(5_000);
  t.notOk(log.includes('done'), 'one that was heard is not silent');
  t.end();
});

t.test('a target that rings too long is cancelled after the final time-out, and the next one tried', (t) => {
  const { start, callee, clock, answers } = createProxyFixture();
  start(request('INVITE'), { targets: [A, B], finalTimeoutMs: 9_000 });
  callee('10.1.0.1').answer(180);
  clock.advance(9_100);
  t.same(callee('10.1.0.1').methods(), ['INVITE', 'CANCEL']);
  callee('10.1.0.2').answer(200);
  t.equal(answers().at(-1), '200 INVITE');
  t.end();
});

t.test('timer C ends an endless ringing with CANCEL and 408; a provisional starts it again', (t) => {
  const { start, callee, clock, answers, log } = createProxyFixture();
  start(request('INVITE'), { targets: [A] });
  callee('10.1.0.1').answer(180);
  clock.advance(180_000);
  callee('10.1.0.1').answer(183);
  clock.advance(180_000);
  t.same(callee('10.1.0.1').methods(), ['INVITE']);
  clock.advance(6_000);
  t.same(
    callee('10.1.0.1').methods(),
    ['INVITE', 'CANCEL', 'CANCEL', 'CANCEL', 'CANCEL'].slice(0, callee('10.1.0.1').methods().length),
  );
  t.ok(callee('10.1.0.1').methods().includes('CANCEL'));
  t.equal(answers().at(-1), '408 INVITE');
  t.same(log, ['sent', 'done']);
  t.end();
});

t.test('nobody answers: 408 after 64*T1 to an INVITE, silence to another method, done for both', (t) => {
  for (const method of ['INVITE', 'MESSAGE']) {
    const { start, clock, answers, log, total } = createProxyFixture();
    start(request(method), { targets: [A] });
    clock.advance(65 * T1_MS);
    t.same(
      [...new Set(answers().filter((answer) => answer.startsWith('408')))],
      method === 'INVITE' ? ['408 INVITE'] : [],
    );
    t.same(log, ['sent', 'done']);
    clock.advance(65 * T1_MS);
    t.equal(total(), 0, method);
  }
  t.end();
});

t.test('a target that refuses the connection is passed over at once', (t) => {
  const { start, callee, answers, log } = createProxyFixture();
  start(request('INVITE'), { targets: [`${A};transport=tcp`, B] });
  callee('10.1.0.1', 'tcp').flow.fail();
  callee('10.1.0.2').answer(200);
  t.equal(answers().at(-1), '200 INVITE');
  t.same(log, ['sent', 'final 200', 'done']);
  t.end();
});

t.test('when no target can be reached at all the caller gets 500 and the listener learns it', (t) => {
  const { start, answers, log, proxy } = createProxyFixture();
  start(request('INVITE'), { targets: ['sip:nowhere.example'] });
  t.same(answers(), ['100 INVITE', '500 INVITE']);
  t.same(log, ['not sent']);
  t.equal(proxy.size, 0);
  t.end();
});

t.test('CANCEL: the branches are cancelled with its Reason, and their 487 is the answer', (t) => {
  const { start, callee, arrive, answers, log, total, clock } = createProxyFixture();
  start(request('INVITE'), { targets: [A, B] });
  callee('10.1.0.1').answer(180);
  arrive(request('CANCEL', { branch: 'z9hG4bKINVITE', lines: ['Reason: SIP;cause=600'] }));
  const cancel = callee('10.1.0.1').flow.sent.find(({ method }) => method === 'CANCEL');
  t.equal(cancel?.header('reason'), 'SIP;cause=600');
  t.equal(cancel?.toTag, '');
  callee('10.1.0.1').answer(487);
  t.same(answers(), ['100 INVITE', '180 INVITE', '200 CANCEL', '487 INVITE']);
  t.same(callee('10.1.0.2').methods(), [], 'no further target');
  t.same(log, ['sent', 'final 487', 'done']);
  clock.advance(130 * T1_MS);
  t.equal(total(), 0);
  t.end();
});

t.test('CANCEL with a target that never says a word ends in 487 for the caller', (t) => {
  const { start, arrive, answers, clock, log } = createProxyFixture();
  start(request('INVITE'), { targets: [A] });
  arrive(request('CANCEL', { branch: 'z9hG4bKINVITE' }));
  clock.advance(65 * T1_MS);
  t.equal(answers().at(-1), '487 INVITE');
  t.equal(log.at(-1), 'done');
  t.end();
});

t.test('a 2xx that crosses the CANCEL still reaches the caller', (t) => {
  const { start, callee, arrive, answers } = createProxyFixture();
  start(request('INVITE'), { targets: [A] });
  callee('10.1.0.1').answer(180);
  arrive(request('CANCEL', { branch: 'z9hG4bKINVITE' }));
  callee('10.1.0.1').answer(200);
  t.equal(answers().at(-1), '200 INVITE');
  t.end();
});

t.test('a connection the target registered on beats resolution', (t) => {
  const registered = createProxyFixture().transport.flow('ws', '10.3.3.3', 40_000);
  const { start } = createProxyFixture({
    flowFor: (_method, uri) => (uri.includes('.invalid') ? registered : undefined),
  });
  start(request('INVITE'), { targets: ['sip:x@abc.invalid;transport=ws'] });
  t.equal(registered.sent[0]?.method, 'INVITE');
  t.end();
});

t.test('the next address of a target is tried when the first does not answer at all', (t) => {
  const addresses = ['10.1.0.1', '10.1.0.2'].map((address) => ({ transport: 'udp', address, port: 5060 }) as const);
  const { start, callee, clock, answers, log } = createProxyFixture({ resolve: (_uri, done) => done(addresses) });
  start(request('INVITE'), { targets: ['sip:two.example'] });
  clock.advance(65 * T1_MS);
  callee('10.1.0.2').answer(200);
  t.equal(answers().at(-1), '200 INVITE');
  t.same(log, ['sent', 'final 200', 'done']);
  t.end();
});

t.test('the next address of a target is tried when the first answers 503 (RFC 3263 4.3)', (t) => {
  const addresses = ['10.1.0.1', '10.1.0.2'].map((address) => ({ transport: 'udp', address, port: 5060 }) as const);
  for (const method of ['INVITE', 'OPTIONS']) {
    const { start, callee, answers, log } = createProxyFixture({ resolve: (_uri, done) => done(addresses) });
    start(request(method), { targets: ['sip:two.example'] });
    callee('10.1.0.1').answer(503);
    callee('10.1.0.2').answer(200);
    t.equal(answers().at(-1), `200 ${method}`);
    t.same(log, ['sent', 'final 200', 'done']);
  }
  t.end();
});

t.test('a lone 503 goes to the caller as 500, without its Retry-After (RFC 3261 16.7)', (t) => {
  const { start, callee, caller, log } = createProxyFixture();
  start(request('INVITE'), { targets: ['sip:10.1.0.1'] });
  callee('10.1.0.1').answer(503, 'x', ['Retry-After: 60', 'X-Why: full']);
  const answer = caller.sent.at(-1);
  t.match(answer, { status: 500, toTag: 'x' });
  t.equal(answer?.header('retry-after'), undefined);
  t.equal(answer?.header('x-why'), 'full');
  t.same(log, ['sent', 'final 503', 'done'], 'the listener hears what was said');
  t.end();
});

t.test('an outbound proxy gets every new request, whatever its target', (t) => {
  const { start, callee } = createProxyFixture({ outboundProxy: 'sip:10.9.9.9' });
  start(request('INVITE', { uri: 'sip:10.0.0.5' }), { targets: ['sip:b@10.1.0.1'] });
  t.equal(callee('10.9.9.9').request.uri, 'sip:b@10.1.0.1');
  t.end();
});
