import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startProduct } from '../test-sip/support/product.ts';
import { type Child, startScript } from './support/child.ts';
import { cpuMs, median, residentMib } from './support/cpu.ts';
import type { Bench } from './support/report.ts';
import { seedProduct } from './support/seed.ts';

const TRUNKS = 10_000;
const WINDOW = 100;
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 5);

interface Round {
  readonly cpuMsPer1k: number;
  readonly perSec: number;
  readonly p99Ms: number;
  readonly errors: number;
}

/** REGISTER pairs (challenge and answer) and refreshes, beside a bare Node UDP echo of the same datagrams. */
export const bench: Bench = async () => {
  const dir = mkdtempSync(join(tmpdir(), 'didfarm-bench-'));
  const ends: (() => unknown)[] = [];
  try {
    const csv = await seedProduct(dir, TRUNKS);
    const settings = { DIDFARM_DATA_DIR: join(dir, 'data'), DIDFARM_RATE_LIMITS: 'off' };
    const product = await startProduct({ teardown: (end) => ends.push(end) }, settings);
    const echo = startScript('server', 'bench/load/echo.ts', []);
    ends.push(() => echo.stop());
    const echoPort = Number((await echo.nextJson()).port);
    const rounds = { pair: [] as Round[], refresh: [] as Round[], echo: [] as Round[] };
    await runRound(product.pid, product.sipPort, csv, 'pair');
    for (let round = 0; round < ROUNDS; round++) {
      rounds.pair.push(await runRound(product.pid, product.sipPort, csv, 'pair'));
      rounds.echo.push(await runRound(echo.pid, echoPort, csv, 'echo'));
      rounds.refresh.push(await runRound(product.pid, product.sipPort, csv, 'refresh'));
    }
    return figures(rounds, residentMib(product.pid));
  } finally {
    for (const end of ends) await end();
    rmSync(dir, { recursive: true, force: true });
  }
};

async function runRound(pid: number, port: number, csv: string, mode: string): Promise<Round> {
  const before = cpuMs(pid);
  const load: Child = startScript(
    'generator',
    'bench/load/register-load.ts',
    [port, csv, mode, SECONDS, WINDOW].map(String),
  );
  const result = await load.nextJson();
  await load.stop();
  const done = Number(result.done);
  return {
    cpuMsPer1k: ((cpuMs(pid) - before) / done) * 1000,
    perSec: done / SECONDS,
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
      name: 'echo_over_refresh_cpu',
      value: of('echo', 'cpuMsPer1k') / of('refresh', 'cpuMsPer1k'),
      unit: 'x',
      isRatio: true,
    },
    { name: 'resident', value: residentMiB, unit: 'MiB', isRatio: false },
    { name: 'errors', value: errors, unit: '', isRatio: false },
  ];
}
