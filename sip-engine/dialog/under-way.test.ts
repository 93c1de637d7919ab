import t from 'tap';
import { UnderWay } from './under-way.ts';

function counted() {
  let uuids = 0;
  const table = new UnderWay<{ readonly place: number }>({ uuid: () => `id-${++uuids}` });
  return { table, add: () => table.add((place) => ({ place })), uuids: () => uuids };
}

t.test('an id is made for whoever asks, and found until its request has its answer', async (t) => {
  const { table, add, uuids } = counted();
  const [first, second] = [add(), add()];
  t.equal(uuids(), 0);
  const id = table.name(second.place);
  t.equal(table.get(id), second);
  t.same(table.values(), [first, second]);
  table.delete(second.place, id);
  t.equal(table.get(id), undefined);
  t.same(table.values(), [first]);
});

t.test('an id that is asked for after the answer finds nothing, whoever has the place now', async (t) => {
  const { table, add } = counted();
  const { place } = add();
  table.delete(place, undefined);
  add();
  t.equal(table.get(table.name(place)), undefined);
});

t.test('an id from before does not find the next one that has the place', async (t) => {
  const { table, add } = counted();
  const { place } = add();
  const id = table.name(place);
  table.delete(place, undefined);
  add();
  t.equal(table.get(id), undefined);
});
