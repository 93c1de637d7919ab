import { availableParallelism } from 'node:os';
import type { Product } from '../test-sip/support/product.ts';
import { startCallGenerator } from './support/call-generator.ts';
import { type Child, type Core, moveTo, startScript } from './support/child.ts';
import { cpuMs, median, SIP_THREAD, threadCpuMs } from './support/cpu.ts';
import { atHalfLoad, type HalfLoadSide, longStalls } from './support/half-load.ts';
import type { Machine } from './support/machine.ts';
import type { Bench, Figure } from './support/report.ts';
import { Turns } from './support/turns.ts';
import { dirIn, inWorkDir, type OnEnd, startSeeded } from './support/work-dir.ts';

const TRUNKS = 1000;
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 7);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 5);
/** Each worker compiles its code for itself, so until each has had so many. */
const WARM_UP = 30_000;
/** PBXes that are called. */
const PBXES = 10;
/** Under way at a time; of calls twice as many as `calls` has, so that each of two workers has as many as one there. */
const WINDOWS = { pair: 100, calls: 100 } as const;

type Kind = keyof typeof WINDOWS;
/** Calls first: pairs register the called PBXes elsewhere. */
const KINDS: readonly Kind[] = ['calls', 'pair'];
/**
 * One worker, two of them, and two servers of one worker each that know nothing of each other: what two engines cost anyway. These
 * have a main thread and a generator each, so it is their SIP threads on one core that can be compared with those of two workers.
 */
type Name = 'one' | 'two' | 'apart';

interface Side {
  readonly pids: readonly number[];
  readonly timed: Omit<HalfLoadSide, 'load'>;
  readonly workers: number;
  /** One for each server. */
  readonly loads: Readonly<Record<Kind, readonly Child[]>>;
}

type Sides = Readonly<Partial<Record<Name, Side>>>;

interface Round {
  readonly done: number;
  readonly serverMsPer1k: number;
  readonly sipMsPer1k: number;
  readonly generatorMsPer1k: number;
  readonly perSec: number;
  /** Of all cores, by server and generator. */
  readonly usedShare: number;
  readonly errors: number;
}

type Rounds = Readonly<Partial<Record<Name, Round[]>>>;

/**
 * One worker and two, by turns: what a REGISTER pair and a call cost on the servers' core, and how many are carried
 * when server and generator may use all cores. Pairs are home's alone; a second worker takes a share of the calls, beside which
 * two servers with half of the calls each say what is the workers' and what two engines' on one machine.
 */
export const bench: Bench = (machine) =>
  inWorkDir(async (dir, onEnd) => {
    const dirs = (...names: readonly string[]) => names.map((name) => dirIn(dir, name));
    const sides = {
      one: await open(dirs('one'), onEnd, 1),
      two: await open(dirs('two'), onEnd, 2),
      apart: await open(dirs('apart-1', 'apart-2'), onEnd, 1, ['calls']),
    };
    const turns = new Turns();
    for (const side of Object.values(sides)) turns.add(side.timed, onEnd);
    await machine.begin();
    const figures: Figure[] = [];
    for (const kind of KINDS) {
      const compared: Sides = kind === 'calls' ? sides : { one: sides.one, two: sides.two };
      for (const side of Object.values(compared)) await warmUp(side, kind, turns);
      const pinned = await runRounds(compared, kind, turns, 'server', 'generator');
      const free = await runRounds(compared, kind, turns, 'any', 'any');
      figures.push(...cost(`${kind}_pinned`, pinned), ...cost(`${kind}_free`, free), ...carried(kind, free));
      if (kind === 'calls') figures.push(...(await waits(sides, free, machine, turns)));
      figures.push({ name: `${kind}_errors`, value: errorsOf(pinned) + errorsOf(free), unit: '', isRatio: false });
    }
    return figures;
  });

/** A server in each directory. */
async function open(
  dirs: readonly string[],
  onEnd: OnEnd,
  workers: number,
  kinds: readonly Kind[] = KINDS,
): Promise<Side> {
  const products: Product[] = [];
  const loads: Record<Kind, Child[]> = { pair: [], calls: [] };
  for (const dir of dirs) {
    const settings = { DIDFARM_SIP_WORKERS: String(workers) };
    const { product, csv } = await startSeeded(dir, onEnd, TRUNKS, { settings });
    const port = product.sipPort;
    products.push(product);
    if (kinds.includes('pair')) {
      const pair = startScript('generator', 'bench/load/register-load.ts', [String(port), csv, String(WINDOWS.pair)]);
      onEnd(() => pair.stop());
      loads.pair.push(pair);
    }
    loads.calls.push(await startCallGenerator({ port, dir, pbxes: PBXES, onEnd }));
  }
  const [first] = products;
  if (first === undefined) throw new RangeError('a side has a server');
  const pids = products.map(({ pid }) => pid);
  return {
    ...{ pids, workers: workers * dirs.length },
    timed: { port: first.sipPort, pids: () => pids, longStalls: () => longStalls(first) },
    loads,
  };
}

async function warmUp(side: Side, kind: Kind, turns: Turns): Promise<void> {
  await turns.give(side.timed);
  for (let done = 0; done < WARM_UP * side.workers; ) done += (await runRound(side, kind)).done;
}

async function runRounds(
  sides: Sides,
  kind: Kind,
  turns: Turns,
  serverCore: Core,
  generatorCore: Core,
): Promise<Rounds> {
  for (const { pids, loads } of Object.values(sides)) {
    for (const pid of pids) moveTo(serverCore, pid);
    for (const { pid } of loads[kind]) moveTo(generatorCore, pid);
  }
  const rounds = Object.entries(sides).map(([name, side]) => ({ name, side, own: [] as Round[] }));
  for (let round = 0; round < ROUNDS; round++) {
    for (const { side, own } of rounds) {
      await turns.give(side.timed);
      own.push(await runRound(side, kind));
    }
  }
  return Object.fromEntries(rounds.map(({ name, own }) => [name, own]));
}

async function runRound({ pids, loads }: Side, kind: Kind): Promise<Round> {
  const all = loads[kind];
  const serverMsNow = () => sum(pids.map(cpuMs));
  const generatorMsNow = () => sum(all.map(({ pid }) => cpuMs(pid)));
  const sipMsNow = () => sum(pids.map((pid) => threadCpuMs(pid, SIP_THREAD)));
  const [server, sip, generator] = [serverMsNow(), sipMsNow(), generatorMsNow()];
  const question = { mode: kind, seconds: SECONDS, window: WINDOWS[kind] / all.length };
  const results = await Promise.all(all.map((load) => load.ask(question)));
  const done = sum(results.map((result) => Number(result.done)));
  const seconds = Math.max(...results.map((result) => Number(result.seconds)));
  const generatorMs = generatorMsNow() - generator;
  const usedMs = serverMsNow() - server + generatorMs;
  // What the round has left to the other threads belongs to it.
  await new Promise((resolve) => setTimeout(resolve, 300));
  return {
    done,
    serverMsPer1k: ((serverMsNow() - server) / done) * 1000,
    sipMsPer1k: ((sipMsNow() - sip) / done) * 1000,
    generatorMsPer1k: (generatorMs / done) * 1000,
    perSec: done / seconds,
    usedShare: usedMs / (seconds * 1000 * availableParallelism()),
    errors: sum(results.map((result) => Number(result.errors))),
  };
}

function sum(all: readonly number[]): number {
  return all.reduce((before, one) => before + one, 0);
}

/** What one and two workers add to the set-up of calls at half of what one worker carries on all cores. */
function waits(
  { one, two }: Readonly<Record<Name, Side>>,
  free: Rounds,
  machine: Machine,
  turns: Turns,
): Promise<readonly Figure[]> {
  const rate = Math.max(1, Math.round(median((free.one ?? []).map(({ perSec }) => perSec)) / 2));
  const both = Object.entries({ one, two }).flatMap(([name, { timed, loads }]) =>
    loads.calls.map((load) => [name, { ...timed, load }] as const),
  );
  const rates = new Map(both.map(([name]) => [name, rate]));
  return atHalfLoad(new Map(both), rates, { machine, turns, rounds: ROUNDS, seconds: SECONDS });
}

function errorsOf(rounds: Rounds): number {
  return sum(
    Object.values(rounds)
      .flat()
      .map(({ errors }) => errors),
  );
}

function cost(name: string, rounds: Rounds): readonly Figure[] {
  return [
    ...each(rounds, 'serverMsPer1k', `${name}_%_cpu_ms_per_1k`, 'ms'),
    ...overOne(rounds, 'serverMsPer1k', `${name}_%_over_one_cpu`),
    ...each(rounds, 'sipMsPer1k', `${name}_%_sip_cpu_ms_per_1k`, 'ms'),
    ...overOne(rounds, 'sipMsPer1k', `${name}_%_over_one_sip_cpu`),
  ];
}

/**
 * With the generator beside the server a second worker can bring no more than the cores that one worker and the
 * generator leave idle, `most_possible`, whatever it costs.
 */
function carried(kind: Kind, rounds: Rounds): readonly Figure[] {
  const possible = (rounds.one ?? []).map(({ usedShare }) => 1 / usedShare);
  return [
    ...each(rounds, 'perSec', `${kind}_free_%_per_sec`, '1/s'),
    ...each(rounds, 'generatorMsPer1k', `${kind}_free_%_generator_cpu_ms_per_1k`, 'ms'),
    ...each(rounds, 'usedShare', `${kind}_free_%_used_of_all_cores`, ''),
    { name: `${kind}_free_most_possible`, value: median(possible), unit: 'x', isRatio: false, rounds: possible },
    ...overOne(rounds, 'perSec', `${kind}_free_%_over_one_per_sec`),
  ];
}

/** With `%` in the name for which of them it is. */
function each(rounds: Rounds, key: keyof Round, name: string, unit: string): readonly Figure[] {
  return Object.entries(rounds).map(([side, own]) => {
    const values = own.map((round) => round[key]);
    return { name: name.replace('%', side), value: median(values), unit, isRatio: false, rounds: values };
  });
}

/** Of each round with its neighbour, then the median: what the machine did in between matters least so. */
function overOne({ one = [], ...others }: Rounds, key: keyof Round, name: string): readonly Figure[] {
  return Object.entries(others).map(([side, own]) => {
    const all = own.map((round, at) => round[key] / (one[at]?.[key] ?? Number.NaN));
    return { name: name.replace('%', side), value: median(all), unit: 'x', isRatio: true, rounds: all };
  });
}
