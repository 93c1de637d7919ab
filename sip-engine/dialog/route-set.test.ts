import t from 'tap';
import { parseMessage } from '../message/index.ts';
import { applyRoute, contactOf, routeSetOf } from './route-set.ts';

const response = parseMessage(
  Buffer.from(
    [
      'SIP/2.0 200 OK',
      'Via: SIP/2.0/UDP h;branch=z9hG4bK1',
      'Record-Route: <sip:p3;lr>, <sip:p2;lr>',
      'Record-Route: <sip:p1;lr>',
      'From: <sip:a@h>;tag=1',
      'To: <sip:b@h>;tag=2',
      'Call-ID: x',
      'CSeq: 1 INVITE',
      'Contact: "B, C" <sip:b@10.0.0.1;x=y>;q=1',
      'Content-Length: 0',
      '',
      '',
    ].join('\r\n'),
  ),
);

t.test('the callee keeps Record-Route in order, the caller reverses it', (t) => {
  t.same(routeSetOf(response, 'uas'), ['<sip:p3;lr>', '<sip:p2;lr>', '<sip:p1;lr>']);
  t.same(routeSetOf(response, 'uac'), ['<sip:p1;lr>', '<sip:p2;lr>', '<sip:p3;lr>']);
  t.equal(contactOf(response), 'sip:b@10.0.0.1;x=y');
  t.end();
});

t.test('loose routing keeps the target; a strict first hop takes the Request-URI (RFC 3261 12.2.1.1)', (t) => {
  const none = applyRoute('BYE', 'sip:b@t', []);
  t.same([none.message.uri, none.message.headerLines('route'), none.nextUri], ['sip:b@t', [], 'sip:b@t']);
  const loose = applyRoute('BYE', 'sip:b@t', ['<sip:p1;lr>', '<sip:p2;lr>']);
  t.equal(loose.message.uri, 'sip:b@t');
  t.same(loose.message.headerLines('route'), ['<sip:p1;lr>', '<sip:p2;lr>']);
  t.equal(loose.nextUri, 'sip:p1;lr');
  const strict = applyRoute('BYE', 'sip:b@t', ['<sip:p1>', '<sip:p2;lr>']);
  t.equal(strict.message.uri, 'sip:p1');
  t.same(strict.message.headerLines('route'), ['<sip:p2;lr>', '<sip:b@t>']);
  t.equal(strict.nextUri, 'sip:p1');
  t.end();
});
