import t from 'tap';
import { oldAtFirstMib } from './v8-settings.ts';

t.test('the heap is left to grow by the memory that there is, within bounds', (t) => {
  const gib = 2 ** 30;
  t.equal(oldAtFirstMib(gib), 256);
  t.equal(oldAtFirstMib(12 * gib), 384);
  t.equal(oldAtFirstMib(24 * gib), 512);
  t.equal(oldAtFirstMib(256 * gib), 512);
  t.end();
});
