import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { startCallGenerator } from './support/call-generator.ts';
import type { Child } from './support/child.ts';
import { cpuMs, median, SIP_THREAD, threadCpuMs } from './support/cpu.ts';
import type { Bench } from './support/report.ts';
import { type Server, Turns } from './support/turns.ts';
import { inWorkDir, type OnEnd, startSeeded } from './support/work-dir.ts';

const TRUNKS = 10;
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 7);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 5);
/** Calls that are up at a time. */
const WINDOW = 50;
/** What is charged after a round is part of it: so long at most (ms). */
const SETTLE_MS = 60_000;

interface Side extends Server {
  readonly pid: number;
  readonly load: Child;
  /** Calls that wait to be charged. */
  waiting(): Promise<number>;
}

interface Round {
  readonly sipMsPer1k: number;
  readonly allMsPer1k: number;
  readonly errors: number;
}

/**
 * Calls that nobody pays for and calls that are reserved, extended and charged, by turns: what rating and prepaid cost
 * the SIP thread, and what they cost everything.
 */
export const bench: Bench = (machine) =>
  inWorkDir((free, onEnd) =>
    inWorkDir(async (paid) => {
      const sides: Readonly<Record<'free' | 'paid', Side>> = {
        free: await open(free, onEnd, false),
        paid: await open(paid, onEnd, true),
      };
      const rounds: Readonly<Record<'free' | 'paid', Round[]>> = { free: [], paid: [] };
      const turns = new Turns();
      for (const side of Object.values(sides)) turns.add(side, onEnd);
      for (const name of ['free', 'paid'] as const) await runRound(sides[name], turns);
      await machine.begin();
      for (let round = 0; round < ROUNDS; round += 1)
        for (const name of ['free', 'paid'] as const) rounds[name].push(await runRound(sides[name], turns));
      const over = (of: (round: Round) => number) =>
        median(rounds.paid.map((one, n) => of(one) / of(rounds.free[n] ?? one)));
      const errors = [...rounds.free, ...rounds.paid].reduce((sum, one) => sum + one.errors, 0);
      return [
        ...figures('free', rounds.free),
        ...figures('paid', rounds.paid),
        { name: 'paid_over_free_sip_cpu', value: over(({ sipMsPer1k }) => sipMsPer1k), unit: 'x', isRatio: true },
        { name: 'paid_over_free_all_cpu', value: over(({ allMsPer1k }) => allMsPer1k), unit: 'x', isRatio: true },
        { name: 'errors', value: errors, unit: '', isRatio: false },
      ];
    }),
  );

function figures(name: string, rounds: readonly Round[]) {
  const of = (read: (round: Round) => number) => median(rounds.map(read));
  return [
    { name: `${name}_sip_cpu_ms_per_1k`, value: of(({ sipMsPer1k }) => sipMsPer1k), unit: 'ms', isRatio: false },
    { name: `${name}_all_cpu_ms_per_1k`, value: of(({ allMsPer1k }) => allMsPer1k), unit: 'ms', isRatio: false },
  ];
}

async function open(dir: string, onEnd: OnEnd, isPaid: boolean): Promise<Side> {
  const price = (place: string) =>
    void execFileSync(process.execPath, [join(import.meta.dirname, 'support/price-calls.ts'), join(place, 'data')]);
  const { product } = await startSeeded(dir, onEnd, TRUNKS, { prepare: isPaid ? price : undefined });
  const load = await startCallGenerator({ port: product.sipPort, dir, pbxes: TRUNKS, onEnd });
  const { pid } = product;
  return { pid, pids: () => [pid], load, waiting: () => waitingCalls(join(dir, 'data/didfarm.db')) };
}

async function waitingCalls(file: string): Promise<number> {
  const { default: openDatabase } = await import('better-sqlite3');
  const connection = openDatabase(file, { timeout: 5000 });
  const [row] = connection.prepare('SELECT count(*) AS waiting FROM rating_queue').all([]) as { waiting: number }[];
  connection.close();
  return row?.waiting ?? 0;
}

async function runRound(side: Side, turns: Turns): Promise<Round> {
  const { pid, load, waiting } = side;
  await turns.give(side);
  const [sip, all] = [threadCpuMs(pid, SIP_THREAD), cpuMs(pid)];
  const result = await load.ask({ mode: 'calls', seconds: SECONDS, window: WINDOW });
  const deadline = Date.now() + SETTLE_MS;
  // Records come by batches: the queue has to be seen empty after the last of them.
  do await new Promise((resolve) => setTimeout(resolve, 500));
  while ((await waiting()) > 0 && Date.now() < deadline);
  const per1k = 1000 / Number(result.done);
  return {
    sipMsPer1k: (threadCpuMs(pid, SIP_THREAD) - sip) * per1k,
    allMsPer1k: (cpuMs(pid) - all) * per1k,
    errors: Number(result.errors),
  };
}
