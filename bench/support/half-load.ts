import type { Product } from '../../test-sip/support/product.ts';
import type { Child } from './child.ts';
import { percentile } from './cpu.ts';
import { lostDatagrams } from './lost-datagrams.ts';
import type { Figure } from './report.ts';

/** What stood still for longer than 20 ms in the SIP thread so far, by the cause that the product itself names. */
export type LongStalls = Readonly<Record<(typeof CAUSES)[number], number>>;

/** A server whose calls are timed, and who calls it. */
export interface HalfLoadSide {
  readonly load: Child;
  /** UDP port of the server. */
  readonly port: number;
  /** Absent where the server does not tell. */
  readonly longStalls?: () => Promise<LongStalls>;
}

/** Why the SIP thread stood still, as the product names it. */
export const CAUSES = ['collection', 'work', 'processor'] as const;

interface Timed {
  readonly rate: number;
  /** From INVITE to 200, of every call of all rounds. */
  readonly throughMs: number[];
  /** The same straight to the PBXes, at the same rate by the same generator. */
  readonly directMs: number[];
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
  { rounds, seconds }: { readonly rounds: number; readonly seconds: number },
): Promise<readonly Figure[]> {
  const timed = new Map([...rates].map(([name, rate]) => [name, emptyAt(rate)]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, side] of sides) {
      const all = timed.get(name);
      if (all !== undefined) await runBoth(side, all, seconds);
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

async function runBoth({ load, port, longStalls }: HalfLoadSide, all: Timed, seconds: number): Promise<void> {
  const before = await longStalls?.();
  const lostBefore = lostDatagrams([port]);
  const through = await load.ask({ mode: 'calls', seconds, rate: all.rate });
  const after = await longStalls?.();
  for (const cause of CAUSES) all.stalls[cause] += (after?.[cause] ?? 0) - (before?.[cause] ?? 0);
  all.lostDatagrams += lostDatagrams([port]) - lostBefore + Number(through.dropped);
  const direct = await load.ask({ mode: 'calls', seconds, rate: all.rate, direct: true });
  all.throughMs.push(...numbers(through.setUpsMs));
  all.directMs.push(...numbers(direct.setUpsMs));
  all.errors += Number(through.errors);
}

function figuresOf(name: string, all: Timed, tellsStalls: boolean): readonly Figure[] {
  const direct50 = percentile(all.directMs, 0.5);
  const ms = (what: string, value: number): Figure => ({ name: `${name}_${what}`, value, unit: 'ms', isRatio: false });
  const count = (what: string, value: number): Figure => ({ name: `${name}_${what}`, value, unit: '', isRatio: false });
  return [
    { name: `${name}_half_load_per_sec`, value: all.rate, unit: '1/s', isRatio: false },
    ms('added_p50_ms', percentile(all.throughMs, 0.5) - direct50),
    ms('added_p95_ms', percentile(all.throughMs, 0.95) - direct50),
    ms('added_p99_ms', percentile(all.throughMs, 0.99) - direct50),
    ms('direct_p99_ms', percentile(all.directMs, 0.99)),
    count('half_load_errors', all.errors),
    count('half_load_lost_datagrams', all.lostDatagrams),
    ...(tellsStalls ? CAUSES.map((cause) => count(`stalls_over_20ms_${cause}`, all.stalls[cause])) : []),
  ];
}

function emptyAt(rate: number): Timed {
  return {
    rate,
    throughMs: [],
    directMs: [],
    errors: 0,
    lostDatagrams: 0,
    stalls: { collection: 0, work: 0, processor: 0 },
  };
}

function numbers(text: number | string | undefined): readonly number[] {
  return text === undefined || text === '' ? [] : String(text).split(' ').map(Number);
}
