import t from 'tap';
import { isWellFormed, OutgoingMessage } from '../message/index.ts';
import { fc } from '../testing-properties.ts';
import { localFinal } from './local-contact.ts';

/** Texts that look like addresses, of pieces that matter to their grammar. */
const PIECES = ['<', '>', '"', ';', ',', '=', '\\', ' ', 'tag', ';tag=', '@', 'sip:a@h', '<sip:b@h;tag=u>', 'x', 'é'];
const address = fc.array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 8 }).map((pieces) => pieces.join(''));

t.test('whatever From and To an application may set, a final answer made here repeats them', async (t) => {
  let taken = 0;
  fc.assert(
    fc.property(address, address, (from, to) => {
      if (!isWellFormed('From', from) || !isWellFormed('To', to)) return;
      taken++;
      const request = OutgoingMessage.request('INVITE', 'sip:b@h.example');
      request.add('From', from).add('To', to).add('Call-ID', 'c1').add('CSeq', '1 INVITE');
      const { status, callId, toTag } = localFinal(request, 408, 'Request Timeout', 't1');
      return status === 408 && callId === 'c1' && toTag !== '';
    }),
    { numRuns: 5000 },
  );
  t.ok(taken > 50, `${taken} pairs were taken`);
});
