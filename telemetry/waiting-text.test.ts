import t from 'tap';
import { WaitingText } from './waiting-text.ts';

t.test('texts are taken as one, in the order of their coming, once', (t) => {
  const waiting = new WaitingText();
  for (const text of ['a\n', 'ü € 𝄞\n', '']) waiting.add(text);
  t.equal(waiting.take(), 'a\nü € 𝄞\n');
  t.equal(waiting.take(), '');
  waiting.add('b');
  t.equal(waiting.take(), 'b');
  t.end();
});

t.test('more than fits in its block, in small pieces and in one, comes out whole and in order', (t) => {
  const waiting = new WaitingText();
  const small = Array.from({ length: 9000 }, (_, at) => `${at} ${'ü'.repeat(at % 90)}\n`);
  const large = '€'.repeat(300_000);
  for (const text of [...small, large, ...small]) waiting.add(text);
  t.ok(waiting.take() === [...small, large, ...small].join(''));
  t.end();
});
