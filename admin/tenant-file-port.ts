import type { AppliedPlan, PlanOptions, TenantPlan } from '../tenancy/index.ts';
import type { Visible } from './store-port.ts';

/** A tenant file as it was applied. */
export interface AppliedFile {
  readonly yaml: string;
  readonly name: string;
  readonly actor: string;
  readonly atMs: number;
  /** How many resources it changed. */
  readonly changes: number;
}

/** Trunks and numbers of a file. */
export interface TenantFileProgress {
  readonly work: 'plan' | 'apply';
  readonly done: number;
  readonly total: number;
}

export interface TenantFileStore {
  plan(yaml: string, name: string, options: PlanOptions): Promise<TenantPlan>;
  apply(yaml: string, name: string, options: PlanOptions): Promise<AppliedPlan>;
  /** The file of so many applies ago by that account, `null` the operator; 0 is the last. */
  applied(accountId: number | null, back: number): Promise<AppliedFile | undefined>;
  /** How far the plan or apply is that this caller has under way; `undefined` when there is none. */
  progress(actor: string): TenantFileProgress | undefined;
  /** That account and those below it, or all that is visible. */
  export(visible: Visible, accountId: number | undefined): Promise<string>;
}
