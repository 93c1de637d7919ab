import { readFileSync } from 'node:fs';
import { startProduct } from '../test-sip/support/product.ts';
import { type Child, startScript } from './support/child.ts';
import { apiOf, type Send } from './support/control-api.ts';
import { cpuMs, percentile, residentMib } from './support/cpu.ts';
import { addNumbers } from './support/more-numbers.ts';
import type { Bench, Figure } from './support/report.ts';
import { inWorkDir, startSeeded } from './support/work-dir.ts';

const TRUNKS = Number(process.env.BENCH_TRUNKS ?? 100_000);
/** Of each trunk: 1,000,000 in all where there are 100,000 trunks. */
const NUMBERS = Number(process.env.BENCH_NUMBERS ?? 10);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 7);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 5);
/** Registrations under way at a time. */
const WINDOW = 50;
const CHANGES_PER_ROUND = 20;

/** What a full server takes: its start with every trunk registered, its memory, and a change of one record in it. */
export const bench: Bench = () =>
  inWorkDir(async (dir, onEnd) => {
    const { product, csv, settings } = await startSeeded(dir, onEnd, TRUNKS, {
      pinned: false,
      prepare: () => addNumbers(dir, NUMBERS),
    });
    const load = startScript('generator', 'bench/load/register-load.ts', [product.sipPort, csv, WINDOW].map(String));
    onEnd(() => load.stop());
    await registerAll(load);
    await product.stop();
    const startedMs = performance.now();
    const again = await startProduct({ teardown: onEnd }, settings);
    const readySec = (performance.now() - startedMs) / 1000;
    const [readyCpuMs, readyMib] = [cpuMs(again.pid), residentMib(again.pid)];
    // What a start leaves behind is collected, and what is due soon after it happens.
    await new Promise((resolve) => setTimeout(resolve, SECONDS * 1000));
    const restMib = residentMib(again.pid);
    const registered = await again.metric('didfarm_registrations{state="registered"}');
    const changes = await changeOne(apiOf(again.dataDir));
    return [
      figure('registered', registered ?? Number.NaN, ''),
      figure('start_to_ready', readySec, 's'),
      figure('start_cpu', readyCpuMs / 1000, 's'),
      figure('resident_when_ready', readyMib, 'MiB'),
      figure('resident_at_rest', restMib, 'MiB'),
      figure('resident_highest', highestMib(again.pid), 'MiB'),
      ...changes,
    ];
  });

/** Twice: what was lost on the way the first time is there after the second. */
async function registerAll(load: Child): Promise<void> {
  for (let time = 0; time < 2; time++) await load.ask({ mode: 'prime', seconds: 0 });
}

/**
 * One number is changed over and over. The answer comes when the SIP thread goes by it: so it has in it the API, the
 * transaction and the change's way to that thread; a read of the same number by the API is beside it.
 */
async function changeOne(send: Send): Promise<readonly Figure[]> {
  const { data } = JSON.parse(await send('GET', '/dids?per_page=1')) as { data: readonly { readonly id: number }[] };
  const path = `/dids/${data[0]?.id}`;
  const times = { change: [] as number[], read: [] as number[] };
  for (let change = 0; change < ROUNDS * CHANGES_PER_ROUND; change++) {
    times.change.push(await timed(() => send('PATCH', path, { sms_enabled: change % 2 === 0 })));
    times.read.push(await timed(() => send('GET', path)));
  }
  return (['change', 'read'] as const).flatMap((what) => [
    figure(`${what}_p50`, percentile(times[what], 0.5), 'ms'),
    figure(`${what}_p95`, percentile(times[what], 0.95), 'ms'),
  ]);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return performance.now() - startedMs;
}

/** The most that it had in memory so far. */
function highestMib(pid: number): number {
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
}

function figure(name: string, value: number, unit: string): Figure {
  return { name, value, unit, isRatio: false };
}
