import t from 'tap';
import { createProxyFixture, request } from './proxy-fixture.ts';
import type { ProxyRecord } from './types.ts';

function recorded() {
  const records: ProxyRecord[] = [];
  const told = () =>
    records
      .splice(0)
      .map(({ kind, source, detail, text }) =>
        [kind, source, detail, text.toString().split(' ', 2).join(' ')].filter((part) => part !== '').join(' '),
      );
  return { told, ...createProxyFixture({ record: (record) => void records.push(record) }) };
}

t.test('a proxied call is recorded twice, as it came in and as it went out: start and stop', (t) => {
  const { start, callee, arrive, told } = recorded();
  start(request('INVITE'), { targets: ['sip:10.1.0.1', 'sip:10.1.0.2'], remainInDialog: true });
  t.same(told(), ['attempt application INVITE sip:bob@example.com']);
  callee('10.1.0.1').answer(486);
  t.same(told(), ['stop network call-rejected SIP/2.0 486', 'attempt application INVITE sip:bob@example.com']);
  callee('10.1.0.2').answer(200, 'b2', ['Contact: <sip:bob@10.1.0.2>', 'Record-Route: <sip:10.0.0.5;lr>']);
  t.same(told(), ['start network proxy-uac SIP/2.0 200', 'start application proxy-uas SIP/2.0 200']);
  const ours = callee('10.1.0.2').request.header('record-route');
  const route = { toTag: 'b2', uri: 'sip:bob@10.1.0.2', lines: [`Route: ${ours}`] };
  arrive(request('BYE', { ...route, cseq: 2 }));
  callee('10.1.0.2').answer(407);
  t.same(told(), [], 'a BYE that is challenged ends nothing');
  arrive(request('BYE', { ...route, cseq: 3, branch: 'z9hG4bKbye3' }));
  callee('10.1.0.2').answer(200);
  t.same(told(), [
    'stop network normal-release BYE sip:bob@10.1.0.2',
    'stop application normal-release BYE sip:bob@10.1.0.2',
  ]);
  t.end();
});

t.test(
  'a call that nobody takes is stopped on both sides, one the caller cancels says so; others are no calls',
  (t) => {
    const { start, callee, arrive, told } = recorded();
    start(request('INVITE'), { targets: ['sip:10.1.0.1'] });
    callee('10.1.0.1').answer(404);
    t.same(told().slice(1), ['stop network call-rejected SIP/2.0 404', 'stop application call-rejected SIP/2.0 404']);
    const cancelled = recorded();
    cancelled.start(request('INVITE'), { targets: ['sip:10.1.0.1'] });
    cancelled.callee('10.1.0.1').answer(180);
    cancelled.arrive(request('CANCEL', { branch: 'z9hG4bKINVITE' }));
    cancelled.callee('10.1.0.1').answer(487);
    t.same(cancelled.told().slice(1), [
      'stop network call-canceled SIP/2.0 487',
      'stop application call-canceled SIP/2.0 487',
    ]);
    start(request('MESSAGE', { branch: 'z9hG4bKm' }), { targets: ['sip:10.1.0.3'], remainInDialog: true });
    const ours = callee('10.1.0.3').request.header('record-route');
    callee('10.1.0.3').answer(200);
    const inDialog = { toTag: 'x', uri: 'sip:10.1.0.3', lines: [`Route: ${ours}`], branch: 'z9hG4bKre' };
    arrive(request('INVITE', { ...inDialog, cseq: 9 }));
    t.equal(callee('10.1.0.3').request.method, 'INVITE');
    t.same(told(), []);
    t.end();
  },
);
