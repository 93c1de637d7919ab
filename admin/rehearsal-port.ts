import type { CallTestReport, ReplayReport } from '../routing/index.ts';
import type { PlanOptions, TenantPlan } from '../tenancy/index.ts';
import type { Visible } from './store-port.ts';

/** A tenant file that is tried, and never applied. */
export interface CandidateFile {
  readonly yaml: string;
  readonly name: string;
  readonly options: PlanOptions;
}

/** Call tests, as they were written. */
export interface CallTestText {
  readonly text: string;
  /** For messages. */
  readonly name: string;
}

/** Which recorded calls come again; both epoch ms, the end not included. */
export interface ReplayRange {
  readonly fromMs: number;
  readonly toMs: number;
  /** So many differences are listed; all are counted. */
  readonly most: number;
}

/** Who rehearses: turns are shared among them. */
export interface Rehearser {
  /** Of the key; `null`: the operator. */
  readonly homeAccountId: number | null;
  readonly visible: Visible;
}

/** Calls that nobody places: tests of what would become of them, and those of the past once more. */
export interface RehearsalStore {
  /** With the tenants as they are. @throws CallTestFileError with the line of each fault */
  test(who: Rehearser, tests: CallTestText): Promise<CallTestReport>;
  /** With what the file would make of them. */
  testCandidate(
    who: Rehearser,
    tests: CallTestText,
    candidate: CandidateFile,
  ): Promise<{ readonly plan: TenantPlan; readonly report: CallTestReport }>;
  replay(
    who: Rehearser,
    candidate: CandidateFile,
    range: ReplayRange,
  ): Promise<{ readonly plan: TenantPlan; readonly report: ReplayReport }>;
}
