import { hash } from 'node:crypto';
import t from 'tap';
import { SignedText } from './signed-text.ts';

t.test('what is signed is the text with the place filled in, whatever its characters', async (t) => {
  const text = new SignedText('sécret:', 3, ':réalm.example');
  for (const head of ['abc', '0_-']) {
    text.place.set(Buffer.from(head));
    t.equal(text.sign(), hash('sha256', `sécret:${head}:réalm.example`, 'base64url'));
  }
});

t.test('one that is kept for each realm keeps nothing else in memory', async (t) => {
  t.equal(
    new SignedText('secret:', 36, ':a.example').place.buffer.byteLength,
    'secret:'.length + 36 + ':a.example'.length,
  );
});
