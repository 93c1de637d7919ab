import t from 'tap';
import { SlotTable } from './slot-table.ts';

t.test('what was put in is found by its id until it is deleted, and never by that of another in its place', (t) => {
  const table = new SlotTable<{ readonly id: number }>();
  const gone: number[] = [];
  const kept = new Set<number>();
  for (let step = 0; step < 5000; step += 1) {
    const { id } = table.add((own) => ({ id: own }));
    kept.add(id);
    if (step % 5 !== 0) {
      const [oldest = 0] = kept;
      kept.delete(oldest);
      gone.push(oldest);
      t.equal(table.delete(oldest), true);
      t.equal(table.delete(oldest), false);
    }
  }
  t.ok([...kept].every((id) => table.get(id)?.id === id));
  t.ok(gone.every((id) => table.get(id) === undefined));
  t.equal(table.size, kept.size);
  t.strictSame(new Set([...table.values()].map(({ id }) => id)), kept);
  t.equal(table.get(Number.NaN), undefined);
  t.equal(table.get(-1), undefined);
  t.end();
});

t.test('all may be deleted while they are walked', (t) => {
  const table = new SlotTable<{ readonly id: number }>();
  for (let n = 0; n < 100; n += 1) table.add((id) => ({ id }));
  let walked = 0;
  for (const { id } of table.values()) {
    walked += 1;
    table.delete(id);
  }
  t.equal(walked, 100);
  t.equal(table.size, 0);
  t.end();
});

t.test('what cannot be made takes no place, neither a new one nor one that was free', (t) => {
  const table = new SlotTable<{ readonly id: number }>();
  const places = 2 ** 20;
  const fail = () => {
    throw new Error('cannot be made');
  };
  t.throws(() => table.add(fail));
  const { id } = table.add((own) => ({ id: own }));
  t.equal(id % places, 0);
  table.delete(id);
  for (let n = 0; n < 3; n += 1) t.throws(() => table.add(fail));
  t.equal(table.size, 0);
  t.equal(table.add((own) => ({ id: own })).id % places, 0);
  t.equal(table.add((own) => ({ id: own })).id % places, 1);
  t.end();
});
