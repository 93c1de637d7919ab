import t from 'tap';
import { knownId } from '../message/index.ts';
import { UsualValues } from './usual-values.ts';

t.test('what was well-formed is so again, and nothing else is taken for it', (t) => {
  const values = new UsualValues();
  const [allow, type] = [knownId('allow'), knownId('content-type')];
  for (const _ of [1, 2]) {
    t.ok(values.isWellFormed(allow, 'INVITE, ACK'));
    t.notOk(values.isWellFormed(type, 'INVITE, ACK'), 'of another header');
    t.notOk(values.isWellFormed(allow, 'INVITE, (ACK'));
    t.notOk(values.isWellFormed(allow, `INVITE, (${'A'.repeat(300)}`));
    t.ok(values.isWellFormed(type, 'application/sdp'));
    t.ok(values.isWellFormed(knownId('subject'), 'anything'));
  }
  t.end();
});
