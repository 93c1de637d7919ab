import { type Child, startScript } from './support/child.ts';
import { cpuMs, median, residentMib } from './support/cpu.ts';
import { startDrachtioPeer } from './support/drachtio-peer.ts';
import { overDrachtio } from './support/drachtio-recorded.ts';
import { startKamailioPeer } from './support/kamailio-peer.ts';
import { growthBetween, loopAndGc, readSipThread, type SipThread } from './support/loop-and-gc.ts';
import { halfLoadRates, peer, portsOfPbxes } from './support/peer.ts';
import { type Mode, registersAtHalfLoad } from './support/register-half-load.ts';
import type { Bench, Figure } from './support/report.ts';
import { type Server, Turns } from './support/turns.ts';
import { inWorkDir, type OnEnd, startSeeded } from './support/work-dir.ts';

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

/** The product or a peer, and who registers there. */
interface Side extends Server {
  readonly name: string;
  readonly load: Child;
  readonly pair: Round[];
  readonly refresh: Round[];
  cpuMs(): number;
}

/**
 * REGISTER pairs (challenge and answer) and refreshes, at full speed and then at half of it, beside a bare Node UDP echo of the datagrams of a pair; with
 * `--peer kamailio` beside Kamailio with its credentials in memory and in SQLite, too. Or at half load alone. With `--ports N` not all
 * PBXes come from one port.
 */
export const bench: Bench = (machine) =>
  inWorkDir(async (dir, onEnd) => {
    const { product, csv } = await startSeeded(dir, onEnd, TRUNKS);
    const asked = halfLoadRates(BOTH);
    const load = startLoad(product.sipPort, csv);
    onEnd(() => load.stop());
    const cpu = () => cpuMs(product.pid);
    const ours: Side = { name: 'product', load, pair: [], refresh: [], cpuMs: cpu, pids: () => [product.pid] };
    const manyEcho = await openEcho('many_echo', csv, onEnd);
    const echoes = [await openEcho('echo', csv, onEnd), manyEcho, await openEcho('segment_echo', csv, onEnd)];
    await load.ask({ mode: 'prime', seconds: 0 });
    await load.ask({ mode: 'pair', seconds: 2 * SECONDS });
    for (const echo of echoes) await echo.load.ask({ mode: 'echo', seconds: SECONDS });
    const peers = asked === undefined ? await openPeers(dir, csv, onEnd) : [];
    const turns = new Turns();
    for (const server of [ours, ...echoes, ...peers]) turns.add(server, onEnd);
    await machine.begin();
    const thread: SipThread[] = [];
    for (let round = 0; asked === undefined && round < ROUNDS; round++) {
      await turns.give(ours);
      const before = await readSipThread(product);
      await runBoth(ours);
      thread.push(growthBetween(before, await readSipThread(product)));
      for (const echo of echoes) {
        await turns.give(echo);
        echo.rounds.push(await runRound(echo, 'echo'));
      }
      for (const one of peers) {
        await turns.give(one);
        await runBoth(one);
      }
    }
    const perSec = asked ?? new Map(BOTH.map((mode) => [mode, halfOf(ours[mode])]));
    const times = { machine, turns, rounds: ROUNDS, seconds: SECONDS };
    const half = await registersAtHalfLoad({ product, server: ours, load, echo: manyEcho, perSec, ...times });
    if (asked !== undefined) return half;
    const beside = peers.flatMap((one) => besidePeer(ours, one));
    const limits = echoes.flatMap((echo) => besideEcho(ours, echo));
    return [...figures(ours, residentMib(product.pid)), ...limits, ...loopAndGc(thread), ...half, ...beside];
  });

const BOTH = ['pair', 'refresh'] as const satisfies readonly Mode[];

function halfOf(carried: readonly Round[]): number {
  return Math.round(median(carried.map((round) => round.perSec)) / 2);
}

async function runBoth(side: Side): Promise<void> {
  for (const mode of BOTH) side[mode].push(await runRound(side, mode));
}

function startLoad(port: number, csv: string): Child {
  return startScript('generator', 'bench/load/register-load.ts', [
    String(port),
    csv,
    String(WINDOW),
    String(portsOfPbxes()),
  ]);
}

async function runRound({ cpuMs, load }: Pick<Side, 'cpuMs' | 'load'>, mode: string): Promise<Round> {
  const before = cpuMs();
  const result = await load.ask({ mode, seconds: SECONDS });
  // What the round has left to the other threads belongs to it.
  await new Promise((resolve) => setTimeout(resolve, 200));
  const done = Number(result.done);
  return {
    cpuMsPer1k: ((cpuMs() - before) / done) * 1000,
    perSec: done / Number(result.seconds),
    p99Ms: Number(result.p99Ms),
    errors: Number(result.errors),
  };
}

interface EchoRounds extends Server {
  readonly name: keyof typeof ECHOES;
  readonly load: Child;
  readonly rounds: Round[];
  cpuMs(): number;
}

/** By dgram, many datagrams a call, and these as the product sends them to one address: several as one. */
const ECHOES = {
  echo: ['bench/load/echo.ts'],
  many_echo: ['bench/load/many-echo.ts'],
  segment_echo: ['bench/load/many-echo.ts', 'segments'],
} as const;

async function openEcho(name: EchoRounds['name'], csv: string, onEnd: OnEnd): Promise<EchoRounds> {
  const [script, ...args] = ECHOES[name];
  const echo = startScript('server', script, args);
  onEnd(() => echo.stop());
  const load = startLoad(Number((await echo.nextJson()).port), csv);
  onEnd(() => load.stop());
  return { name, load, rounds: [], pids: () => [echo.pid], cpuMs: () => cpuMs(echo.pid) };
}

/** Kamailio twice if it was asked for, drachtio-server if there is one; every account is registered once. */
async function openPeers(dir: string, csv: string, onEnd: OnEnd): Promise<readonly Side[]> {
  const servers: (Pick<Side, 'name' | 'cpuMs' | 'pids'> & { readonly port: number })[] = [];
  for (const kind of peer() === 'kamailio' ? (['memory', 'sqlite'] as const) : []) {
    servers.push({ name: `kamailio_${kind}`, ...(await startKamailioPeer({ onEnd, kind, csv })) });
  }
  const drachtio = await startDrachtioPeer({ dir, onEnd, csv });
  if (drachtio !== undefined) servers.push({ name: 'drachtio', ...drachtio });
  const opened: Side[] = [];
  for (const { port, ...server } of servers) {
    const load = startLoad(port, csv);
    onEnd(() => load.stop());
    await load.ask({ mode: 'prime', seconds: 0 });
    await load.ask({ mode: 'pair', seconds: SECONDS });
    opened.push({ ...server, load, pair: [], refresh: [] });
  }
  return opened;
}

/** What the peer needed, and how often that is what we need: the median over the rounds. */
function besidePeer(
  ours: Readonly<Record<'pair' | 'refresh', readonly Round[]>>,
  { name, ...theirs }: Side,
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

function figures(rounds: Readonly<Record<'pair' | 'refresh', readonly Round[]>>, residentMiB: number): Figure[] {
  const errors = [...rounds.pair, ...rounds.refresh].reduce((sum, round) => sum + round.errors, 0);
  return [
    ...(['pair', 'refresh'] as const).flatMap((mode) => absolute(mode, rounds[mode])),
    { name: 'resident', value: residentMiB, unit: 'MiB', isRatio: false },
    { name: 'errors', value: errors, unit: '', isRatio: false },
  ];
}

function absolute(name: string, rounds: readonly Round[]): readonly Figure[] {
  const cpu = rounds.map((round) => round.cpuMsPer1k);
  const of = (key: keyof Round) => median(rounds.map((round) => round[key]));
  return [
    { name: `${name}_cpu_ms_per_1k`, value: median(cpu), unit: 'ms', isRatio: false, rounds: cpu },
    { name: `${name}_per_sec`, value: of('perSec'), unit: '1/s', isRatio: false },
    { name: `${name}_p99_ms`, value: of('p99Ms'), unit: 'ms', isRatio: false },
  ];
}

/** What the bare datagrams of a pair cost, and which part of ours that is; a refresh has half as many. */
function besideEcho(
  ours: Readonly<Record<'pair' | 'refresh', readonly Round[]>>,
  { name, rounds }: EchoRounds,
): readonly Figure[] {
  const over = (mode: 'pair' | 'refresh', datagrams: number): Figure => {
    const ratios = rounds.map(
      ({ cpuMsPer1k }, at) => (cpuMsPer1k * datagrams) / (ours[mode][at]?.cpuMsPer1k ?? Number.NaN),
    );
    return { name: `${name}_over_${mode}_cpu`, value: median(ratios), unit: 'x', isRatio: true, rounds: ratios };
  };
  return [...absolute(name, rounds), over('pair', 1), over('refresh', 0.5)];
}
