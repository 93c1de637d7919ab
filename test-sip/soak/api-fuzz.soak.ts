import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import t from 'tap';
import { fuzzApi } from '../../admin/fuzz-api.ts';
import { openTestWorld } from '../../admin/test-world.ts';

const REQUESTS = 10_000;
/** What may stay behind: the answers that an Idempotency-Key keeps, compiled code, caches. */
const HEAP_GROWTH_BYTES = 32 * 1024 * 1024;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function heapBytes(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

t.test(`${REQUESTS} random requests: no 500, no hang, a stable heap`, { timeout: 1_800_000 }, async (t) => {
  const { app, keys } = await openTestWorld(t);
  const callers = [keys.operator, keys.msp, keys.reseller, keys.bistro, keys.test];
  const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
  // Warm: what is made once is there before the heap is measured.
  await fuzzApi(app, callers, { requests: 1000, seed: seed ^ 1 });
  const before = heapBytes();
  const outcome = await fuzzApi(app, callers, { requests: REQUESTS, seed });
  const growth = heapBytes() - before;
  t.same(outcome.faults, [], `FUZZ_SEED=${seed} repeats it`);
  t.comment(`${JSON.stringify(outcome.statuses)}, slowest ${Math.round(outcome.slowestMs)} ms`);
  t.ok((outcome.statuses[401] ?? 0) < REQUESTS / 20, 'hardly any is stopped at the door');
  t.ok(growth < HEAP_GROWTH_BYTES, `the heap grew by ${Math.round(growth / 1024)} KiB`);
});
