import t from 'tap';
import { Throttle } from './throttle.ts';

t.test('what is within the burst is not held up, what is beyond it waits for its share', async (t) => {
  let now = 0;
  const waits: number[] = [];
  const wait = async (ms: number) => {
    waits.push(ms);
    now += ms;
  };
  const throttle = new Throttle({ burst: 10, perSec: 5, elapsedMs: () => now, wait });
  await throttle.took(10);
  t.same(waits, []);
  await throttle.took(5);
  t.same(waits, [1000]);
  await throttle.took(0);
  now += 60_000;
  await throttle.took(10);
  t.same(waits, [1000], 'and is there again after a while');
});
