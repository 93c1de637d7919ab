import t from 'tap';
import { answerTo } from '../transaction/recorder-transport.ts';
import { createProxyFixture, request } from './proxy-fixture.ts';

/** A call from 10.0.0.9 through the proxy to 10.1.0.1, answered, record-routed. */
function call(callerContact = 'sip:alice@10.0.0.9:5062', target = 'sip:10.1.0.1') {
  const fixture = createProxyFixture();
  fixture.start(request('INVITE', { lines: [`Contact: <${callerContact}>`] }), {
    targets: [target],
    remainInDialog: true,
  });
  const transport = target.includes('tcp') ? 'tcp' : 'udp';
  const callee = fixture.callee('10.1.0.1', transport);
  const recordRoutes = callee.request.headerValues('record-route').map((value) => `Record-Route: ${value}`);
  callee.answer(200, 'tt', [...recordRoutes, 'Contact: <sip:bob@10.1.0.1>']);
  const OURS = callee.request
    .headerValues('record-route')
    .map((value) => `Route: ${value}`)
    .join('\r\n');
  return { ...fixture, callee, calleeAt: fixture.callee, OURS };
}

t.test('ACK and BYE with our Route are forwarded without it, and the answer comes back', (t) => {
  const { arrive, callee, answers, opened, total, clock, proxy, OURS } = call();
  const toTag = 'tt';
  arrive(request('ACK', { uri: 'sip:bob@10.1.0.1', branch: 'z9hG4bKack', toTag, lines: [OURS] }));
  const ack = callee.flow.sent.at(-1);
  t.match(ack, { method: 'ACK', uri: 'sip:bob@10.1.0.1' });
  t.equal(ack?.header('route'), undefined);
  t.equal(ack?.headerValues('via').length, 2);
  arrive(request('BYE', { uri: 'sip:bob@10.1.0.1', toTag, cseq: 2, lines: [OURS] }));
  t.equal(callee.request.method, 'BYE');
  callee.answer(200);
  t.equal(answers().at(-1), '200 BYE');
  t.equal(opened.length, 1, 'only the INVITE was shown');
  t.equal(proxy.dialogs, 0);
  clock.advance(33_000);
  t.equal(total(), 0);
  t.end();
});

t.test('further Routes lead the way, also with a double Record-Route of ours on top', (t) => {
  const { arrive, calleeAt, OURS } = call(undefined, 'sip:10.1.0.1;transport=tcp');
  const lines = [OURS, 'Route: <sip:10.2.0.7;lr>'];
  arrive(request('BYE', { uri: 'sip:bob@10.1.0.1', toTag: 'tt', lines }));
  const next = calleeAt('10.2.0.7').request;
  t.equal(next.uri, 'sip:bob@10.1.0.1');
  t.same(next.headerValues('route'), ['<sip:10.2.0.7;lr>']);
  t.end();
});

t.test('a strict router behind us gets itself as Request-URI; one before us is undone', (t) => {
  const { arrive, calleeAt, OURS } = call();
  arrive(request('BYE', { uri: 'sip:bob@10.1.0.1', toTag: 'tt', lines: [OURS, 'Route: <sip:10.2.0.7>'] }));
  const behind = calleeAt('10.2.0.7').request;
  t.equal(behind.uri, 'sip:10.2.0.7');
  t.same(behind.headerValues('route'), ['<sip:bob@10.1.0.1>']);
  const lines = ['Route: <sip:10.2.0.8;lr>, <sip:bob@10.1.0.1>'];
  const uri = OURS.slice('Route: <'.length, -1);
  arrive(request('BYE', { uri, branch: 'z9hG4bKb2', toTag: 'tt', lines }));
  const before = calleeAt('10.2.0.8').request;
  t.equal(before.uri, 'sip:bob@10.1.0.1');
  t.same(before.headerValues('route'), ['<sip:10.2.0.8;lr>']);
  t.end();
});

t.test('a request inside a dialog without a Route of ours is none of the proxy', (t) => {
  const { arrive, opened, strayAcks } = createProxyFixture();
  arrive(request('BYE', { uri: 'sip:bob@10.0.0.5', toTag: 'tt' }));
  arrive(request('INFO', { toTag: 'tt', lines: ['Route: <sip:elsewhere.example;lr>'] }));
  arrive(request('ACK', { toTag: 'tt', branch: 'z9hG4bKa' }));
  t.equal(opened.length, 2);
  t.equal(strayAcks.length, 1);
  t.end();
});

t.test(
  'BYE of the callee to a caller behind NAT goes to where the caller was seen, not to its private Contact',
  (t) => {
    const { arrive, callee, caller, OURS } = call('sip:alice@192.168.1.5:5060');
    arrive(
      request('BYE', { uri: 'sip:alice@192.168.1.5:5060', fromTag: 'tt', toTag: 'ft', lines: [OURS] }),
      callee.flow,
    );
    const bye = caller.sent.at(-1);
    t.match(bye, { method: 'BYE', uri: 'sip:alice@192.168.1.5:5060' });
    t.end();
  },
);

t.test("a Route to us is followed only with the token of just that dialog: we are nobody else's relay", (t) => {
  const { arrive, opened, strayAcks, calleeAt, callee, OURS } = call();
  const sent = callee.flow.sent.length;
  const refused = [
    request('INVITE', { toTag: 'qq', branch: 'z9hG4bK1', lines: ['Route: <sip:10.0.0.5:5060;lr>'] }),
    request('MESSAGE', { toTag: 'tt', branch: 'z9hG4bK2', lines: ['Route: <sip:10.0.0.5:5060;lr>'] }),
    request('REGISTER', { toTag: 'tt', branch: 'z9hG4bK3', lines: [OURS.replace(/dlg=./, 'dlg=')] }),
    request('MESSAGE', { toTag: 'qq', fromTag: 'other', branch: 'z9hG4bK4', lines: [OURS] }),
    request('MESSAGE', { toTag: 'tt', branch: 'z9hG4bK5', lines: [OURS.replace(/.{9}>/, `${'x'.repeat(9)}>`)] }),
    request('BYE', { toTag: 'tt', uri: 'sip:10.0.0.5;lr', branch: 'z9hG4bK6', lines: ['Route: <sip:10.2.0.9>'] }),
  ];
  for (const one of refused) arrive(one);
  t.equal(opened.length, 1 + refused.length, 'left to whoever answers 481');
  arrive(request('ACK', { uri: 'sip:10.2.0.9', branch: 'z9hG4bKa', toTag: 'qq', lines: ['Route: <sip:10.0.0.5;lr>'] }));
  t.equal(strayAcks.length, 1);
  t.throws(() => calleeAt('10.2.0.9').request);
  t.equal(callee.flow.sent.length, sent);
  t.end();
});

t.test('requests to a callee on a connection use that connection while it lives', (t) => {
  const {
    arrive,
    callee,
    callee: { flow },
    OURS,
  } = call(undefined, 'sip:10.1.0.1;transport=tcp');
  arrive(request('BYE', { uri: 'sip:bob@10.1.0.1', toTag: 'tt', cseq: 2, lines: [OURS] }));
  t.equal(flow.sent.at(-1)?.method, 'BYE');
  t.equal(callee.methods().at(-1), 'BYE');
  t.end();
});

t.test('a re-INVITE passes, with timer C and both ways of ending', (t) => {
  const { arrive, callee, answers, OURS } = call();
  arrive(request('INVITE', { uri: 'sip:bob@10.1.0.1', branch: 'z9hG4bKre', toTag: 'tt', cseq: 2, lines: [OURS] }));
  callee.answer(488);
  t.equal(answers().at(-1), '488 INVITE');
  t.equal(callee.methods().at(-1), 'ACK');
  t.end();
});

t.test('Max-Forwards 0 inside a dialog gets 483, an ACK with it is dropped', (t) => {
  const { arrive, caller, callee, OURS } = call();
  const lines = [OURS, 'Max-Forwards: 0'];
  const before = callee.flow.sent.length;
  arrive(request('BYE', { uri: 'sip:bob@10.1.0.1', toTag: 'tt', lines }));
  t.equal(caller.sent.at(-1)?.status, 483);
  arrive(request('ACK', { uri: 'sip:bob@10.1.0.1', branch: 'z9hG4bKz', toTag: 'tt', lines }));
  t.equal(callee.flow.sent.length, before);
  t.end();
});

t.test('a BYE that is challenged keeps the way to the peer; a caller that moved is found where it is now', (t) => {
  const { arrive, callee, transport, proxy, OURS } = call('sip:alice@192.168.1.5:5060');
  const moved = transport.flow('udp', '10.0.0.9', 6_000);
  arrive(request('INFO', { uri: 'sip:bob@10.1.0.1', toTag: 'tt', cseq: 2, lines: [OURS] }), moved);
  const bye = (branch: string) =>
    request('BYE', { uri: 'sip:alice@192.168.1.5:5060', fromTag: 'tt', toTag: 'ft', branch, lines: [OURS] });
  arrive(bye('z9hG4bKb1'), callee.flow);
  const sent = moved.sent.at(-1);
  if (sent === undefined) throw new Error('no BYE');
  arrive(answerTo(sent, 407), moved);
  t.equal(proxy.dialogs, 1);
  arrive(bye('z9hG4bKb2'), callee.flow);
  t.equal(moved.sent.filter(({ method }) => method === 'BYE').length, 2);
  t.end();
});

t.test('a dialog whose BYE never comes is forgotten in the end', (t) => {
  const { proxy, clock } = call();
  t.equal(proxy.dialogs, 1);
  clock.advance(12 * 3_600_000 + 100);
  t.equal(proxy.dialogs, 0);
  t.end();
});
