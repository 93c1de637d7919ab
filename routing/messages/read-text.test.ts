import t from 'tap';
import { MinuteRate } from './minute-rate.ts';
import { readText } from './read-text.ts';

const read = (type: string | undefined, body: Buffer | string) => readText(type, Buffer.from(body));

t.test('plain text is read in the charset that it names, or UTF-8', async (t) => {
  t.same(read('text/plain', 'Grüße ✓'), { text: 'Grüße ✓' });
  t.same(read('TEXT/Plain; Charset="iso-8859-1"; x=1', Buffer.from('Gr\xfc\xdfe', 'latin1')), { text: 'Grüße' });
  t.same(read('text/plain;charset=utf-8', 'a\0b'), { text: 'ab' });
});

t.test('anything else, nothing and too much are refused', async (t) => {
  const refusal = (type: string | undefined, body: string) => {
    const { rejection } = read(type, body) as {
      readonly rejection: { readonly status: number; readonly reason: string };
    };
    return [rejection.status, rejection.reason];
  };
  t.same(refusal('message/cpim', 'x'), [415, 'unsupported_content']);
  t.same(refusal(undefined, 'x'), [415, 'unsupported_content']);
  t.same(refusal('text/plain;charset=nonsense', 'x'), [415, 'unsupported_content']);
  t.same(refusal('text/plain', ''), [400, 'bad_request']);
  t.same(refusal('text/plain', 'a'.repeat(1531)), [413, 'message_too_long']);
  t.same(refusal('text/plain', 'a'.repeat(60_000)), [413, 'message_too_long']);
  t.same(read('text/plain', 'a'.repeat(1530)), { text: 'a'.repeat(1530) });
});

t.test('a number may send so many in a minute, then waits for the next one', async (t) => {
  const rate = new MinuteRate(2);
  t.same([rate.take(1, 0), rate.take(1, 0), rate.take(1, 15_000), rate.take(2, 15_000)], [0, 0, 45, 0]);
  t.equal(rate.take(1, 60_000), 0);
});
