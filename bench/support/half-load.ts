import type { Product } from '../../test-sip/support/product.ts';
import { readBegun } from '../load/begun.ts';
import type { Child } from './child.ts';
import { lostDatagrams } from './lost-datagrams.ts';
import type { Machine } from './machine.ts';
import type { Figure } from './report.ts';
import { TimedOnes } from './timed-ones.ts';
import type { Server, Turns } from './turns.ts';

/** What stood still for longer than 20 ms in the SIP thread so far, by the cause that the product itself names. */
export type LongStalls = Readonly<Record<(typeof CAUSES)[number], number>>;

/** A server whose calls are timed, and who calls it. */
export interface HalfLoadSide extends Server {
  readonly load: Child;
  /** UDP port of the server. */
  readonly port: number;
  /** Absent where the server does not tell. */
  readonly longStalls?: () => Promise<LongStalls>;
}

interface HalfLoad {
  readonly machine: Machine;
  readonly turns: Turns;
  readonly rounds: number;
  readonly seconds: number;
}

/** Why the SIP thread stood still, as the product names it. */
export const CAUSES = ['collection', 'work', 'processor'] as const;

interface Timed {
  readonly rate: number;
  /** From INVITE to 200, of every call of all rounds. */
  readonly through: TimedOnes;
  /** The same straight to the PBXes, at the same rate by the same generator. */
  readonly direct: TimedOnes;
  errors: number;
  /** Datagrams that the server's sockets or the generator's have lost, while calls went through the server. */
  lostDatagrams: number;
  readonly stalls: Record<(typeof CAUSES)[number], number>;
}

/**
 * The time that a server adds to the set-up of calls at `rates`, in calls a second: of all calls of all rounds, through
 * it and straight to the PBXes by turns, the sides by turns as well. One round more or less with a collection of the
 * whole heap in it would decide over a figure of one round.
 */
export async function atHalfLoad(
  sides: ReadonlyMap<string, HalfLoadSide>,
  rates: ReadonlyMap<string, number>,
  options: HalfLoad,
): Promise<readonly Figure[]> {
  const timed = new Map([...rates].map(([name, rate]) => [name, emptyAt(rate)]));
  for (let round = 0; round < options.rounds; round++) {
    for (const [name, side] of sides) {
      const all = timed.get(name);
      if (all !== undefined) await runBoth(side, all, options);
    }
  }
  return [...timed].flatMap(([name, all]) => figuresOf(name, all, sides.get(name)?.longStalls !== undefined));
}

/** Counted by the server's own clock, which tells its stalls from those of the generator. */
export async function longStalls(product: Product): Promise<LongStalls> {
  const count = async (cause: string) =>
    (await product.metric(`didfarm_sip_long_stalls_total{cause="${cause}"}`)) ?? Number.NaN;
  const [collection, work, processor] = await Promise.all(CAUSES.map(count));
  return { collection: collection ?? 0, work: work ?? 0, processor: processor ?? 0 };
}

async function runBoth(side: HalfLoadSide, all: Timed, { machine, turns, seconds }: HalfLoad): Promise<void> {
  const { load, port, longStalls } = side;
  const { rate, through, direct, stalls } = all;
  const run = (direct: boolean) => machine.during(() => load.ask({ mode: 'calls', seconds, rate, direct }));
  await turns.give(side);
  const before = await longStalls?.();
  const lostBefore = lostDatagrams([port]);
  const { result, watched } = await run(false);
  const after = await longStalls?.();
  for (const cause of CAUSES) stalls[cause] += (after?.[cause] ?? 0) - (before?.[cause] ?? 0);
  all.lostDatagrams += lostDatagrams([port]) - lostBefore + Number(result.dropped);
  all.errors += Number(result.errors);
  through.add(readBegun(result.setUps, Number(result.startMs)), watched);
  const straight = await run(true);
  direct.add(readBegun(straight.result.setUps, Number(straight.result.startMs)), straight.watched);
}

function figuresOf(name: string, all: Timed, tellsStalls: boolean): readonly Figure[] {
  const count = (what: string, value: number): Figure => ({ name: `${name}_${what}`, value, unit: '', isRatio: false });
  return [
    { name: `${name}_half_load_per_sec`, value: all.rate, unit: '1/s', isRatio: false },
    ...all.through.figures(`${name}_added`, { lessMs: all.direct.percentileMs(0.5) }),
    ...all.through.machineFigures(name),
    { name: `${name}_direct_p99_ms`, value: all.direct.percentileMs(0.99), unit: 'ms', isRatio: false },
    count('half_load_errors', all.errors),
    count('half_load_lost_datagrams', all.lostDatagrams),
    ...(tellsStalls ? CAUSES.map((cause) => count(`stalls_over_20ms_${cause}`, all.stalls[cause])) : []),
  ];
}

function emptyAt(rate: number): Timed {
  return {
    ...{ rate, through: new TimedOnes(), direct: new TimedOnes(), errors: 0, lostDatagrams: 0 },
    stalls: { collection: 0, work: 0, processor: 0 },
  };
}
