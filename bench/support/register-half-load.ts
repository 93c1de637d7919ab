import type { Product } from '../../test-sip/support/product.ts';
import { readBegun } from '../load/begun.ts';
import type { Child } from './child.ts';
import { CAUSES, longStalls } from './half-load.ts';
import { lostDatagrams } from './lost-datagrams.ts';
import type { Machine } from './machine.ts';
import type { Figure } from './report.ts';
import { TimedOnes } from './timed-ones.ts';
import type { Server, Turns } from './turns.ts';

export type Mode = 'pair' | 'refresh';

interface HalfLoad {
  readonly machine: Machine;
  readonly turns: Turns;
  readonly product: Product;
  readonly server: Server;
  readonly load: Child;
  /** Reads and writes many datagrams a call, before a generator of its own that is the same. */
  readonly echo: Server & { readonly load: Child };
  /** Half of what was carried, a second. */
  readonly perSec: ReadonlyMap<string, number>;
  readonly rounds: number;
  readonly seconds: number;
}

/** What the same datagrams are to the echo. */
const ECHOED = { pair: 'echo', refresh: 'echo_refresh' } as const;

interface Times {
  readonly mode: Mode;
  readonly perSec: number;
  readonly own: TimedOnes;
  readonly echoed: TimedOnes;
  errors: number;
  lostDatagrams: number;
  readonly stalls: Record<(typeof CAUSES)[number], number>;
}

/**
 * How long REGISTERs take that come at half the rate that was carried, whatever becomes of those before: of all of all
 * rounds, before the product and before a bare echo by turns. What the echo takes is the generator's and the system's.
 */
export async function registersAtHalfLoad(options: HalfLoad): Promise<readonly Figure[]> {
  const timed = (['pair', 'refresh'] as const).flatMap((mode) => emptyTimes(mode, options.perSec.get(mode)));
  for (let round = 0; round < options.rounds; round++) {
    for (const times of timed) await runBoth(options, times);
  }
  return timed.flatMap(figuresOf);
}

function emptyTimes(mode: Mode, perSec: number | undefined): readonly Times[] {
  if (perSec === undefined) return [];
  const empty = { own: new TimedOnes(), echoed: new TimedOnes(), errors: 0, lostDatagrams: 0 };
  return [{ mode, perSec, ...empty, stalls: { collection: 0, work: 0, processor: 0 } }];
}

async function runBoth(options: HalfLoad, times: Times): Promise<void> {
  const { product, load, echo, seconds, machine, turns, server } = options;
  const { mode, perSec, own, echoed, stalls } = times;
  const run = (child: Child, mode: string) => machine.during(() => child.ask({ mode, steps: [{ seconds, perSec }] }));
  await turns.give(server);
  const before = await longStalls(product);
  const lostBefore = lostDatagrams([product.sipPort]);
  const { result, watched } = await run(load, mode);
  const after = await longStalls(product);
  for (const cause of CAUSES) stalls[cause] += after[cause] - before[cause];
  times.lostDatagrams += lostDatagrams([product.sipPort]) - lostBefore;
  times.errors += Number(result.errors);
  own.add(readBegun(result.each, Number(result.startMs)), watched);
  await turns.give(echo);
  const other = await run(echo.load, ECHOED[mode]);
  echoed.add(readBegun(other.result.each, Number(other.result.startMs)), other.watched);
}

function figuresOf({ mode, perSec, own, echoed, errors, lostDatagrams, stalls }: Times): readonly Figure[] {
  const name = `${mode}_half_load`;
  const count = (what: string, value: number): Figure => ({ name: `${name}_${what}`, value, unit: '', isRatio: false });
  return [
    { name: `${name}_per_sec`, value: perSec, unit: '1/s', isRatio: false },
    ...own.figures(name),
    ...own.machineFigures(name),
    ...echoed.figures(`${name}_echo`),
    count('errors', errors),
    count('lost_datagrams', lostDatagrams),
    ...CAUSES.map((cause) => count(`stalls_over_20ms_${cause}`, stalls[cause])),
  ];
}
