import type { Found, Slice, Visible } from './store-port.ts';

export interface AuditStore {
  list(visible: Visible, slice: Slice): Promise<Found<AuditRow>>;
}

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
