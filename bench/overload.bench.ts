import { DONE, type One, readBegun, sayEnd, sayEnds } from './load/begun.ts';
import type { Step } from './load/pace.ts';
import { type Child, startScript } from './support/child.ts';
import { median } from './support/cpu.ts';
import type { Machine } from './support/machine.ts';
import type { Bench, Figure } from './support/report.ts';
import { heldUpMs, joinStalls } from './support/stalls.ts';
import { TimedOnes, type Watched } from './support/timed-ones.ts';
import { inWorkDir, startSeeded } from './support/work-dir.ts';

/** So many may wait for an answer at a time: more than the datagrams that the system holds for the server. */
const TRUNKS = 10_000;
const SECONDS = Number(process.env.BENCH_SECONDS ?? 5);
/** Of the closed loop, before and after each overload. */
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
const OVERLOAD = {
  over: 3,
  seconds: Number(process.env.BENCH_OVERLOAD_SECONDS ?? 30),
  times: Number(process.env.BENCH_OVERLOADS ?? 3),
};
const WINDOW = 50;
/** PBXes that are called. */
const PBXES = 10;
/** RFC 3261 T1: what takes longer is sent again by its sender, so the server has not recovered. */
const RECOVERED_MS = 500;

interface Load {
  readonly name: 'register' | 'calls';
  readonly child: Child;
  warmUp(): Promise<unknown>;
  /** Runs in a closed loop and gives what was carried a second. */
  carry(seconds: number): Promise<number>;
  /** What became of each, by the machine's clock, and when the first was due. */
  offer(steps: readonly Step[]): Promise<{ readonly all: readonly One[]; readonly startMs: number }>;
}

/**
 * Three times as much as the server carries, for half a minute, then half of what it carries, three times over, calls first and
 * REGISTER refreshes then: what is done meanwhile over what is carried before and after, since a minute later the same machine may
 * carry a tenth more or less; when the server is as before, and whether trunks lose their registration.
 */
export const bench: Bench = (machine) =>
  inWorkDir(async (dir, onEnd) => {
    const { product, csv } = await startSeeded(dir, onEnd, TRUNKS);
    const start = (script: string, last: number) => {
      const args = [String(product.sipPort), csv, ...(script === 'call' ? [`${dir}/dids.csv`] : []), String(last)];
      const child = startScript('generator', `bench/load/${script}-load.ts`, args);
      onEnd(() => child.stop());
      return child;
    };
    const [registers, calls] = [start('register', WINDOW), start('call', PBXES)];
    // The called PBXes last: theirs are the addresses that hold.
    await registers.ask({ mode: 'prime', seconds: 0 });
    await calls.ask({ mode: 'register' });
    const registered = async () => (await product.metric('didfarm_registrations{state="registered"}')) ?? Number.NaN;
    const before = await registered();
    await machine.begin();
    const figures = [
      ...(await overload(loadOf('calls', calls, { mode: 'calls', window: WINDOW }), machine)),
      // Of the nonces that it refreshes with none is to grow too old meanwhile.
      ...(await overload(loadOf('register', registers, { mode: 'refresh' }, { mode: 'pair' }), machine)),
    ];
    const lost = { name: 'trunks_that_lost_their_registration', value: before - (await registered()), unit: '' };
    return [...figures, { ...lost, isRatio: false }];
  });

function loadOf(name: Load['name'], child: Child, question: object, first = question): Load {
  return {
    ...{ name, child },
    warmUp: () => child.ask({ ...first, seconds: 2 * SECONDS }),
    async carry(seconds) {
      const { done, seconds: took } = await child.ask({ ...question, seconds });
      return Number(done) / Number(took);
    },
    async offer(steps) {
      const { each, startMs } = await child.ask({ ...question, seconds: 0, steps });
      return { all: readBegun(each, Number(startMs)), startMs: Number(startMs) };
    },
  };
}

/** Of one overload, over what is carried before and after it. */
interface Outcome {
  readonly offered: number;
  readonly done: number;
  /** What is carried after it over what was carried before. */
  readonly kept: number;
  readonly recovery: Recovery;
}

async function overload({ name, warmUp, carry, offer }: Load, machine: Machine): Promise<readonly Figure[]> {
  await warmUp();
  // The witnesses look as closely as during the overload: they take a part of the core.
  const closedLoops = async () => {
    const rounds: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const { result } = await machine.during(() => carry(SECONDS));
      rounds.push(result);
    }
    return rounds;
  };
  const peaks: number[] = [];
  const all: Outcome[] = [];
  const times = new TimedOnes();
  let before = await closedLoops();
  for (let time = 0; time < OVERLOAD.times; time++) {
    const { result, watched } = await machine.during(() =>
      offer([
        { seconds: OVERLOAD.seconds, perSec: median(before) * OVERLOAD.over },
        { seconds: 2 * SECONDS, perSec: median(before) / 2 },
      ]),
    );
    const endMs = result.startMs + OVERLOAD.seconds * 1000;
    const done = result.all.filter(({ beganMs, tookMs = Number.POSITIVE_INFINITY }) => beganMs + tookMs <= endMs);
    const after = await closedLoops();
    const peak = median([...before, ...after]);
    all.push({
      offered: result.all.filter(({ beganMs }) => beganMs < endMs).length / OVERLOAD.seconds / peak,
      done: done.length / OVERLOAD.seconds / peak,
      kept: median(after) / median(before),
      recovery: recovery(result.all, endMs, watched),
    });
    times.add(done, watched);
    peaks.push(...before);
    before = after;
  }
  peaks.push(...before);
  const figure = (what: string, unit: string, rounds: readonly number[], isRatio = false) => ({
    ...{ name: `${name}_${what}`, value: median(rounds), unit, isRatio, rounds },
  });
  const of = (key: 'offered' | 'done' | 'kept') => all.map((one) => one[key]);
  return [
    figure('peak_per_sec', '1/s', peaks),
    figure('offered_over_peak', 'x', of('offered')),
    figure('done_over_peak', 'x', of('done'), true),
    figure('peak_after_over_before', 'x', of('kept')),
    ...times.figures(`${name}_done`),
    ...times.machineFigures(name),
    ...recoveryFigures(
      name,
      all.map((one) => one.recovery),
    ),
  ];
}

/** After an overload. */
interface Recovery {
  /** Until the last had begun that failed or took too long. */
  readonly lastSec: number;
  /** The same of those that were not late because the machine stood still. */
  readonly ownSec: number;
  readonly late: readonly One[];
}

function recovery(all: readonly One[], endMs: number, { stalls }: Watched): Recovery {
  const joined = joinStalls(stalls);
  const late = all
    .filter(({ beganMs, tookMs }) => beganMs >= endMs && (tookMs ?? Number.POSITIVE_INFINITY) > RECOVERED_MS)
    .sort((a, b) => a.beganMs - b.beganMs);
  // What the machine did not make late.
  const own = late.filter(
    ({ beganMs, lastedMs, ended }) =>
      ended !== DONE || lastedMs - heldUpMs(joined, beganMs, beganMs + lastedMs) > RECOVERED_MS,
  );
  const lastSec = (list: readonly One[]) => ((list.at(-1)?.beganMs ?? endMs) - endMs) / 1000;
  return { lastSec: lastSec(late), ownSec: lastSec(own), late };
}

/** The longest of all, and how many were late after any of them. */
function recoveryFigures(name: string, all: readonly Recovery[]): readonly Figure[] {
  const longest = all.toSorted((a, b) => b.lastSec - a.lastSec)[0];
  const late = all.flatMap((one) => one.late);
  const last = longest?.late.at(-1);
  const seconds = (what: string, rounds: readonly number[]) => ({
    ...{ name: `${name}_${what}`, value: Math.max(...rounds), unit: 's', isRatio: false, rounds },
  });
  return [
    {
      ...seconds(
        'recovery',
        all.map(({ lastSec }) => lastSec),
      ),
      ...(last === undefined ? {} : { note: `the last: ${sayEnd(last)}` }),
    },
    seconds(
      'recovery_less_stalls',
      all.map(({ ownSec }) => ownSec),
    ),
    { name: `${name}_late_after_the_end`, value: late.length, unit: '', isRatio: false, note: sayEnds(late) },
  ];
}
