import t from 'tap';
import { BySeq } from './by-seq.ts';

t.test('a number has the value that was put in last, until it is deleted', async (t) => {
  const values = new BySeq<string>();
  t.equal(values.get(1), undefined);
  values.set(1, 'a');
  values.set(2, 'b');
  values.set(1, 'c');
  t.same(
    [1, 2, 3].map((seq) => values.get(seq)),
    ['c', 'b', undefined],
  );
  t.same(
    values.entries().map(({ seq }) => seq),
    [2, 1],
  );
  values.delete(2);
  values.delete(7);
  t.equal(values.get(2), undefined);
  values.set(5, 'e');
  values.keep((seq) => seq > 1);
  t.same(values.entries(), [{ seq: 5, value: 'e' }]);
});

t.test('many numbers are kept as few are', async (t) => {
  const values = new BySeq<number>();
  for (let seq = 0; seq < 20_000; seq++) values.set(seq, seq * 2);
  values.set(3, 7);
  values.keep((seq) => seq === 3 || seq >= 19_999);
  t.same(values.entries(), [
    { seq: 19_999, value: 39_998 },
    { seq: 3, value: 7 },
  ]);
  t.equal(values.get(3), 7);
  values.delete(3);
  t.equal(values.get(3), undefined);
});
