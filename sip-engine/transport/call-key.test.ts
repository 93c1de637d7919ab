import t from 'tap';
import { callKeyOf } from './call-key.ts';

function keyOf(lines: string, around = ''): number {
  const text = `SIP/2.0 200 OK\r\n${lines}\r\n\r\n`;
  return callKeyOf(Buffer.from(`${around}${text}${around}`, 'latin1'), around.length, around.length + text.length);
}

t.test('a Call-ID has one number, wherever its line stands and whatever white space is in it', async (t) => {
  const key = keyOf('Call-ID: 1@example.com');
  t.not(key, 0);
  t.equal(keyOf('CSeq: 1 INVITE\r\nCall-ID:  1@example.com\t'), key);
  t.equal(keyOf('Call-ID: 1@example.com\r\nCSeq: 2 BYE'), key);
  t.not(keyOf('Call-ID: 2@example.com'), key);
});

t.test('one that we would write otherwise is none, and those of the neighbours are not read', async (t) => {
  t.equal(keyOf('i: 1@example.com'), 0);
  t.equal(keyOf('call-id: 1@example.com'), 0);
  t.equal(keyOf('CSeq: 1 INVITE', 'X: 1\r\nCall-ID: 1@example.com\r\n'), 0);
  t.equal(callKeyOf(Buffer.from('X: 1\r\nCall-ID: 1@exa'), 0, 20), 0, 'cut off');
});
