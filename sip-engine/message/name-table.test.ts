import t from 'tap';
import { canonicalName, formsOf, idOfName, lowerName } from './header-names.ts';
import { NameTable } from './name-table.ts';

t.test('a table gives what a Map of the same names gives, whatever their places', async (t) => {
  // Of one length, and alike in the letters that are looked at: all have one place.
  const alike = Array.from({ length: 40 }, (_, i) => `a${String(i).padStart(3, '0')}b${String(i).padStart(3, '0')}c`);
  const names = ['', 'v', 'via', 'Via', 'VIA', 'call-id', ...alike];
  const map = new Map(names.map((name, index) => [name, index]));
  const table = new NameTable(map);
  for (const name of [...names, 'V', 'vie', 'a', 'a040b040c', 'x'.repeat(5000), '\u{1f600}']) {
    t.equal(table.get(name), map.get(name), name.slice(0, 20));
  }
});

t.test('a known name has one id and one set of forms in every spelling, an unknown one the id 0', async (t) => {
  for (const name of ['Call-ID', 'call-id', 'CALL-ID', 'i', 'I', `call${'-id'}`]) {
    t.equal(idOfName(name), idOfName('call-id'), name);
    t.equal(formsOf(name), formsOf('call-id'), name);
    t.equal(lowerName(name), 'call-id', name);
    t.equal(canonicalName(name), 'Call-ID', name);
  }
  for (const name of ['X-Correlation-ID', 'x-correlation-id', 'Call_ID', '', 'constructor', '__proto__']) {
    t.equal(idOfName(name), 0, name);
    t.equal(lowerName(name), name.toLowerCase(), name);
  }
});
