import type { AuditFilter, Found, Slice, Visible } from './store-port.ts';

export interface AuditStore {
  list(visible: Visible, slice: Slice, filter: AuditFilter): Promise<Found<AuditRow>>;
  /** Writes down what was done outside of the database; without secrets. */
  record(entry: AuditNote): Promise<void>;
}

/** What a user did to something that no table holds. */
export type AuditNote = Omit<AuditRow, 'id' | 'atMs'>;

export interface AuditRow {
  readonly id: number;
  readonly accountId: number | null;
  readonly actor: string;
  readonly action: string;
  readonly resource: string;
  readonly resourceId: string;
  readonly before: unknown;
  readonly after: unknown;
  readonly atMs: number;
}
