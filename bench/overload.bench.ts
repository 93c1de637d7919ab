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
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 7);
const OVERLOAD = { times: 3, seconds: Number(process.env.BENCH_OVERLOAD_SECONDS ?? 30) };
const WINDOW = 50;
/** PBXes that are called. */
const PBXES = 10;
/** RFC 3261 T1: what takes longer is sent again by its sender, so the server has not recovered. */
const RECOVERED_MS = 500;

interface Load {
  readonly name: 'register' | 'calls';
  readonly child: Child;
  /** Runs in a closed loop and gives what was carried a second. */
  carry(seconds: number): Promise<number>;
  /** What became of each, by the machine's clock, and when the first was due. */
  offer(steps: readonly Step[]): Promise<{ readonly all: readonly One[]; readonly startMs: number }>;
}

/**
 * Three times as much as the server carries, for half a minute, then half of what it carries: REGISTER refreshes first,
 * calls then; what is done meanwhile, when the server is as before, and whether trunks lose their registration.
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
      ...(await overload(loadOf('register', registers, { mode: 'refresh' }), machine)),
    ];
    const lost = { name: 'trunks_that_lost_their_registration', value: before - (await registered()), unit: '' };
    return [...figures, { ...lost, isRatio: false }];
  });

function loadOf(name: Load['name'], child: Child, question: object): Load {
  return {
    ...{ name, child },
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

async function overload({ name, carry, offer }: Load, machine: Machine): Promise<readonly Figure[]> {
  await carry(2 * SECONDS);
  const peaks: number[] = [];
  for (let round = 0; round < ROUNDS; round++) peaks.push(await carry(SECONDS));
  const peak = median(peaks);
  const { result, watched } = await machine.during(() =>
    offer([
      { seconds: OVERLOAD.seconds, perSec: peak * OVERLOAD.times },
      { seconds: 2 * SECONDS, perSec: peak / 2 },
    ]),
  );
  const { all, startMs } = result;
  const endMs = startMs + OVERLOAD.seconds * 1000;
  const offered = all.filter(({ beganMs }) => beganMs < endMs).length / OVERLOAD.seconds;
  const done = all.filter(({ beganMs, tookMs = Number.POSITIVE_INFINITY }) => beganMs + tookMs <= endMs);
  const times = new TimedOnes();
  times.add(done, watched);
  const figure = (what: string, value: number, unit: string, isRatio = false) => ({
    ...{ name: `${name}_${what}`, value, unit, isRatio },
  });
  return [
    { ...figure('peak_per_sec', peak, '1/s'), rounds: peaks },
    figure('offered_over_peak', offered / peak, 'x'),
    figure('done_over_peak', done.length / OVERLOAD.seconds / peak, 'x', true),
    ...times.figures(`${name}_done`),
    ...times.machineFigures(name),
    ...recovery(name, all, endMs, watched),
  ];
}

/**
 * After the overload, until the last that failed or took too long had begun: of all, and of those that were not late because
 * the machine stood still. How many they were, and how the last of all ended.
 */
function recovery(name: string, all: readonly One[], endMs: number, { stalls }: Watched): readonly Figure[] {
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
  const last = late.at(-1);
  const seconds = (what: string, value: number) => ({
    ...{ name: `${name}_${what}`, value, unit: 's', isRatio: false },
  });
  return [
    { ...seconds('recovery', lastSec(late)), ...(last === undefined ? {} : { note: `the last: ${sayEnd(last)}` }) },
    seconds('recovery_less_stalls', lastSec(own)),
    { name: `${name}_late_after_the_end`, value: late.length, unit: '', isRatio: false, note: sayEnds(late) },
  ];
}
