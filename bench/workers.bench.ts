import { availableParallelism } from 'node:os';
import { startCallGenerator } from './support/call-generator.ts';
import { type Child, type Core, moveTo, startScript } from './support/child.ts';
import { cpuMs, median } from './support/cpu.ts';
import { atHalfLoad, type HalfLoadSide, longStalls } from './support/half-load.ts';
import type { Machine } from './support/machine.ts';
import type { Bench, Figure } from './support/report.ts';
import { Turns } from './support/turns.ts';
import { inWorkDir, startSeeded } from './support/work-dir.ts';

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
type Name = 'one' | 'two';

interface Side {
  readonly pid: number;
  readonly timed: Omit<HalfLoadSide, 'load'>;
  readonly workers: number;
  readonly loads: Readonly<Record<Kind, Child>>;
}

interface Round {
  readonly done: number;
  readonly serverMsPer1k: number;
  readonly generatorMsPer1k: number;
  readonly perSec: number;
  /** Of all cores, by server and generator. */
  readonly usedShare: number;
  readonly errors: number;
}

type Rounds = Readonly<Record<Name, readonly Round[]>>;

/**
 * One worker and two, by turns: what a REGISTER pair and a call cost on the servers' core, and how many are carried
 * when server and generator may use all cores. Pairs are home's alone; a second worker takes a share of the calls.
 */
export const bench: Bench = (machine) =>
  inWorkDir((one, onEnd) =>
    inWorkDir(async (two) => {
      const sides = { one: await open(one, onEnd, 1), two: await open(two, onEnd, 2) };
      const turns = new Turns();
      for (const side of Object.values(sides)) turns.add(side.timed, onEnd);
      await machine.begin();
      const figures: Figure[] = [];
      // Calls first: pairs register the called PBXes elsewhere.
      for (const kind of ['calls', 'pair'] as const) {
        for (const side of Object.values(sides)) await warmUp(side, kind, turns);
        const pinned = await runRounds(sides, kind, turns, 'server', 'generator');
        const free = await runRounds(sides, kind, turns, 'any', 'any');
        figures.push(...cost(`${kind}_pinned`, pinned), ...cost(`${kind}_free`, free), ...carried(kind, free));
        if (kind === 'calls') figures.push(...(await waits(sides, free, machine, turns)));
        figures.push({ name: `${kind}_errors`, value: errorsOf(pinned) + errorsOf(free), unit: '', isRatio: false });
      }
      return figures;
    }),
  );

async function open(dir: string, onEnd: (end: () => unknown) => void, workers: number): Promise<Side> {
  const { product, csv } = await startSeeded(dir, onEnd, TRUNKS, {
    settings: { DIDFARM_SIP_WORKERS: String(workers) },
  });
  const { pid, sipPort: port } = product;
  const pair = startScript('generator', 'bench/load/register-load.ts', [String(port), csv, String(WINDOWS.pair)]);
  onEnd(() => pair.stop());
  const calls = await startCallGenerator({ port, dir, pbxes: PBXES, onEnd });
  const timed = { port, pids: () => [pid], longStalls: () => longStalls(product) };
  return { pid, timed, workers, loads: { pair, calls } };
}

async function warmUp(side: Side, kind: Kind, turns: Turns): Promise<void> {
  await turns.give(side.timed);
  for (let done = 0; done < WARM_UP * side.workers; ) done += (await runRound(side, kind)).done;
}

async function runRounds(
  sides: Readonly<Record<Name, Side>>,
  kind: Kind,
  turns: Turns,
  serverCore: Core,
  generatorCore: Core,
): Promise<Rounds> {
  const rounds = { one: [] as Round[], two: [] as Round[] };
  for (const side of Object.values(sides)) {
    moveTo(serverCore, side.pid);
    moveTo(generatorCore, side.loads[kind].pid);
  }
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of ['one', 'two'] as const) {
      await turns.give(sides[name].timed);
      rounds[name].push(await runRound(sides[name], kind));
    }
  }
  return rounds;
}

async function runRound({ pid, loads }: Side, kind: Kind): Promise<Round> {
  const load = loads[kind];
  const [server, generator] = [cpuMs(pid), cpuMs(load.pid)];
  const result = await load.ask({ mode: kind, seconds: SECONDS, window: WINDOWS[kind] });
  const [done, seconds] = [Number(result.done), Number(result.seconds)];
  const generatorMs = cpuMs(load.pid) - generator;
  const usedMs = cpuMs(pid) - server + generatorMs;
  // What the round has left to the other threads belongs to it.
  await new Promise((resolve) => setTimeout(resolve, 300));
  return {
    done,
    serverMsPer1k: ((cpuMs(pid) - server) / done) * 1000,
    generatorMsPer1k: (generatorMs / done) * 1000,
    perSec: done / seconds,
    usedShare: usedMs / (seconds * 1000 * availableParallelism()),
    errors: Number(result.errors),
  };
}

/** What either adds to the set-up of calls at half of what one worker carries on all cores. */
function waits(
  sides: Readonly<Record<Name, Side>>,
  { one }: Rounds,
  machine: Machine,
  turns: Turns,
): Promise<readonly Figure[]> {
  const rate = Math.max(1, Math.round(median(one.map(({ perSec }) => perSec)) / 2));
  const both = Object.entries(sides).map(
    ([name, { timed, loads }]) => [name, { ...timed, load: loads.calls }] as const,
  );
  const rates = new Map(both.map(([name]) => [name, rate]));
  return atHalfLoad(new Map(both), rates, { machine, turns, rounds: ROUNDS, seconds: SECONDS });
}

function errorsOf({ one, two }: Rounds): number {
  return [...one, ...two].reduce((sum, { errors }) => sum + errors, 0);
}

function cost(name: string, rounds: Rounds): readonly Figure[] {
  return [
    ...each(rounds, 'serverMsPer1k', `${name}_%_cpu_ms_per_1k`, 'ms'),
    ratio(rounds, 'serverMsPer1k', `${name}_two_over_one_cpu`),
  ];
}

/**
 * With the generator beside the server a second worker can bring no more than the cores that one worker and the
 * generator leave idle, `most_possible`, whatever it costs.
 */
function carried(kind: Kind, rounds: Rounds): readonly Figure[] {
  const possible = rounds.one.map(({ usedShare }) => 1 / usedShare);
  return [
    ...each(rounds, 'perSec', `${kind}_free_%_per_sec`, '1/s'),
    ...each(rounds, 'generatorMsPer1k', `${kind}_free_%_generator_cpu_ms_per_1k`, 'ms'),
    ...each(rounds, 'usedShare', `${kind}_free_%_used_of_all_cores`, ''),
    { name: `${kind}_free_most_possible`, value: median(possible), unit: 'x', isRatio: false, rounds: possible },
    ratio(rounds, 'perSec', `${kind}_free_two_over_one_per_sec`),
  ];
}

/** With `%` in the name for which of them it is. */
function each(rounds: Rounds, key: keyof Round, name: string, unit: string): readonly Figure[] {
  return (['one', 'two'] as const).map((side) => {
    const values = rounds[side].map((round) => round[key]);
    return { name: name.replace('%', side), value: median(values), unit, isRatio: false, rounds: values };
  });
}

/** Of each round with its neighbour, then the median: what the machine did in between matters least so. */
function ratio({ one, two }: Rounds, key: keyof Round, name: string): Figure {
  const all = two.map((round, at) => round[key] / (one[at]?.[key] ?? Number.NaN));
  return { name, value: median(all), unit: 'x', isRatio: true, rounds: all };
}
