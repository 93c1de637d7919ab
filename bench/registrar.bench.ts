import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startProduct } from '../test-sip/support/product.ts';
import { type Child, startScript } from './support/child.ts';
import { cpuMs, median, residentMib } from './support/cpu.ts';
import type { Bench, Figure } from './support/report.ts';
import { Turns } from './support/turns.ts';
import { inWorkDir, type OnEnd, type SeededProduct, startSeeded } from './support/work-dir.ts';

const MANY = Number(process.env.BENCH_TRUNKS ?? 100_000);
const FEW = 10;
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 7);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 5);
/** As many as the fewest trunks: a deeper window would save wake-ups that the other cannot. */
const WINDOW = FEW;
const FLOOD = { sources: 400, perSecond: Number(process.env.BENCH_FLOOD ?? 20_000), seconds: 20 };
const HONEST = { count: 1000, everyMs: 2000 };

/** What one process holds: memory, probing, restart and cost with 100,000 registered trunks, and honest PBXes in a flood. */
export const bench: Bench = () =>
  inWorkDir(async (dir, onEnd) => {
    const flat = await measureFlatness(dir, onEnd);
    const held = await measureHolding(dir, onEnd);
    return [...flat, ...held, ...(await measureFlood(dir, onEnd))];
  });

/** REGISTER pairs at ten trunks and at all, in turns; without probes, which cost by the binding. */
async function measureFlatness(dir: string, onEnd: OnEnd): Promise<Figure[]> {
  const config = join(dir, 'no-probes.yaml');
  writeFileSync(config, 'registration:\n  probe_interval_sec: 0\n');
  const ends: (() => unknown)[] = [];
  const collect = (end: () => unknown) => ends.unshift(end);
  onEnd(async () => {
    for (const end of ends.splice(0)) await end();
  });
  const turns = new Turns();
  const worlds: { readonly seeded: SeededProduct; readonly load: Child; readonly costs: number[]; pids(): number[] }[] =
    [];
  for (const trunks of [FEW, MANY]) {
    const place = subDir(dir, `flat-${trunks}`);
    const seeded = await startSeeded(place, collect, trunks, { settings: { DIDFARM_CONFIG: config } });
    const load = startLoad(seeded.product.sipPort, seeded.csv, collect);
    await load.ask({ mode: 'prime', seconds: 0 });
    await load.ask({ mode: 'pair', seconds: SECONDS });
    const world = { seeded, load, costs: [], pids: () => [seeded.product.pid] };
    worlds.push(world);
    turns.add(world, collect);
  }
  let errors = 0;
  for (let round = 0; round < ROUNDS; round++) {
    for (const world of worlds) {
      const { seeded, load, costs } = world;
      await turns.give(world);
      const before = cpuMs(seeded.product.pid);
      const result = await load.ask({ mode: 'pair', seconds: SECONDS });
      costs.push(((cpuMs(seeded.product.pid) - before) / Number(result.done)) * 1000);
      errors += Number(result.errors);
    }
  }
  for (const end of ends.splice(0)) await end();
  const [few = Number.NaN, many = Number.NaN] = worlds.map(({ costs }) => median(costs));
  return [
    { name: `pair_cpu_ms_per_1k_at_${FEW}`, value: few, unit: 'ms', isRatio: false },
    { name: `pair_cpu_ms_per_1k_at_${MANY}`, value: many, unit: 'ms', isRatio: false },
    { name: 'many_over_few_cpu', value: many / few, unit: 'x', isRatio: true },
    { name: 'flat_errors', value: errors, unit: '', isRatio: false },
  ];
}

/** Memory, probing and restart with all trunks registered; every PBX answers its probes. */
async function measureHolding(dir: string, onEnd: OnEnd): Promise<Figure[]> {
  const probes = { settings: { DIDFARM_PROBE_INTERVAL_SEC: '60' } };
  const { product, csv, settings } = await startSeeded(subDir(dir, 'held'), onEnd, MANY, probes);
  const load = startLoad(product.sipPort, csv, onEnd);
  await warmUp(dir, product.sipPort, csv);
  const baseMib = residentMib(product.pid);
  const primed = await load.ask({ mode: 'prime', seconds: 0 });
  // The first probes follow registrations within seconds; the steady state comes after them.
  await pause(45);
  const residentAfterMib = residentMib(product.pid);
  const before = cpuMs(product.pid);
  const startMs = performance.now();
  await pause(30);
  const probing = (cpuMs(product.pid) - before) / (performance.now() - startMs);
  const registered = await product.metric('didfarm_registrations{state="registered"}');
  await product.stop('SIGKILL');
  const killedMs = performance.now();
  const again = await startProduct({ teardown: onEnd }, settings);
  const restartSec = (performance.now() - killedMs) / 1000;
  const back = await again.metric('didfarm_registrations{state="registered"}');
  await again.stop();
  return [
    { name: 'prime_errors', value: Number(primed.errors), unit: '', isRatio: false },
    { name: 'base_resident', value: baseMib, unit: 'MiB', isRatio: false },
    { name: 'bytes_per_binding', value: ((residentAfterMib - baseMib) * 2 ** 20) / MANY, unit: 'B', isRatio: false },
    { name: 'probing_core_share', value: probing * 100, unit: '% of a core', isRatio: false },
    { name: 'registered_before_kill', value: registered ?? Number.NaN, unit: '', isRatio: false },
    { name: 'registered_after_kill', value: back ?? Number.NaN, unit: '', isRatio: false },
    { name: 'restart', value: restartSec, unit: 's', isRatio: false },
  ];
}

/** Rate limits and bans as delivered; everybody on the machine's cores as the system likes. */
async function measureFlood(dir: string, onEnd: OnEnd): Promise<Figure[]> {
  const options = { settings: { DIDFARM_RATE_LIMITS: 'on' }, pinned: false };
  const { product, csv } = await startSeeded(subDir(dir, 'flood'), onEnd, HONEST.count, options);
  const honest = startScript(
    'generator',
    'bench/load/honest-load.ts',
    [product.sipPort, csv, HONEST.count, HONEST.everyMs].map(String),
  );
  onEnd(() => honest.stop());
  await honest.nextJson();
  const before = cpuMs(product.pid);
  const realm = 'sip.didfarm.com';
  const args = [product.sipPort, realm, FLOOD.sources, FLOOD.perSecond, FLOOD.seconds].map(String);
  const flood = startScript('generator', 'bench/load/flood-load.ts', args);
  onEnd(() => flood.stop());
  const sent = await flood.nextJson();
  const cpuShare = (cpuMs(product.pid) - before) / (FLOOD.seconds * 1000);
  const bans = await product.metric('didfarm_bans');
  await pause(2);
  const result = honest.nextJson();
  await honest.stop();
  const seen = await result;
  const figure = (name: string, value: unknown, unit = '') => ({ name, value: Number(value), unit, isRatio: false });
  return [
    figure('flood_sent_per_sec', sent.perSec, '1/s'),
    figure('flood_answered', sent.answered),
    figure('flood_core_share', cpuShare * 100, '% of a core'),
    figure('bans', bans),
    figure('honest_refreshed', seen.refreshed),
    figure('honest_failed', seen.failed),
    figure('honest_503', seen.refused503),
    figure('honest_retransmitted', seen.retransmitted),
    figure('honest_worst', seen.worstMs, 'ms'),
  ];
}

/** Traffic of a few PBXes, so that what any traffic makes the heap grow by is part of the base. */
async function warmUp(dir: string, port: number, csv: string): Promise<void> {
  const fewCsv = join(dir, 'few.csv');
  writeFileSync(fewCsv, readFileSync(csv, 'utf8').split('\n').slice(0, FEW).join('\n'));
  const ends: (() => unknown)[] = [];
  const load = startLoad(port, fewCsv, (end) => ends.push(end));
  await load.ask({ mode: 'pair', seconds: 2 * SECONDS });
  for (const end of ends) await end();
}

function startLoad(port: number, csv: string, onEnd: OnEnd): Child {
  const load = startScript('generator', 'bench/load/register-load.ts', [String(port), csv, String(WINDOW)]);
  onEnd(() => load.stop());
  return load;
}

function subDir(dir: string, name: string): string {
  const path = join(dir, name);
  mkdirSync(path);
  return path;
}

function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
