import { join } from 'node:path';
import { startCallGenerator } from './support/call-generator.ts';
import { cpuMs, median } from './support/cpu.ts';
import { startDrachtioPeer } from './support/drachtio-peer.ts';
import { overDrachtio } from './support/drachtio-recorded.ts';
import { atHalfLoad, type HalfLoadSide, longStalls } from './support/half-load.ts';
import { startKamailioPeer } from './support/kamailio-peer.ts';
import { loopAndGc, readSipThread, type SipThread } from './support/loop-and-gc.ts';
import { receiveBufferLimit } from './support/lost-datagrams.ts';
import { addNumbers } from './support/more-numbers.ts';
import { peer } from './support/peer.ts';
import type { Bench, Figure } from './support/report.ts';
import { inWorkDir, startSeeded } from './support/work-dir.ts';

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

interface Side extends HalfLoadSide {
  /** CPU time of the server so far (ms). */
  cpuMs(): number;
  /** Absent where the server does not tell. */
  readonly sipThread?: () => Promise<SipThread>;
}

interface Round {
  readonly cpuMsPer1k: number;
  readonly perSec: number;
  readonly errors: number;
}

/**
 * Calls from a carrier to registered PBXes and their end, with few trunks and with many, by turns; with
 * `--peer kamailio` a dialog-counting Kamailio proxy takes every third turn.
 */
export const bench: Bench = () =>
  inWorkDir((few, onEnd) =>
    inWorkDir(async (many) => {
      const sides = new Map<string, Side>([
        ['few', await openProduct(few, onEnd, FEW, 1)],
        ['many', await openProduct(many, onEnd, MANY, NUMBERS)],
      ]);
      if (peer() === 'kamailio') sides.set('kamailio', await openKamailio(few, onEnd));
      const drachtio = await openDrachtio(few, onEnd);
      if (drachtio !== undefined) sides.set('drachtio', drachtio);
      const rounds = new Map<string, Round[]>([...sides.keys()].map((name) => [name, []]));
      // Until the code is compiled, which goes on for thousands of calls, in threads of its own.
      for (let warming = 0; warming < WARM_UP_ROUNDS; warming++) {
        for (const side of sides.values()) await runRound(side);
      }
      const before = await sides.get('few')?.sipThread?.();
      for (let round = 0; round < ROUNDS; round++) {
        for (const [name, side] of sides) rounds.get(name)?.push(await runRound(side));
      }
      const after = await sides.get('few')?.sipThread?.();
      const thread = before === undefined || after === undefined ? [] : loopAndGc(before, after);
      const latency = await atHalfLoad(sides, ratesOf(rounds), { rounds: ROUNDS, seconds: SECONDS });
      const limit: Figure = { name: 'rmem_max', value: receiveBufferLimit(), unit: 'B', isRatio: false };
      return [...throughput(rounds), ...ratios(rounds), ...thread, ...latency, limit];
    }),
  );

async function openProduct(
  dir: string,
  onEnd: (end: () => unknown) => void,
  trunks: number,
  numbersPerTrunk: number,
): Promise<Side> {
  const { product } = await startSeeded(dir, onEnd, trunks, { prepare: () => addNumbers(dir, numbersPerTrunk) });
  const port = product.sipPort;
  const load = await startCallGenerator({ port, dir, pbxes: PBXES, onEnd });
  return {
    ...{ cpuMs: () => cpuMs(product.pid), load, port },
    ...{ longStalls: () => longStalls(product), sipThread: () => readSipThread(product) },
  };
}

async function openKamailio(dir: string, onEnd: (end: () => unknown) => void): Promise<Side> {
  const [csv, dids] = [join(dir, 'users.csv'), join(dir, 'dids.csv')];
  const { cpuMs, port } = await startKamailioPeer({ onEnd, kind: 'calls', csv, dids });
  return { cpuMs, port, load: await startCallGenerator({ port, dir, pbxes: PBXES, onEnd }) };
}

async function openDrachtio(dir: string, onEnd: (end: () => unknown) => void): Promise<Side | undefined> {
  const [csv, dids] = [join(dir, 'users.csv'), join(dir, 'dids.csv')];
  const drachtio = await startDrachtioPeer({ dir, onEnd, csv, dids });
  return drachtio && { ...drachtio, load: await startCallGenerator({ port: drachtio.port, dir, pbxes: PBXES, onEnd }) };
}

async function runRound({ cpuMs, load }: Side): Promise<Round> {
  const before = cpuMs();
  const result = await load.ask({ mode: 'calls', seconds: SECONDS, window: WINDOW });
  // What the calls have left to the other threads belongs to them.
  await new Promise((resolve) => setTimeout(resolve, 300));
  const done = Number(result.done);
  return {
    cpuMsPer1k: ((cpuMs() - before) / done) * 1000,
    perSec: done / Number(result.seconds),
    errors: Number(result.errors),
  };
}

/** Half of what each side carried, in calls a second. */
function ratesOf(rounds: ReadonlyMap<string, readonly Round[]>): ReadonlyMap<string, number> {
  const half = (list: readonly Round[]) => Math.max(1, Math.round(median(list.map(({ perSec }) => perSec)) / 2));
  return new Map([...rounds].map(([name, list]) => [name, half(list)]));
}

function throughput(rounds: ReadonlyMap<string, readonly Round[]>): readonly Figure[] {
  return [...rounds].flatMap(([name, list]) => {
    const cpu = list.map((one) => one.cpuMsPer1k);
    return [
      { name: `${name}_cpu_ms_per_1k`, value: median(cpu), unit: 'ms', isRatio: false, rounds: cpu },
      { name: `${name}_per_sec`, value: median(list.map((one) => one.perSec)), unit: '1/s', isRatio: false },
      { name: `${name}_errors`, value: list.reduce((sum, one) => sum + one.errors, 0), unit: '', isRatio: false },
    ];
  });
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
