import { setImmediate } from 'node:timers/promises';
import { Registry } from 'prom-client';
import t from 'tap';
import { LoopStalls } from './loop-stalls.ts';

t.test('a stall is counted by its length, and the longest is told for a minute', async (t) => {
  let nowMs = 0;
  const registry = new Registry();
  const stalls = new LoopStalls(registry, () => nowMs);
  for (const lateMs of [0.2, -0.4, 4, 30]) stalls.observe(lateMs, nowMs);
  const page = await registry.metrics();
  for (const line of [
    'didfarm_sip_loop_stall_seconds_bucket{le="0.001"} 2',
    'didfarm_sip_loop_stall_seconds_bucket{le="0.02"} 3',
    'didfarm_sip_loop_stall_seconds_count 4',
    'didfarm_sip_loop_stall_max_seconds 0.03',
  ])
    t.ok(page.includes(`${line}\n`), line);
  nowMs = 55_000;
  stalls.observe(7, nowMs);
  t.equal(stalls.longestMs(nowMs), 30);
  nowMs = 61_000;
  t.equal(stalls.longestMs(nowMs), 7, 'the longest is forgotten after a minute');
  t.equal(stalls.longestMs(nowMs + 60_000), 0);
});

t.test('each look is counted once, however many there are between two scrapes', async (t) => {
  const registry = new Registry();
  const stalls = new LoopStalls(registry, () => 0);
  for (const looks of [1000, 1, 0]) {
    for (let look = 0; look < looks; look++) stalls.observe(1.5, 0);
    await registry.metrics();
  }
  const page = await registry.metrics();
  t.match(page, 'didfarm_sip_loop_stall_seconds_bucket{le="0.002"} 1001\n');
  t.match(page, 'didfarm_sip_loop_stall_seconds_count 1001\n');
});

t.test('a thread that does nothing else for 50 ms is seen to', async (t) => {
  const stalls = new LoopStalls(new Registry(), performance.now.bind(performance));
  const stop = stalls.watch(performance.now.bind(performance));
  await setImmediate();
  const start = performance.now();
  while (performance.now() - start < 50);
  while (stalls.longestMs(performance.now()) < 30) await setImmediate();
  t.ok(stalls.longestMs(performance.now()) >= 30);
  stop();
});
