import { type Child, startScript } from './support/child.ts';
import { cpuMs, median, residentMib } from './support/cpu.ts';
import type { Bench } from './support/report.ts';
import { inWorkDir, startSeeded } from './support/work-dir.ts';

const TRUNKS = 10_000;
const WINDOW = 100;
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 7);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 5);

interface Round {
  readonly cpuMsPer1k: number;
  readonly perSec: number;
  readonly p99Ms: number;
  readonly errors: number;
}

/** REGISTER pairs (challenge and answer) and refreshes, beside a bare Node UDP echo of the datagrams of a pair. */
export const bench: Bench = () =>
  inWorkDir(async (dir, onEnd) => {
    const { product, csv } = await startSeeded(dir, onEnd, TRUNKS);
    const echo = startScript('server', 'bench/load/echo.ts', []);
    onEnd(() => echo.stop());
    const echoPort = Number((await echo.nextJson()).port);
    const load = startLoad(product.sipPort, csv);
    const echoLoad = startLoad(echoPort, csv);
    onEnd(() => load.stop());
    onEnd(() => echoLoad.stop());
    await load.ask({ mode: 'prime', seconds: 0 });
    await load.ask({ mode: 'pair', seconds: 2 * SECONDS });
    await echoLoad.ask({ mode: 'echo', seconds: SECONDS });
    const rounds = { pair: [] as Round[], refresh: [] as Round[], echo: [] as Round[] };
    for (let round = 0; round < ROUNDS; round++) {
      rounds.pair.push(await runRound(product.pid, load, 'pair'));
      rounds.echo.push(await runRound(echo.pid, echoLoad, 'echo'));
      rounds.refresh.push(await runRound(product.pid, load, 'refresh'));
    }
    return figures(rounds, residentMib(product.pid));
  });

function startLoad(port: number, csv: string): Child {
  return startScript('generator', 'bench/load/register-load.ts', [String(port), csv, String(WINDOW)]);
}

async function runRound(pid: number, load: Child, mode: string): Promise<Round> {
  const before = cpuMs(pid);
  const result = await load.ask({ mode, seconds: SECONDS });
  // What the round has left to the other threads belongs to it.
  await new Promise((resolve) => setTimeout(resolve, 200));
  const done = Number(result.done);
  return {
    cpuMsPer1k: ((cpuMs(pid) - before) / done) * 1000,
    perSec: done / Number(result.seconds),
    p99Ms: Number(result.p99Ms),
    errors: Number(result.errors),
  };
}

function figures(rounds: Readonly<Record<'pair' | 'refresh' | 'echo', readonly Round[]>>, residentMiB: number) {
  const of = (mode: keyof typeof rounds, key: keyof Round) => median(rounds[mode].map((round) => round[key]));
  const absolute = (['pair', 'refresh', 'echo'] as const).flatMap((mode) => [
    { name: `${mode}_cpu_ms_per_1k`, value: of(mode, 'cpuMsPer1k'), unit: 'ms', isRatio: false },
    { name: `${mode}_per_sec`, value: of(mode, 'perSec'), unit: '1/s', isRatio: false },
    { name: `${mode}_p99_ms`, value: of(mode, 'p99Ms'), unit: 'ms', isRatio: false },
  ]);
  const errors = [...rounds.pair, ...rounds.refresh].reduce((sum, round) => sum + round.errors, 0);
  return [
    ...absolute,
    {
      name: 'echo_over_pair_cpu',
      value: of('echo', 'cpuMsPer1k') / of('pair', 'cpuMsPer1k'),
      unit: 'x',
      isRatio: true,
    },
    {
      // One datagram each way, half of what an echo round counts.
      name: 'echo_over_refresh_cpu',
      value: of('echo', 'cpuMsPer1k') / 2 / of('refresh', 'cpuMsPer1k'),
      unit: 'x',
      isRatio: true,
    },
    { name: 'resident', value: residentMiB, unit: 'MiB', isRatio: false },
    { name: 'errors', value: errors, unit: '', isRatio: false },
  ];
}
