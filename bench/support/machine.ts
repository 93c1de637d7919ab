import { execFileSync } from 'node:child_process';
import { availableParallelism, setPriority } from 'node:os';
import { type Child, type Core, startScript } from './child.ts';
import type { Figure } from './report.ts';
import { readStalls } from './stalls.ts';
import type { Watched } from './timed-ones.ts';

/** Who looks at the machine while a bench runs: what a processor does that others use as well, it does not say itself. */
export interface Machine {
  /** Forgets what was before: servers are open and warm, and what is measured begins. */
  begin(): Promise<void>;
  /** Looks at it each millisecond while the work is done. */
  during<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly watched: Watched }>;
  /** How long a second each core has not run since the beginning, and what else ran before: a witness that goes before all does not see that. */
  figures(): Promise<readonly Figure[]>;
  /** What has to be known of these figures to read those of the bench. */
  warnings(figures: readonly Figure[]): readonly string[];
  stop(): Promise<void>;
}

type Priority = 'real-time' | 'nice' | 'plain';

interface Witness {
  readonly core: Exclude<Core, 'any'>;
  readonly child: Child;
  readonly priority: Priority;
  awayMs: number;
  watchedMs: number;
}

/** A look costs 20 to 90 µs of the core, most where it is seldom: so close only where time is measured, not where CPU is. */
const CLOSELY_MS = Number(process.env.BENCH_WITNESS_MS ?? 1);
const SELDOM_MS = 20;
/** From so many ms a second on, the machine was not quiet. */
const MOST_AWAY_MS_PER_SEC = 3;
const REAL_TIME_PRIORITY = '50';
/** Of the minute before: with more, others had a part of what the bench was to have. */
const MOST_LOAD = 1;

/** A witness on each core that servers and generators have for themselves; the load average is that before the first bench. */
export function startMachine(loadBefore: number): Machine {
  const cores = availableParallelism() > 1 ? (['server', 'generator'] as const) : (['server'] as const);
  const witnesses = cores.map(startWitness);
  const ask = async (everyMs: number): Promise<Watched> => {
    const all = await Promise.all(witnesses.map((witness) => askOne(witness, everyMs)));
    return { stalls: all.flatMap(({ stalls }) => stalls), seconds: Math.max(...all.map(({ seconds }) => seconds)) };
  };
  return {
    async begin() {
      await ask(SELDOM_MS);
      for (const witness of witnesses) [witness.awayMs, witness.watchedMs] = [0, 0];
    },
    async during(work) {
      await ask(CLOSELY_MS);
      const result = await work();
      return { result, watched: await ask(SELDOM_MS) };
    },
    async figures() {
      await ask(SELDOM_MS);
      return [
        ...witnesses.map(({ core, awayMs, watchedMs }) => ({
          ...{ name: nameOf(core), value: (awayMs / watchedMs) * 1000, unit: 'ms/s', isRatio: false },
        })),
        { name: LOAD_BEFORE, value: loadBefore, unit: '', isRatio: false },
      ];
    },
    warnings: (figures) => [...witnesses.flatMap(plainWarning), ...figures.flatMap(warningOf)],
    async stop() {
      for (const { child } of witnesses) await child.stop();
    },
  };
}

const nameOf = (core: Witness['core']) => `machine_${core}_core_away`;
const LOAD_BEFORE = 'load_average_before';

function startWitness(core: Witness['core']): Witness {
  const child = startScript(core, 'bench/load/witness.ts', []);
  return { core, child, priority: prefer(child.pid), awayMs: 0, watchedMs: 0 };
}

/** Before everything else on its core, as far as this user may. */
function prefer(pid: number): Priority {
  try {
    execFileSync('chrt', ['-a', '-f', '-p', REAL_TIME_PRIORITY, String(pid)], { stdio: 'ignore' });
    return 'real-time';
  } catch {
    // Not installed, or not permitted.
  }
  try {
    setPriority(pid, -20);
    return 'nice';
  } catch {
    return 'plain';
  }
}

async function askOne(witness: Witness, everyMs: number): Promise<Watched> {
  const { stalls, awayMs, watchedMs } = await witness.child.ask({ everyMs });
  witness.awayMs += Number(awayMs);
  witness.watchedMs += Number(watchedMs);
  return { stalls: readStalls(stalls), seconds: Number(watchedMs) / 1000 };
}

function plainWarning({ core, priority }: Witness): readonly string[] {
  if (priority === 'real-time') return [];
  const how = priority === 'nice' ? 'nice -20 alone' : 'no preference';
  return [
    `the witness of the ${core} core has ${how}: it waits for what is measured as well, and "undisturbed" is too good`,
  ];
}

function warningOf({ name, value }: Figure): readonly string[] {
  if (name === LOAD_BEFORE) {
    return value <= MOST_LOAD
      ? []
      : [`other processes were at work (load average ${value.toFixed(1)}); absolute figures are not the product's`];
  }
  if (value <= MOST_AWAY_MS_PER_SEC) return [];
  return [`the machine stood still for ${value.toFixed(1)} ms/s (${name}); absolute figures are not the product's`];
}
