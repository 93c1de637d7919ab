import { Registry } from 'prom-client';
import t from 'tap';
import { LoopStalls } from './loop-stalls.ts';
import { explainStall, type LongStall } from './stall-causes.ts';

t.test('a stall is by collection, by work, or because others had the processor', async (t) => {
  const stall = { startMs: 100, endMs: 140 };
  const causeOf = (cpuMs: number, pauses: readonly (readonly [number, number])[]) =>
    explainStall(
      stall,
      cpuMs,
      pauses.map(([startMs, endMs]) => ({ startMs, endMs })),
    );
  t.strictSame(causeOf(35, [[90, 128]]), { stallMs: 40, cpuMs: 35, collectionMs: 28, cause: 'collection' });
  t.match(
    causeOf(3, [
      [101, 111],
      [112, 125],
    ]),
    { collectionMs: 23, cause: 'collection' },
    'its helpers computed',
  );
  t.match(
    causeOf(38, [
      [50, 60],
      [150, 190],
    ]),
    { collectionMs: 0, cause: 'work' },
    'those beside it do not count',
  );
  t.match(causeOf(12, [[100, 105]]), { cause: 'processor' }, 'by itself it would have been short');
});

t.test('a thread that computes for 60 ms is told of as work, and counted', async (t) => {
  const registry = new Registry();
  const nowMs = performance.now.bind(performance);
  const stalls = new LoopStalls(registry, nowMs);
  const told = Promise.withResolvers<LongStall>();
  // A process that has just begun stands still for other reasons too: ours is the stall that computes.
  const stop = stalls.watch(nowMs, (stall) => {
    if (stall.cpuMs >= 50 && stall.collectionMs < 10) told.resolve(stall);
  });
  t.teardown(stop);
  // The processor is the system's to give: only time that was computed counts. It is asked for rarely, because each
  // answer is garbage, and what stands still while that is collected is explained by the collection.
  const spin = () => {
    const before = process.threadCpuUsage();
    for (let turn = 1; ; turn++) {
      if (turn % 1_000_000 > 0) continue;
      const { user, system } = process.threadCpuUsage(before);
      if (user + system > 60_000) return;
    }
  };
  const keepAlive = setInterval(spin, 100);
  const stall = await told.promise;
  clearInterval(keepAlive);
  t.ok(stall.stallMs > 20, `${stall.stallMs} ms`);
  t.equal(stall.cause, 'work');
  t.match(await registry.metrics(), /didfarm_sip_long_stalls_total\{cause="work"\} [1-9]/);
});
