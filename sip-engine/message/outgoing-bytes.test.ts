import t from 'tap';
import { OutgoingMessage } from './index.ts';

t.test('the bytes are written once, and again after every change', (t) => {
  const message = OutgoingMessage.request('INVITE', 'sip:bob@example.com').add('Call-ID', 'a');
  t.equal(message.toBuffer(), message.toBuffer());
  const changes: readonly (() => unknown)[] = [
    () => message.add('Subject', 'one'),
    () => message.prepend('Via', 'SIP/2.0/UDP a;branch=z9hG4bK1'),
    () => message.set('Subject', 'two'),
    () => message.setFirst('Subject', 'three'),
    () => message.takeFirst('Subject'),
    () => message.remove('via'),
    () => message.add('To', '<sip:bob@example.com>').arrange(),
    () => {
      message.uri = 'sip:bob@example.net';
    },
    () => {
      message.method = 'OPTIONS';
    },
    () => {
      message.body = Buffer.from('v=0');
    },
  ];
  for (const change of changes) {
    const before = message.toBuffer();
    change();
    t.notSame(message.toBuffer(), before, String(change));
  }
  t.same(message.clone().toBuffer(), message.toBuffer());
  t.end();
});
