import type { RawBuilder } from 'kysely';
import type { StoreContext } from '../open-store.ts';
import type { Row } from '../schema.ts';
import { type Found, readSlice, type Slice, type Visible, within } from './common.ts';

export interface AuditEntry {
  /** `null`: of the platform itself. */
  readonly accountId: number | null;
  /** `key:key_…`, `control`, `plan`, `system`. */
  readonly actor: string;
  /** `create`, `update`, `delete`, `regenerate_credentials`, … */
  readonly action: string;
  readonly resource: string;
  /** As the API names it, its uuid where it has one; or an expression that looks it up. */
  readonly resourceId: string | number | RawBuilder<string>;
  /** Secrets must not be in here. */
  readonly before: object | null;
  readonly after: object | null;
}

export interface AuditRow extends Omit<AuditEntry, 'resourceId'> {
  readonly id: number;
  readonly resourceId: string;
  readonly atMs: number;
}

/** F-121: call it in the transaction of the change itself, so that neither is there without the other. */
export async function writeAudit(context: StoreContext, entry: AuditEntry): Promise<void> {
  await context.db
    .insertInto('audit')
    .values({
      accountId: entry.accountId,
      actor: entry.actor,
      action: entry.action,
      resource: entry.resource,
      resourceId: typeof entry.resourceId === 'object' ? entry.resourceId : String(entry.resourceId),
      beforeJson: entry.before === null ? null : JSON.stringify(entry.before),
      afterJson: entry.after === null ? null : JSON.stringify(entry.after),
      atMs: context.clock.nowMs(),
    })
    .execute();
}

export interface AuditFilter {
  /** `null`: entries of the platform itself. */
  readonly accountId?: number | null | undefined;
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  readonly resource?: string | undefined;
  readonly resourceId?: string | undefined;
}

export async function listAudit(
  context: StoreContext,
  filter: AuditFilter,
  slice: Slice,
  visible: Visible,
): Promise<Found<AuditRow>> {
  let query = context.db.selectFrom('audit').where(within(visible, 'audit.account_id'));
  if (filter.accountId !== undefined) query = query.where('accountId', 'is', filter.accountId);
  if (filter.actor !== undefined) query = query.where('actor', '=', filter.actor);
  if (filter.action !== undefined) query = query.where('action', '=', filter.action);
  if (filter.resource !== undefined) query = query.where('resource', '=', filter.resource);
  if (filter.resourceId !== undefined) query = query.where('resourceId', '=', filter.resourceId);
  const { total, rows } = await readSlice(query, slice);
  return { total, rows: rows.map(toAuditRow) };
}

function toAuditRow(row: Row<'audit'>): AuditRow {
  const { beforeJson, afterJson, ...rest } = row;
  return { ...rest, before: parse(beforeJson), after: parse(afterJson) };
}

function parse(json: string | null): object | null {
  return json === null ? null : (JSON.parse(json) as object);
}
