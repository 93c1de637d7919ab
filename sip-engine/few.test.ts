import t from 'tap';
import { type Few, hasOne, withOne, withoutOne } from './few.ts';

t.test('what is put in is there once, in order, and what is taken away is not, however many there are', (t) => {
  let few: Few<number> = [];
  for (const count of [0, 1, 2, 8, 9, 100]) {
    const before: number = [...few].length;
    for (let n: number = before; n < count; n++) few = withOne(few, n);
    t.same(
      [...few],
      Array.from({ length: count }, (_, n) => n),
    );
    t.same([hasOne(few, count - 1), hasOne(few, count)], [count > 0, false]);
  }
  for (let n = 0; n < 99; n++) few = withoutOne(few, n);
  few = withoutOne(few, 1000);
  t.same([...few], [99]);
  t.same([...withoutOne([7], 7)], []);
  t.end();
});

t.test('a list that somebody walks stays as it is', (t) => {
  const before: Few<number> = [1, 2];
  withOne(before, 3);
  withoutOne(before, 1);
  t.same(before, [1, 2]);
  t.end();
});

t.test('many are not copied with each that comes', (t) => {
  let few: Few<number> = [];
  for (let n = 0; n < 9; n++) few = withOne(few, n);
  const many = few;
  for (let n = 9; n < 1000; n++) few = withOne(few, n);
  t.equal(few, many);
  t.equal(withoutOne(few, 5), many);
  t.end();
});
