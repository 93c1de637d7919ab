import t from 'tap';
import { IsoTimes } from './iso-times.ts';

t.test('times are written as Date writes them, in whatever order they come', (t) => {
  const times = new IsoTimes();
  const base = Date.UTC(2026, 10, 22, 5, 59, 59);
  for (const offset of [0, 1, 9, 10, 99, 100, 999, 1000, 1001, 999, 0, 86_400_000, -1, 5]) {
    t.equal(times.text(base + offset), new Date(base + offset).toISOString());
  }
  t.end();
});
