import { writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { flameSvg } from './profile/flame-svg.ts';
import { flameTree } from './profile/flame-tree.ts';
import { NAMED_FUNCTIONS, removeNames } from './profile/names.ts';
import { canRecord, record } from './profile/record.ts';
import type { Stack } from './profile/stacks.ts';
import { stageTable, topFunctions } from './profile/stage-table.ts';
import { writeIntoDocument } from './profile/write-document.ts';
import { startCallGenerator } from './support/call-generator.ts';
import { type Child, startScript } from './support/child.ts';
import { cpuMs, median, SIP_THREAD, threadCpuMs, threadsOf } from './support/cpu.ts';
import { addNumbers } from './support/more-numbers.ts';
import { updatesBaseline } from './support/peer.ts';
import type { Bench, Figure } from './support/report.ts';
import { Turns } from './support/turns.ts';
import { dirIn, inWorkDir, type OnEnd, startSeeded } from './support/work-dir.ts';

const TRUNKS = 10_000;
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 7);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 5);
/** Until the code is compiled: rounds, and operations of each SIP thread, since each compiles for itself. */
const WARM_UP = { rounds: 3, operations: 30_000 };
/** As long as so many rounds the threads are looked at: 2,500 times a second. */
const RECORDED_ROUNDS = 4;
const PBXES = 10;
const MAIN_THREAD = 'MainThread';

interface Operation {
  readonly name: 'call' | 'pair' | 'refresh' | 'call_of_two';
  readonly pid: number;
  readonly load: Child;
  readonly question: object;
  /** A flame graph in docs/ of the SIP thread. */
  readonly flame?: { readonly file: string; readonly title: string };
}

interface Cost {
  /** Microseconds of processor time an operation. */
  readonly sip: number;
  readonly main: number;
  readonly all: number;
  /** Operations that failed: what they cost is with those that did not. */
  readonly errors: number;
}

/**
 * Where the time of a call, of a REGISTER pair, of a refresh and of a call with two workers goes: microseconds by stage and by
 * kind of code, of the SIP threads and of the main thread. The shares are perf's, the microseconds the scheduler's from rounds
 * without perf. With `--update` tables and flame graphs go into docs/.
 */
export const bench: Bench = async () => {
  if (!canRecord()) return [];
  return inWorkDir(async (dir, onEnd) => {
    const pids: number[] = [];
    // Registered first, so that it is done when the product has ended.
    onEnd(() => pids.forEach(removeNames));
    const turns = new Turns();
    const start = async (name: string, workers: number) => {
      const own = dirIn(dir, name);
      const settings = { DIDFARM_SIP_WORKERS: String(workers) };
      const more = { settings, prepare: () => addNumbers(own, 1), flags: NAMED_FUNCTIONS };
      const { product, csv } = await startSeeded(own, onEnd, TRUNKS, more);
      pids.push(product.pid);
      turns.add({ pids: () => [product.pid] }, onEnd);
      return { dir: own, csv, pid: product.pid, port: product.sipPort };
    };
    const [one, two] = [await start('one', 1), await start('two', 2)];
    const operations = [...(await openLoads(one, onEnd)), await openShared(two, onEnd)];
    const figures: Figure[] = [];
    for (const operation of operations) {
      await turns.give({ pids: () => [operation.pid] });
      figures.push(...(await profile(dir, operation)));
    }
    return figures;
  });
};

interface Started {
  readonly dir: string;
  readonly csv: string;
  readonly pid: number;
  readonly port: number;
}

async function openLoads({ dir, csv, port, pid }: Started, onEnd: OnEnd): Promise<readonly Operation[]> {
  const registers = startScript('generator', 'bench/load/register-load.ts', [String(port), csv, '100']);
  onEnd(() => registers.stop());
  await registers.ask({ mode: 'prime', seconds: 0 });
  // The called PBXes last: theirs are the addresses that hold.
  const calls = await startCallGenerator({ port, dir, pbxes: PBXES, onEnd });
  return [
    {
      ...{ name: 'call', pid, load: calls, question: { mode: 'calls', window: 50 } },
      flame: { file: 'calls-flame.svg', title: 'SIP thread, calls over UDP' },
    },
    {
      ...{ name: 'pair', pid, load: registers, question: { mode: 'pair' } },
      flame: { file: 'register-flame.svg', title: 'SIP thread, REGISTER pairs over UDP' },
    },
    { name: 'refresh', pid, load: registers, question: { mode: 'refresh' } },
  ];
}

/** Calls of two workers on one core, as many under way for each. */
async function openShared({ dir, port, pid }: Started, onEnd: OnEnd): Promise<Operation> {
  const load = await startCallGenerator({ port, dir, pbxes: PBXES, onEnd });
  return {
    ...{ name: 'call_of_two', pid, load, question: { mode: 'calls', window: 100 } },
    flame: { file: 'workers-flame.svg', title: 'SIP threads of two workers on one core, calls over UDP' },
  };
}

async function profile(dir: string, { name, pid, load, question, flame }: Operation): Promise<readonly Figure[]> {
  const run = (seconds: number) => load.ask({ ...question, seconds });
  const sipThreads = threadsOf(pid, SIP_THREAD);
  let warm = 0;
  for (let round = 0; round < WARM_UP.rounds || warm < WARM_UP.operations * sipThreads.length; round++) {
    warm += Number((await run(SECONDS)).done);
  }
  const costs: Cost[] = [];
  for (let round = 0; round < ROUNDS; round++) costs.push(await costOf(pid, () => run(SECONDS)));
  const of = (key: keyof Cost) => median(costs.map((cost) => cost[key]));
  const seconds = RECORDED_ROUNDS * SECONDS;
  const stacks = await record(dir, pid, [...sipThreads, pid], seconds, () => run(seconds + 1));
  const sip = stacks.filter(({ thread }) => sipThreads.includes(thread));
  const main = stacks.filter(({ thread }) => thread === pid);
  tell(name, 'sip', sip, of('sip'));
  tell(name, 'main', main, of('main'));
  if (flame !== undefined && updatesBaseline()) {
    writeFileSync(join(import.meta.dirname, '../docs', flame.file), flameSvg(flameTree(sip), flame.title));
  }
  const figure = (what: string, value: number, rounds?: readonly number[]): Figure => ({
    ...{ name: `${name}_${what}`, value, unit: 'us', isRatio: false },
    ...(rounds === undefined ? {} : { rounds }),
  });
  return [
    ...(['all', 'sip', 'main'] as const).map((key) =>
      figure(
        key,
        of(key),
        costs.map((cost) => cost[key]),
      ),
    ),
    figure('helpers', of('all') - of('sip') - of('main')),
    {
      ...figure(
        'errors',
        costs.reduce((sum, { errors }) => sum + errors, 0),
      ),
      unit: '',
    },
  ];
}

/** Prints the table and, with `--update`, puts it where the document has room for it. */
function tell(name: Operation['name'], thread: 'sip' | 'main', stacks: readonly Stack[], us: number): void {
  if (stacks.length === 0) return;
  const heading = `${us.toFixed(1)} µs by the scheduler, ${stacks.length} samples, load average ${loadavg()[0]?.toFixed(0)}:`;
  const table = `${heading}\n\n${stageTable(stacks, us)}`;
  console.log(`\n${name}, ${thread} thread, ${table}\n`);
  console.log(topFunctions(stacks, us));
  if (updatesBaseline()) writeIntoDocument(`${name}-${thread}`, table);
}

/** By thread, with what the round has left to the others. */
async function costOf(pid: number, run: () => Promise<Readonly<Record<string, number | string>>>): Promise<Cost> {
  const now = () => ({ sip: threadCpuMs(pid, SIP_THREAD), main: threadCpuMs(pid, MAIN_THREAD), all: cpuMs(pid) });
  const before = now();
  const { done, errors } = await run();
  await new Promise((resolve) => setTimeout(resolve, 300));
  const after = now();
  const us = (key: keyof typeof after) => ((after[key] - before[key]) * 1000) / Number(done);
  return { sip: us('sip'), main: us('main'), all: us('all'), errors: Number(errors) };
}
