import type { Step, TraceLine } from '../../telemetry/index.ts';
import type { CallContext } from '../call-context.ts';
import { type CallTestWorld, CaseError } from './call-test-world.ts';
import { Names } from './names.ts';
import { compare, type Mismatch, type Observation, type ObservedPlace } from './observation.ts';
import type { CallTest, ParsedCallTests } from './parse-call-tests.ts';
import { type CaseCaller, type CaseRun, runCase } from './run-case.ts';

export interface CaseReport {
  readonly name: string;
  readonly line: number;
  readonly column: number;
  readonly state: 'passed' | 'failed' | 'skipped';
  readonly mismatches: readonly Mismatch[];
  /** What became of it; `null` where it could not be tried. */
  readonly got: Observation | null;
  /** The step that decided it. */
  readonly decided: TraceLine | null;
  readonly sentence: string;
  readonly remedy: string;
  readonly steps: readonly TraceLine[];
  readonly callers: readonly CaseCaller[];
  /** Where the calls that are given may go. */
  readonly given_places: readonly ObservedPlace[];
}

export interface CallTestReport {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly cases: readonly CaseReport[];
}

/** So many calls without a pause: others want their turn as well. */
const CALLS_PER_TURN = 50;

/** Every case through the steps of the server, without sockets; each one begins anew. */
export async function runTests(
  world: CallTestWorld,
  steps: readonly Step<CallContext>[],
  { tests }: ParsedCallTests,
  pause: () => Promise<void>,
): Promise<CallTestReport> {
  const names = new Names(world);
  const cases: CaseReport[] = [];
  let calls = 0;
  for (const test of tests) {
    const report = reportOf(test, () => runCase(world, names, steps, test));
    cases.push(report);
    // A name that nobody has was compared with every other.
    calls += report.got === null ? CALLS_PER_TURN : Math.max(1, report.callers.length);
    if (calls < CALLS_PER_TURN) continue;
    calls = 0;
    await pause();
  }
  return summarize(cases);
}

/** Counts of a list of cases. */
export function summarize(cases: readonly CaseReport[]): CallTestReport {
  const count = (state: CaseReport['state']) => cases.filter((one) => one.state === state).length;
  return { passed: count('passed'), failed: count('failed'), skipped: count('skipped'), cases };
}

function reportOf(test: CallTest, run: () => CaseRun): CaseReport {
  try {
    return judge(test, run());
  } catch (error) {
    if (!(error instanceof CaseError)) throw error;
    return unfit(test, 'failed', error.message);
  }
}

/** Compares what a case expects with what became of it. */
export function judge({ name, line, column, test }: CallTest, run: CaseRun): CaseReport {
  const mismatches = compare(test.expect, run.got);
  const state = mismatches.length === 0 ? 'passed' : 'failed';
  return { name, line, column, state, mismatches, decided: decidedBy(run), ...run };
}

/** A case that could not be tried, and why. */
export function unfit({ name, line, column }: CallTest, state: 'failed' | 'skipped', why: string): CaseReport {
  const nothing = { mismatches: [], got: null, decided: null, remedy: '', steps: [], callers: [], given_places: [] };
  return { name, line, column, state, sentence: why, ...nothing };
}

/** Of a refusal the last step; else the one that chose where it goes. */
function decidedBy({ got, steps }: CaseRun): TraceLine | null {
  const chosen = got.status < 300 ? steps.find(({ step }) => step === 'resolveTarget') : undefined;
  return chosen ?? steps.at(-1) ?? null;
}
