import t from 'tap';
import { HashTable } from './hash-table.ts';

/** Few beginnings, so that many share a place. */
function keyOf(n: number) {
  return { high: n, low: (n * 7) % 40 };
}

t.test('it holds what a Map would hold, whatever comes and goes and however many share a place', (t) => {
  const table = new HashTable<{ readonly n: number }>();
  const map = new Map<number, { readonly n: number }>();
  let seed = 1;
  const random = (below: number): number => {
    seed = (seed * 48_271) % 0x7fffffff;
    return seed % below;
  };
  let wrong = 0;
  for (let step = 0; step < 50_000; step++) {
    const n = random(300);
    if (random(2) === 0) {
      const value = { n };
      table.set(keyOf(n), value);
      map.set(n, value);
    } else if (table.delete(keyOf(n)) !== map.delete(n)) wrong += 1;
    const asked = random(300);
    if (table.get(keyOf(asked)) !== map.get(asked) || table.size !== map.size) wrong += 1;
  }
  t.equal(wrong, 0);
  t.same(new Set(table.values().map(({ n }) => n)), new Set(map.keys()));
  t.end();
});

t.test('what is taken out is not kept, and what is walked may be taken out', (t) => {
  const table = new HashTable<object>();
  for (let n = 0; n < 5000; n++) table.set({ high: n, low: n * 31 }, { n });
  for (const [n] of table.values().entries()) table.delete({ high: n, low: n * 31 });
  t.same([table.size, table.values()], [0, []]);
  t.end();
});
