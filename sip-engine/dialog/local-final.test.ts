import t from 'tap';
import { OutgoingMessage } from '../message/index.ts';
import { localFinal } from './local-contact.ts';

t.test('a request whose addresses nobody can read ends with a final answer all the same', async (t) => {
  const request = OutgoingMessage.request('INVITE', 'sip:b@h.example');
  for (const [name, value] of [
    ['From', '"a <sip:a@h'],
    ['To', '<sip:b@h.example>'],
    ['Call-ID', 'c1'],
    ['CSeq', '1 INVITE'],
  ] as const)
    request.add(name, value);
  t.match(localFinal(request, 408, 'Request Timeout', 't1'), { status: 408, callId: 'c1', toTag: 't1' });
});
