import { join } from 'node:path';
import { startCallGenerator } from './support/call-generator.ts';
import { cpuMs, median } from './support/cpu.ts';
import { startDrachtioPeer } from './support/drachtio-peer.ts';
import { overDrachtio } from './support/drachtio-recorded.ts';
import { atHalfLoad, type HalfLoadSide, longStalls } from './support/half-load.ts';
import { startKamailioPeer } from './support/kamailio-peer.ts';
import { growthBetween, loopAndGc, readSipThread, type SipThread } from './support/loop-and-gc.ts';
import { receiveBufferLimit } from './support/lost-datagrams.ts';
import { addNumbers } from './support/more-numbers.ts';
import { halfLoadRates, peer } from './support/peer.ts';
import type { Bench, Figure } from './support/report.ts';
import { seedProduct } from './support/seed.ts';
import { Turns } from './support/turns.ts';
import { inWorkDir, type OnEnd, startSeeded } from './support/work-dir.ts';

const FEW = 10;
const MANY = Number(process.env.BENCH_TRUNKS ?? 100_000);
/** Of each trunk in the large world: 1,000,000 where it has 100,000 trunks. */
const NUMBERS = Number(process.env.BENCH_NUMBERS ?? 10);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 7);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 5);
const WARM_UP_ROUNDS = 3;
/** Calls that are up at a time. */
const WINDOW = 50;
/** PBXes that are called, in either world. */
const PBXES = 10;

const SIDES = ['few', 'many', 'kamailio', 'drachtio'] as const;
type Name = (typeof SIDES)[number];

interface Side extends HalfLoadSide {
  /** CPU time of the server so far (ms). */
  cpuMs(): number;
  /** Absent where the server does not tell. */
  readonly sipThread?: () => Promise<SipThread>;
}

type Sides = ReadonlyMap<string, Side>;

interface Round {
  readonly cpuMsPer1k: number;
  readonly perSec: number;
  readonly errors: number;
  /** What came to its metrics. */
  readonly growth: SipThread | undefined;
}

/**
 * Calls from a carrier to registered PBXes and their end, with few trunks and with many, by turns; with
 * `--peer kamailio` a dialog-counting Kamailio proxy takes every third turn. Then at half load, or nothing but that.
 */
export const bench: Bench = (machine) =>
  inWorkDir((few, onEnd) =>
    inWorkDir(async (many) => {
      const turns = new Turns();
      const asked = halfLoadRates(SIDES);
      const wanted = asked === undefined ? SIDES.filter(isInWhole) : SIDES.filter((name) => asked.has(name));
      const sides = await openSides({ few, many }, onEnd, new Set(wanted));
      for (const side of sides.values()) turns.add(side, onEnd);
      // Until the code is compiled, which goes on for thousands of calls, in threads of its own.
      for (let warming = 0; warming < WARM_UP_ROUNDS; warming++) {
        for (const side of sides.values()) await runRound(side, turns);
      }
      await machine.begin();
      const carried = asked === undefined ? await carry(sides, turns) : undefined;
      const rates = asked ?? ratesOf(carried ?? new Map());
      const latency = await atHalfLoad(sides, rates, { machine, turns, rounds: ROUNDS, seconds: SECONDS });
      const limit: Figure = { name: 'rmem_max', value: receiveBufferLimit(), unit: 'B', isRatio: false };
      return [...(carried === undefined ? [] : throughput(carried)), ...latency, limit];
    }),
  );

/** Who takes turns in a whole run; drachtio where there is one. */
function isInWhole(name: Name): boolean {
  return name !== 'kamailio' || peer() === 'kamailio';
}

async function openSides(
  { few, many }: Readonly<Record<'few' | 'many', string>>,
  onEnd: OnEnd,
  wanted: ReadonlySet<Name>,
): Promise<Sides> {
  const sides = new Map<string, Side>();
  if (wanted.has('few')) sides.set('few', await openProduct(few, onEnd, FEW, 1));
  if (wanted.has('many')) sides.set('many', await openProduct(many, onEnd, MANY, NUMBERS));
  // The peers have the same accounts.
  if (!sides.has('few')) await seedProduct(few, FEW);
  if (wanted.has('kamailio')) sides.set('kamailio', await openKamailio(few, onEnd));
  const drachtio = wanted.has('drachtio') ? await openDrachtio(few, onEnd) : undefined;
  if (drachtio !== undefined) sides.set('drachtio', drachtio);
  return sides;
}

/** All rounds of all sides, by turns. */
async function carry(sides: Sides, turns: Turns): Promise<ReadonlyMap<string, readonly Round[]>> {
  const rounds = new Map<string, Round[]>([...sides.keys()].map((name) => [name, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, side] of sides) rounds.get(name)?.push(await runRound(side, turns));
  }
  return rounds;
}

async function openProduct(dir: string, onEnd: OnEnd, trunks: number, numbersPerTrunk: number): Promise<Side> {
  const { product } = await startSeeded(dir, onEnd, trunks, { prepare: () => addNumbers(dir, numbersPerTrunk) });
  const port = product.sipPort;
  const load = await startCallGenerator({ port, dir, pbxes: PBXES, onEnd });
  return {
    ...{ cpuMs: () => cpuMs(product.pid), pids: () => [product.pid], load, port },
    ...{ longStalls: () => longStalls(product), sipThread: () => readSipThread(product) },
  };
}

async function openKamailio(dir: string, onEnd: OnEnd): Promise<Side> {
  const [csv, dids] = [join(dir, 'users.csv'), join(dir, 'dids.csv')];
  const kamailio = await startKamailioPeer({ onEnd, kind: 'calls', csv, dids });
  return { ...kamailio, load: await startCallGenerator({ port: kamailio.port, dir, pbxes: PBXES, onEnd }) };
}

async function openDrachtio(dir: string, onEnd: OnEnd): Promise<Side | undefined> {
  const [csv, dids] = [join(dir, 'users.csv'), join(dir, 'dids.csv')];
  const drachtio = await startDrachtioPeer({ dir, onEnd, csv, dids });
  return drachtio && { ...drachtio, load: await startCallGenerator({ port: drachtio.port, dir, pbxes: PBXES, onEnd }) };
}

async function runRound(side: Side, turns: Turns): Promise<Round> {
  const { cpuMs, load, sipThread } = side;
  await turns.give(side);
  const threadBefore = await sipThread?.();
  const before = cpuMs();
  const result = await load.ask({ mode: 'calls', seconds: SECONDS, window: WINDOW });
  // What the calls have left to the other threads belongs to them.
  await new Promise((resolve) => setTimeout(resolve, 300));
  const usedMs = cpuMs() - before;
  const threadAfter = await sipThread?.();
  const done = Number(result.done);
  return {
    cpuMsPer1k: (usedMs / done) * 1000,
    perSec: done / Number(result.seconds),
    errors: Number(result.errors),
    growth: threadBefore && threadAfter && growthBetween(threadBefore, threadAfter),
  };
}

/** Half of what each side carried, in calls a second. */
function ratesOf(rounds: ReadonlyMap<string, readonly Round[]>): ReadonlyMap<string, number> {
  const half = (list: readonly Round[]) => Math.max(1, Math.round(median(list.map(({ perSec }) => perSec)) / 2));
  return new Map([...rounds].map(([name, list]) => [name, half(list)]));
}

function throughput(rounds: ReadonlyMap<string, readonly Round[]>): readonly Figure[] {
  const each = [...rounds].flatMap(([name, list]) => {
    const cpu = list.map((one) => one.cpuMsPer1k);
    return [
      { name: `${name}_cpu_ms_per_1k`, value: median(cpu), unit: 'ms', isRatio: false, rounds: cpu },
      { name: `${name}_per_sec`, value: median(list.map((one) => one.perSec)), unit: '1/s', isRatio: false },
      { name: `${name}_errors`, value: list.reduce((sum, one) => sum + one.errors, 0), unit: '', isRatio: false },
    ];
  });
  const growths = (rounds.get('few') ?? []).flatMap(({ growth }) => growth ?? []);
  return [...each, ...ratios(rounds), ...loopAndGc(growths)];
}

/** Of each round with its neighbours, then the median: what the machine did in between matters least so. */
function ratios(rounds: ReadonlyMap<string, readonly Round[]>): readonly Figure[] {
  const few = rounds.get('few') ?? [];
  const over = (name: string): Figure => {
    const all = (rounds.get(name) ?? []).map((one, round) => one.cpuMsPer1k / (few[round]?.cpuMsPer1k ?? Number.NaN));
    return { name: `${name}_over_few_cpu`, value: median(all), unit: 'x', isRatio: true, rounds: all };
  };
  const figures = [over('many'), ...(rounds.has('drachtio') ? [over('drachtio')] : [])];
  const kamailio = rounds.get('kamailio')?.map((one) => one.cpuMsPer1k);
  if (kamailio !== undefined) {
    const ours = median(few.map((one) => one.cpuMsPer1k));
    figures.push(over('kamailio'), overDrachtio('call', ours, median(kamailio)));
  }
  return figures;
}
