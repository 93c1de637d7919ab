import type { NewBulkJob } from '../tenancy/index.ts';
import type { BulkCounts, BulkFault, BulkJobRow, BulkPassword, Found, Ref, Slice, Visible } from './store-port.ts';

/** Long work and how far it has come. What a job does to trunks and numbers goes through their own stores. */
export interface BulkStore {
  create(job: NewBulkJob): Promise<BulkJobRow>;
  find(visible: Visible, ref: Ref): Promise<BulkJobRow | undefined>;
  findByKey(actor: string, idempotencyKey: string): Promise<BulkJobRow | undefined>;
  list(visible: Visible, slice: Slice, filter: Pick<BulkJobRow, 'resource'>): Promise<Found<BulkJobRow>>;
  faults(jobId: number, limit: number): Promise<readonly BulkFault[]>;
  /** Left behind by a process that is gone. */
  unfinished(): Promise<readonly BulkJobRow[]>;
  /** Answers what was sent. */
  start(id: number, resumed: boolean): Promise<string>;
  progress(id: number, counts: BulkCounts, faults: readonly BulkFault[]): Promise<void>;
  finish(id: number, state: 'done' | 'failed'): Promise<void>;
  keepPassword(password: BulkPassword & { readonly jobId: number }): Promise<void>;
  /** Hands the passwords out and forgets them. */
  takePasswords(actor: string, job: BulkJobRow): Promise<readonly BulkPassword[]>;
  forgetOld(): Promise<void>;
}
