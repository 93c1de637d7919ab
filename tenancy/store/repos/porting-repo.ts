import { sql } from 'kysely';
import { notFound } from '../../errors.ts';
import type { StoreContext } from '../open-store.ts';
import type { Row } from '../schema.ts';
import { type Found, matches, type Ref, readSlice, type Slice, single, type Visible, within } from './common.ts';
import { newUuid } from './new-uuid.ts';

/** An order to bring numbers over from another provider. */
export interface PortingRow extends Omit<Row<'portingOrders'>, 'numbers'> {
  readonly numbers: readonly string[];
}

export interface NewPorting
  extends Pick<
    PortingRow,
    'accountId' | 'numbers' | 'currentProvider' | 'accountReference' | 'trunkId' | 'earliestMs'
  > {
  /** What the provider asks of whoever takes a number away; kept sealed. */
  readonly pin: string | null;
}

/** Those that nothing has come of yet. */
const OPEN = ['submitted', 'accepted'] as const;

/** Call it within `store.write`. */
export async function createPorting(
  context: StoreContext,
  { pin, numbers, ...order }: NewPorting,
): Promise<PortingRow> {
  const now = context.clock.nowMs();
  const uuid = newUuid('prt');
  const pinSealed = pin === null ? null : context.secrets.seal(pin, `porting:${uuid}`);
  const row = await context.db
    .insertInto('portingOrders')
    .values({
      ...order,
      ...{ uuid, numbers: JSON.stringify(numbers), pinSealed, portsAtMs: null, reason: null, decidedBy: null },
      ...{ dueAtMs: now, createdAtMs: now, updatedAtMs: now },
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return toPorting(row);
}

export function pinOf(context: Pick<StoreContext, 'secrets'>, { uuid, pinSealed }: PortingRow): string | null {
  return pinSealed === null ? null : context.secrets.open(pinSealed, `porting:${uuid}`);
}

/** @throws TenancyError `not_found`, for foreign orders as for unknown ones */
export async function getPorting(context: StoreContext, ref: Ref, visible: Visible): Promise<PortingRow> {
  const query = context.db.selectFrom('portingOrders').where(within(visible, 'account_id'));
  const row = single(await query.selectAll().where(matches(ref, 'porting_orders')).limit(2).execute());
  if (row === undefined) throw notFound('porting order');
  return toPorting(row);
}

export async function listPortings(
  context: StoreContext,
  filter: { readonly accountId?: number | undefined; readonly status?: PortingRow['status'] | undefined },
  slice: Slice,
  visible: Visible,
): Promise<Found<PortingRow>> {
  let query = context.db.selectFrom('portingOrders').where(within(visible, 'account_id'));
  if (filter.accountId !== undefined) query = query.where('accountId', '=', filter.accountId);
  if (filter.status !== undefined) query = query.where('status', '=', filter.status);
  const { total, rows } = await readSlice(query, slice);
  return { total, rows: rows.map(toPorting) };
}

/** Those of the numbers that are on their way here already. */
export async function numbersInPorting(context: StoreContext, numbers: readonly string[]): Promise<readonly string[]> {
  const { rows } = await sql<{ readonly number: string }>`SELECT json_each.value AS number
    FROM porting_orders, json_each(porting_orders.numbers)
    WHERE status IN ('submitted', 'accepted')
      AND json_each.value IN (SELECT value FROM json_each(${JSON.stringify(numbers)}))`.execute(context.db);
  return rows.map(({ number }) => number);
}

/** Those that the carrier is to be asked about now, the longest waiting first. */
export async function duePortings(context: StoreContext, limit: number): Promise<readonly PortingRow[]> {
  const rows = await context.db
    .selectFrom('portingOrders')
    .selectAll()
    .where('status', 'in', OPEN)
    .where('dueAtMs', '<=', context.clock.nowMs())
    .orderBy('dueAtMs')
    .limit(limit)
    .execute();
  return rows.map(toPorting);
}

export function isOpenPorting({ status }: Pick<PortingRow, 'status'>): boolean {
  return status === 'submitted' || status === 'accepted';
}

export async function updatePorting(
  context: StoreContext,
  id: number,
  change: Partial<Pick<PortingRow, 'status' | 'reason' | 'decidedBy' | 'portsAtMs' | 'attempts' | 'dueAtMs'>>,
): Promise<PortingRow> {
  const row = await context.db
    .updateTable('portingOrders')
    .set({ ...change, updatedAtMs: context.clock.nowMs() })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow();
  return toPorting(row);
}

function toPorting(row: Row<'portingOrders'>): PortingRow {
  return { ...row, numbers: JSON.parse(row.numbers) as string[] };
}
