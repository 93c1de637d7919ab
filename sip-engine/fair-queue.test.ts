import t from 'tap';
import { FairQueue } from './fair-queue.ts';

const any = () => true;

t.test('owners take turns, however much one of them has', async (t) => {
  const queue = new FairQueue<string>();
  for (const item of ['a1', 'a2', 'a3', 'a4']) queue.put('a', item);
  queue.put('b', 'b1');
  queue.put('c', 'c1');
  queue.put('b', 'b2');
  t.equal(queue.size, 7);
  t.same([queue.oldest('b'), queue.countOf('b'), queue.countOf('d'), queue.owners], ['b1', 2, 0, 3]);
  const taken = Array.from({ length: 8 }, () => queue.take(any));
  t.same(taken, ['a1', 'b1', 'c1', 'a2', 'b2', 'a3', 'a4', undefined]);
  t.equal(queue.size, 0);
  t.equal(queue.oldest('a'), undefined);
});

t.test('an owner who comes back is behind those who wait', async (t) => {
  const queue = new FairQueue<string>();
  queue.put('a', 'a1');
  queue.put('b', 'b1');
  t.equal(queue.take(any), 'a1');
  queue.put('a', 'a2');
  t.same([queue.take(any), queue.take(any)], ['b1', 'a2']);
});

t.test('what is cleared is gone, and new items find their turn', async (t) => {
  const queue = new FairQueue<string>();
  queue.put('a', 'a1');
  queue.clear();
  t.equal(queue.take(any), undefined);
  queue.put('a', 'a2');
  t.equal(queue.take(any), 'a2');
});

t.test('what is no longer good is left out without costing its owner the turn', async (t) => {
  const queue = new FairQueue<string>();
  for (const item of ['bad', 'bad', 'a3', 'bad']) queue.put('a', item);
  queue.put('b', 'bad');
  queue.put('c', 'c1');
  const isGood = (item: string) => item !== 'bad';
  t.same([queue.take(isGood), queue.take(isGood), queue.take(isGood)], ['a3', 'c1', undefined]);
  t.same([queue.size, queue.owners], [0, 0]);
});
