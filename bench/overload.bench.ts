import { type One, readBegun } from './load/begun.ts';
import type { Step } from './load/pace.ts';
import { type Child, startScript } from './support/child.ts';
import { median, percentile } from './support/cpu.ts';
import type { Bench, Figure } from './support/report.ts';
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
  offer(steps: readonly Step[]): Promise<readonly One[]>;
}

/**
 * Three times as much as the server carries, for half a minute, then half of what it carries: REGISTER refreshes first,
 * calls then; what is done meanwhile, when the server is as before, and whether trunks lose their registration.
 */
export const bench: Bench = () =>
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
    const figures = [
      ...(await overload(loadOf('calls', calls, { mode: 'calls', window: WINDOW }))),
      ...(await overload(loadOf('register', registers, { mode: 'refresh' }))),
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
    offer: async (steps) => readBegun((await child.ask({ ...question, seconds: 0, steps })).each),
  };
}

async function overload({ name, carry, offer }: Load): Promise<readonly Figure[]> {
  await carry(2 * SECONDS);
  const peaks: number[] = [];
  for (let round = 0; round < ROUNDS; round++) peaks.push(await carry(SECONDS));
  const peak = median(peaks);
  const all = await offer([
    { seconds: OVERLOAD.seconds, perSec: peak * OVERLOAD.times },
    { seconds: 2 * SECONDS, perSec: peak / 2 },
  ]);
  const endMs = OVERLOAD.seconds * 1000;
  const offered = all.filter(({ beganMs }) => beganMs < endMs).length / OVERLOAD.seconds;
  const done = all.flatMap(({ beganMs, tookMs = Number.POSITIVE_INFINITY }) =>
    beganMs + tookMs <= endMs ? [tookMs] : [],
  );
  const figure = (what: string, value: number, unit: string, isRatio = false) => ({
    ...{ name: `${name}_${what}`, value, unit, isRatio },
  });
  return [
    { ...figure('peak_per_sec', peak, '1/s'), rounds: peaks },
    figure('offered_over_peak', offered / peak, 'x'),
    figure('done_over_peak', done.length / OVERLOAD.seconds / peak, 'x', true),
    figure('done_within_99_percent', percentile(done, 0.99), 'ms'),
    figure('recovery', recoverySec(all, endMs), 's'),
  ];
}

/** After the overload, until the last that failed or took too long had begun. */
function recoverySec(all: readonly One[], endMs: number): number {
  const late = all.filter(
    ({ beganMs, tookMs }) => beganMs >= endMs && (tookMs ?? Number.POSITIVE_INFINITY) > RECOVERED_MS,
  );
  return Math.max(0, ...late.map(({ beganMs }) => beganMs - endMs)) / 1000;
}
