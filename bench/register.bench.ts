import { readBegun } from './load/begun.ts';
import { type Child, startScript } from './support/child.ts';
import { cpuMs, median, percentile, residentMib } from './support/cpu.ts';
import { overDrachtio } from './support/drachtio-recorded.ts';
import { startKamailioPeer } from './support/kamailio-peer.ts';
import { loopAndGc, readSipThread } from './support/loop-and-gc.ts';
import { peer } from './support/peer.ts';
import type { Bench, Figure } from './support/report.ts';
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

/**
 * REGISTER pairs (challenge and answer) and refreshes, at full speed and then at half of it, beside a bare Node UDP echo of the datagrams of a pair; with
 * `--peer kamailio` beside Kamailio with its credentials in memory and in SQLite, too.
 */
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
    const peers = await openPeers(csv, onEnd);
    const rounds = { pair: [] as Round[], refresh: [] as Round[], echo: [] as Round[] };
    const threadBefore = await readSipThread(product);
    for (let round = 0; round < ROUNDS; round++) {
      const ours = () => cpuMs(product.pid);
      rounds.pair.push(await runRound(ours, load, 'pair'));
      rounds.echo.push(await runRound(() => cpuMs(echo.pid), echoLoad, 'echo'));
      rounds.refresh.push(await runRound(ours, load, 'refresh'));
      for (const one of peers) {
        one.pair.push(await runRound(one.cpuMs, one.load, 'pair'));
        one.refresh.push(await runRound(one.cpuMs, one.load, 'refresh'));
      }
    }
    const thread = loopAndGc(threadBefore, await readSipThread(product));
    const half = [
      ...(await atHalfLoad(load, 'pair', rounds.pair)),
      ...(await atHalfLoad(load, 'refresh', rounds.refresh)),
    ];
    const beside = peers.flatMap((one) => besidePeer(rounds, one));
    return [...figures(rounds, residentMib(product.pid)), ...thread, ...half, ...beside];
  });

/** How long REGISTERs take that come at half the rate that was carried, whatever became of those before. */
async function atHalfLoad(
  load: Child,
  mode: 'pair' | 'refresh',
  carried: readonly Round[],
): Promise<readonly Figure[]> {
  const perSec = Math.round(median(carried.map((round) => round.perSec)) / 2);
  const { each, errors } = await load.ask({ mode, steps: [{ seconds: ROUNDS * SECONDS, perSec }] });
  const times = readBegun(each).flatMap(({ tookMs }) => tookMs ?? []);
  const figure = (name: string, value: number, unit: string): Figure => ({
    ...{ name: `${mode}_half_load_${name}`, value, unit, isRatio: false },
  });
  return [
    figure('per_sec', perSec, '1/s'),
    ...([50, 99] as const).map((share) => figure(`p${share}_ms`, percentile(times, share / 100), 'ms')),
    figure('errors', Number(errors), ''),
  ];
}

function startLoad(port: number, csv: string): Child {
  return startScript('generator', 'bench/load/register-load.ts', [String(port), csv, String(WINDOW)]);
}

async function runRound(cpuNow: () => number, load: Child, mode: string): Promise<Round> {
  const before = cpuNow();
  const result = await load.ask({ mode, seconds: SECONDS });
  // What the round has left to the other threads belongs to it.
  await new Promise((resolve) => setTimeout(resolve, 200));
  const done = Number(result.done);
  return {
    cpuMsPer1k: ((cpuNow() - before) / done) * 1000,
    perSec: done / Number(result.seconds),
    p99Ms: Number(result.p99Ms),
    errors: Number(result.errors),
  };
}

interface PeerRounds {
  readonly name: string;
  readonly load: Child;
  readonly pair: Round[];
  readonly refresh: Round[];
  cpuMs(): number;
}

/** Kamailio twice, with every account registered once; none unless it was asked for. */
async function openPeers(csv: string, onEnd: (end: () => unknown) => void): Promise<readonly PeerRounds[]> {
  if (peer() !== 'kamailio') return [];
  const opened: PeerRounds[] = [];
  for (const kind of ['memory', 'sqlite'] as const) {
    const kamailio = await startKamailioPeer({ onEnd, kind, csv });
    const load = startLoad(kamailio.port, csv);
    onEnd(() => load.stop());
    await load.ask({ mode: 'prime', seconds: 0 });
    await load.ask({ mode: 'pair', seconds: SECONDS });
    opened.push({ name: `kamailio_${kind}`, load, pair: [], refresh: [], cpuMs: kamailio.cpuMs });
  }
  return opened;
}

/** What the peer needed, and how often that is what we need: the median over the rounds. */
function besidePeer(
  ours: Readonly<Record<'pair' | 'refresh', readonly Round[]>>,
  { name, ...theirs }: PeerRounds,
): readonly Figure[] {
  return (['pair', 'refresh'] as const).flatMap((mode) => {
    const cpu = theirs[mode].map((round) => round.cpuMsPer1k);
    const ratios = cpu.map((value, round) => value / (ours[mode][round]?.cpuMsPer1k ?? Number.NaN));
    const errors = theirs[mode].reduce((sum, round) => sum + round.errors, 0);
    return [
      { name: `${name}_${mode}_cpu_ms_per_1k`, value: median(cpu), unit: 'ms', isRatio: false, rounds: cpu },
      { name: `${name}_${mode}_errors`, value: errors, unit: '', isRatio: false },
      { name: `${name}_over_${mode}_cpu`, value: median(ratios), unit: 'x', isRatio: true, rounds: ratios },
      ...(mode === 'pair' && name === 'kamailio_memory'
        ? [overDrachtio('pair', median(ours.pair.map((round) => round.cpuMsPer1k)), median(cpu))]
        : []),
    ];
  });
}

function figures(rounds: Readonly<Record<'pair' | 'refresh' | 'echo', readonly Round[]>>, residentMiB: number) {
  const all = (mode: keyof typeof rounds, key: keyof Round) => rounds[mode].map((round) => round[key]);
  const of = (mode: keyof typeof rounds, key: keyof Round) => median(all(mode, key));
  const absolute = (['pair', 'refresh', 'echo'] as const).flatMap((mode) => [
    {
      ...{ name: `${mode}_cpu_ms_per_1k`, value: of(mode, 'cpuMsPer1k'), unit: 'ms', isRatio: false },
      rounds: all(mode, 'cpuMsPer1k'),
    },
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
