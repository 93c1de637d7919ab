import type { Product } from '../../test-sip/support/product.ts';
import { readBegun } from '../load/begun.ts';
import type { Child } from './child.ts';
import { percentile } from './cpu.ts';
import { CAUSES, longStalls } from './half-load.ts';
import { lostDatagrams } from './lost-datagrams.ts';
import type { Figure } from './report.ts';

type Mode = 'pair' | 'refresh';

interface HalfLoad {
  readonly product: Product;
  readonly load: Child;
  /** The same generator before an echo that reads and writes many datagrams a call. */
  readonly echoLoad: Child;
  /** Half of what was carried, a second. */
  readonly perSec: Readonly<Record<Mode, number>>;
  readonly rounds: number;
  readonly seconds: number;
}

/** What the same datagrams are to the echo. */
const ECHOED = { pair: 'echo', refresh: 'echo_refresh' } as const;

/**
 * How long REGISTERs take that come at half the rate that was carried, whatever becomes of those before: of all of all
 * rounds, before the product and before a bare echo by turns. What the echo takes is the generator's and the system's.
 */
export async function registersAtHalfLoad(options: HalfLoad): Promise<readonly Figure[]> {
  const timed = { pair: emptyTimes(), refresh: emptyTimes() };
  for (let round = 0; round < options.rounds; round++) {
    for (const mode of ['pair', 'refresh'] as const) await runBoth(options, mode, timed[mode]);
  }
  return (['pair', 'refresh'] as const).flatMap((mode) => figuresOf(mode, options.perSec[mode], timed[mode]));
}

interface Times {
  readonly tookMs: number[];
  readonly echoMs: number[];
  errors: number;
  lostDatagrams: number;
  readonly stalls: Record<(typeof CAUSES)[number], number>;
}

function emptyTimes(): Times {
  return {
    ...{ tookMs: [], echoMs: [], errors: 0, lostDatagrams: 0 },
    stalls: { collection: 0, work: 0, processor: 0 },
  };
}

async function runBoth(options: HalfLoad, mode: Mode, times: Times): Promise<void> {
  const { product, load, echoLoad, seconds } = options;
  const steps = [{ seconds, perSec: options.perSec[mode] }];
  const before = await longStalls(product);
  const lostBefore = lostDatagrams([product.sipPort]);
  const own = await load.ask({ mode, steps });
  const after = await longStalls(product);
  for (const cause of CAUSES) times.stalls[cause] += after[cause] - before[cause];
  times.lostDatagrams += lostDatagrams([product.sipPort]) - lostBefore;
  times.errors += Number(own.errors);
  const echoed = await echoLoad.ask({ mode: ECHOED[mode], steps });
  for (const { tookMs } of readBegun(own.each)) if (tookMs !== undefined) times.tookMs.push(tookMs);
  for (const { tookMs } of readBegun(echoed.each)) if (tookMs !== undefined) times.echoMs.push(tookMs);
}

function figuresOf(mode: Mode, perSec: number, times: Times): readonly Figure[] {
  const figure = (name: string, value: number, unit: string): Figure => ({
    ...{ name: `${mode}_half_load_${name}`, value, unit, isRatio: false },
  });
  const shares = [50, 95, 99] as const;
  return [
    figure('per_sec', perSec, '1/s'),
    ...shares.map((share) => figure(`p${share}_ms`, percentile(times.tookMs, share / 100), 'ms')),
    ...shares.map((share) => figure(`echo_p${share}_ms`, percentile(times.echoMs, share / 100), 'ms')),
    figure('errors', times.errors, ''),
    figure('lost_datagrams', times.lostDatagrams, ''),
    ...CAUSES.map((cause) => figure(`stalls_over_20ms_${cause}`, times.stalls[cause], '')),
  ];
}
