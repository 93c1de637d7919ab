import t from 'tap';
import { answerLines, parseMessage } from './index.ts';

const FROM = 'From: <sip:a@a.example>;tag=1';
const TO = 'To: <sip:b@b.example>';
const CALL_ID = 'Call-ID: c1';
const CSEQ = 'CSeq: 7 REGISTER';

function answerTo(...lines: string[]): readonly string[] {
  const via = 'Via: SIP/2.0/UDP a.example;branch=z9hG4bK1';
  const bytes = Buffer.from(`REGISTER sip:b.example SIP/2.0\r\n${[via, ...lines].join('\r\n')}\r\n\r\n`);
  return answerLines(parseMessage(bytes), (line) => `${line};stamped`, 'new').split('\r\n');
}

const VIA = 'Via: SIP/2.0/UDP a.example;branch=z9hG4bK1;stamped';

t.test('lines that stand together are in the response as they came, the To with a tag', (t) => {
  t.strictSame(answerTo(FROM, TO, CALL_ID, CSEQ), [VIA, FROM, `${TO};tag=new`, CALL_ID, CSEQ, '']);
  t.strictSame(answerTo('Expires: 60', TO, FROM, CALL_ID, CSEQ), [VIA, `${TO};tag=new`, FROM, CALL_ID, CSEQ, '']);
  t.strictSame(answerTo(CSEQ, CALL_ID, FROM, TO), [VIA, CSEQ, CALL_ID, FROM, `${TO};tag=new`, '']);
  t.end();
});

t.test('a To that has a tag keeps it', (t) => {
  t.strictSame(answerTo(FROM, `${TO};tag=old`, CALL_ID, CSEQ), [VIA, FROM, `${TO};tag=old`, CALL_ID, CSEQ, '']);
  t.end();
});

t.test('lines apart from each other, folded, padded or with a lone semicolon are put together anew', (t) => {
  const expected = [VIA, FROM, `${TO};tag=new`, CALL_ID, CSEQ, ''];
  t.strictSame(answerTo(FROM, 'Expires: 60', TO, CALL_ID, CSEQ), expected);
  t.strictSame(answerTo(FROM, `${TO};`, CALL_ID, CSEQ), expected);
  t.strictSame(answerTo(FROM, `${TO}  `, CALL_ID, CSEQ), expected);
  t.strictSame(answerTo(FROM, 'To:\r\n <sip:b@b.example>', CALL_ID, CSEQ), expected);
  t.end();
});

t.test('a response to a request that is not ASCII has the texts that were sent', (t) => {
  const from = 'From: "Jürgen" <sip:a@a.example>;tag=1';
  t.strictSame(answerTo(from, TO, CALL_ID, CSEQ), [VIA, from, `${TO};tag=new`, CALL_ID, CSEQ, '']);
  t.end();
});
