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

t.test('while a larger table takes over, each is found, replaced and taken out once, and none is lost', (t) => {
  const table = new HashTable<{ readonly n: number }>();
  const map = new Map<number, { readonly n: number }>();
  // In runs of neighbours, some of which go round the end of the table.
  const key = (n: number) => ({ high: n, low: (n >> 3) * 97 - 5 });
  let wrong = 0;
  for (let n = 0; n < 20_000; n++) {
    const value = { n };
    table.set(key(n), value);
    map.set(n, value);
    const [again, gone] = [(n * 7919) % (n + 1), (n * 104_729) % (n + 1)];
    if (map.has(again)) {
      const other = { n: again };
      table.set(key(again), other);
      map.set(again, other);
    }
    if (n % 3 === 0 && table.delete(key(gone)) !== map.delete(gone)) wrong += 1;
    if (table.size !== map.size || table.get(key(again)) !== map.get(again)) wrong += 1;
    if (n % 997 !== 0 && n !== 4100) continue;
    for (const [at, one] of map) if (table.get(key(at)) !== one) wrong += 1;
    const all = new Set(table.values());
    if (all.size !== map.size || [...map.values()].some((one) => !all.has(one))) wrong += 1;
  }
  t.equal(wrong, 0);
  t.same(new Set(table.values()), new Set(map.values()));
  t.equal(table.values().length, map.size);
  t.end();
});

t.test('what is taken out is not kept, and what is walked may be taken out', (t) => {
  const table = new HashTable<object>();
  for (let n = 0; n < 5000; n++) table.set({ high: n, low: n * 31 }, { n });
  for (const [n] of table.values().entries()) table.delete({ high: n, low: n * 31 });
  t.same([table.size, table.values()], [0, []]);
  t.end();
});
