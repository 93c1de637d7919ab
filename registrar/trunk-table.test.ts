import t from 'tap';
import { TrunkTable } from './trunk-table.ts';

t.test('a table of trunks says what a Map would, whatever is set, replaced and deleted', (t) => {
  const table = new TrunkTable<{ readonly n: number }>();
  const map = new Map<number, { readonly n: number }>();
  for (let step = 0; step < 20_000; step += 1) {
    // Ids that share pages, ids that are alone, and some beyond 31 bits.
    const id = ((step * 7919) % 500) * (step % 3 === 0 ? 10_000_019 : 1);
    if (step % 4 === 3) t.equal(table.delete(id), map.delete(id));
    else {
      table.set(id, { n: step });
      map.set(id, { n: step });
    }
    if (table.get(id)?.n !== map.get(id)?.n || table.has(id) !== map.has(id) || table.size !== map.size) {
      t.fail(`differs after step ${step}, id ${id}`);
    }
  }
  t.strictSame(
    [...table.keys()].sort((a, b) => a - b),
    [...map.keys()].sort((a, b) => a - b),
  );
  t.end();
});

t.test('what is deleted leaves no page behind, and may be deleted while the ids are walked', (t) => {
  const table = new TrunkTable<object>();
  for (let id = 1; id <= 1000; id += 1) table.set(id, {});
  for (const id of table.keys()) t.equal(table.delete(id), true);
  t.equal(table.size, 0);
  t.strictSame(table.keys(), []);
  t.equal(table.delete(1), false);
  t.end();
});
