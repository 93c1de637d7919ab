import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import t from 'tap';
import { ShortLivedMap } from './short-lived-map.ts';

t.test('it is a Map of what is there: one value a key, in the order of their coming', (t) => {
  const map = new ShortLivedMap<number>();
  t.same([map.size, map.get('a'), map.has('a'), map.delete('a')], [0, undefined, false, false]);
  for (const [index, key] of ['a', 'b', 'c'].entries()) map.set(key, index);
  map.set('b', 7);
  t.same(map.values(), [0, 7, 2]);
  t.ok(map.delete('a'));
  t.notOk(map.delete('a'));
  map.set('d', 3);
  map.set('a', 4);
  t.same(map.values(), [7, 2, 3, 4]);
  t.same([map.size, map.get('a'), map.has('b'), map.get('e')], [4, 4, true, undefined]);
  t.end();
});

t.test('a value that was taken out is not kept alive by those that came after it, young or old', async (t) => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as (options: { type: 'minor' | 'major' }) => void;
  const map = new ShortLivedMap<object>();
  map.set('first', {});
  // Its table is old from here on.
  for (let round = 0; round < 3; round++) collect({ type: 'minor' });
  map.delete('first');
  let heldBytes = 0;
  const before = process.memoryUsage().heapUsed;
  for (let round = 0; round < 20; round++) {
    // Three are there at any time, of 100 kB each.
    for (let index = 0; index < 50; index++) {
      map.set(`${round}-${index}`, new Array<number>(12_500).fill(round));
      if (index >= 3) map.delete(`${round}-${index - 3}`);
    }
    for (let index = 47; index < 50; index++) map.delete(`${round}-${index}`);
    collect({ type: 'minor' });
  }
  heldBytes = process.memoryUsage().heapUsed - before;
  t.equal(map.size, 0);
  t.ok(heldBytes < 10_000_000, `${heldBytes} bytes of 100,000,000 outlived collections of the young`);
});
