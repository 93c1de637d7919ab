import t from 'tap';
import { e164Candidates, toE164 } from './e164.ts';

t.test('plus, double zero, no plus and national form mean the same number', async (t) => {
  for (const text of ['+31201234567', '0031201234567', '31201234567', '0201234567', '020 123-45.67']) {
    t.ok(e164Candidates(text, 'NL').includes('+31201234567'), text);
  }
});

t.test('without a country only the international forms are understood', async (t) => {
  t.same(e164Candidates('0031201234567', null), ['+31201234567']);
  t.same(e164Candidates('31201234567', null), ['+31201234567']);
  t.same(e164Candidates('0201234567', null), []);
});

t.test('national reading comes before digits taken as international', async (t) => {
  t.same(e164Candidates('2125551234', 'US'), ['+12125551234', '+2125551234']);
});

t.test('words and short codes are no numbers', async (t) => {
  for (const text of ['', 'anonymous', '12', '+0123456789', '+3120123456789012']) {
    t.same(e164Candidates(text, 'NL'), [], text);
  }
  t.equal(toE164('1002', 'NL'), undefined);
  t.equal(toE164('0201234567', 'NL'), '+31201234567');
});

t.test('an unknown country is as good as none', async (t) => {
  t.same(e164Candidates('31201234567', 'XX'), ['+31201234567']);
});
