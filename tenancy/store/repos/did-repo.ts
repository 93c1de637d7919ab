import { type SelectQueryBuilder, sql } from 'kysely';
import type { Destination } from '../../../bus/index.ts';
import { invalid, notFound } from '../../errors.ts';
import type { StoreContext } from '../open-store.ts';
import type { Row, Tables } from '../schema.ts';
import {
  checkVersion,
  contains,
  type Found,
  flag,
  given,
  matches,
  pick,
  type Ref,
  readAllOf,
  readSlice,
  type Slice,
  type Stamped,
  single,
  type Visible,
  within,
} from './common.ts';
import { toDestinationColumns } from './destination.ts';
import { type NumberEvent, tellOfNumber } from './did-events.ts';
import { DID_COLUMNS, type DidRow, toDidRow } from './did-rows.ts';
import { newUuid } from './new-uuid.ts';
import { removeRoutingPolicy } from './routing-policy-repo.ts';
import { checkCallTarget, checkE164 } from './validate.ts';

export type DidPatch = Partial<Omit<DidRow, 'id' | 'uuid' | 'accountId' | 'number' | 'blockSize' | keyof Stamped>>;

export interface NewDid extends DidPatch {
  readonly accountId: number;
  readonly number: string;
  readonly blockSize?: number;
  readonly id?: number;
}

export interface DidFilter {
  readonly accountId?: number;
  readonly trunkId?: number;
  readonly status?: DidRow['status'];
  readonly assigned?: boolean;
  /** Part of the number or of the notes. */
  readonly search?: string;
}

export async function createDid(context: StoreContext, fields: NewDid): Promise<DidRow> {
  checkE164('number', fields.number);
  const now = context.clock.nowMs();
  const row = await context.db
    .insertInto('dids')
    .values({
      ...EMPTY,
      ...columns(context, fields),
      ...(fields.id === undefined ? {} : { id: fields.id }),
      uuid: newUuid('did'),
      accountId: fields.accountId,
      number: fields.number,
      blockSize: fields.blockSize ?? 1,
      createdAtMs: now,
      updatedAtMs: now,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return toDidRow(row);
}

/** By id, uuid, or the number itself (of a block its first). */
export async function findDid(context: StoreContext, ref: Ref, visible: Visible): Promise<DidRow | undefined> {
  const query = alive(context, visible).selectAll();
  const byNumber = typeof ref === 'string' && ref.startsWith('+');
  const rows = await (byNumber
    ? query.where('firstNum', '=', Number(ref.slice(1))).where('number', '=', ref)
    : query.where(matches(ref, 'dids'))
  )
    .limit(2)
    .execute();
  return single(rows.map(toDidRow));
}

/** Those of the numbers that were not released, in the order of the ids. */
export async function didsById(context: StoreContext, ids: readonly number[]): Promise<readonly DidRow[]> {
  const rows = await alive(context, null)
    .selectAll()
    .where(sql<boolean>`dids.id IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`)
    .execute();
  const byId = new Map(rows.map((row) => [row.id, toDidRow(row)]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

/** @throws TenancyError `not_found`, for foreign numbers as for unknown ones */
export async function getDid(context: StoreContext, ref: Ref, visible: Visible): Promise<DidRow> {
  const row = await findDid(context, ref, visible);
  if (row === undefined) throw notFound('number');
  return row;
}

export async function listDids(
  context: StoreContext,
  filter: DidFilter,
  slice: Slice,
  visible: Visible,
): Promise<Found<DidRow>> {
  let query = alive(context, visible);
  if (filter.accountId !== undefined) query = query.where('accountId', '=', filter.accountId);
  if (filter.status !== undefined) query = query.where('status', '=', filter.status);
  if (filter.trunkId !== undefined)
    query = query.where('destKind', 'in', ['trunk', 'extension']).where('destId', '=', filter.trunkId);
  if (filter.assigned !== undefined) query = query.where('destKind', filter.assigned ? 'is not' : 'is', null);
  if (filter.search !== undefined) {
    const like = contains(filter.search);
    query = query.where(sql<boolean>`(number LIKE ${like} ESCAPE '\\' OR notes LIKE ${like} ESCAPE '\\')`);
  }
  const { total, rows } = await readSlice(query, slice);
  return { total, rows: rows.map(toDidRow) };
}

/** Every number of an account. */
export async function allDidsOf(context: StoreContext, accountId: number): Promise<readonly DidRow[]> {
  const rows = await readAllOf(context, 'dids', DID_COLUMNS, accountId, sql<boolean>`status <> 'released'`);
  return rows.map(toDidRow);
}

export async function updateDid(
  context: StoreContext,
  ref: Ref,
  patch: DidPatch,
  visible: Visible,
  ifVersion?: number,
): Promise<DidRow> {
  const row = await getDid(context, ref, visible);
  checkVersion(row, ifVersion);
  if (patch.status === 'released') throw invalid('status', 'release the number instead');
  const now = context.clock.nowMs();
  const turned = patch.status !== undefined && patch.status !== row.status ? turn(patch.status, row, now) : {};
  await context.db
    .updateTable('dids')
    .set({ ...columns(context, { ...turned, ...patch }), updatedAtMs: now })
    .where('id', '=', row.id)
    .execute();
  const changed = await getDid(context, row.id, null);
  const event = STATUS_EVENTS[changed.status];
  if (changed.status !== row.status && event !== undefined) await tellOfNumber(context, event, changed);
  return changed;
}

/** Where calls to the number go; `null` leaves it to the defaults up the tree (A27). */
export function assignDid(
  context: StoreContext,
  ref: Ref,
  destination: Destination | null,
  visible: Visible,
  ifVersion?: number,
): Promise<DidRow> {
  return updateDid(context, ref, { destination }, visible, ifVersion);
}

/** Hands the number to another account that the caller sees; it arrives unassigned. */
export async function moveDid(context: StoreContext, ref: Ref, accountId: number, visible: Visible): Promise<DidRow> {
  const row = await getDid(context, ref, visible);
  if (visible !== null && !visible.has(accountId)) throw notFound('account');
  await context.db
    .updateTable('dids')
    .set({ ...toDestinationColumns(null), accountId, updatedAtMs: context.clock.nowMs() })
    .where('id', '=', row.id)
    .execute();
  return getDid(context, row.id, null);
}

/** What else changes with the status. */
function turn(status: DidRow['status'], row: DidRow, now: number): DidPatch {
  if (status === 'active') return { activatedAtMs: row.activatedAtMs ?? now, suspendedAtMs: null, suspendReason: null };
  return status === 'suspended' ? { suspendedAtMs: now } : {};
}

const STATUS_EVENTS: Partial<Record<DidRow['status'], NumberEvent>> = {
  active: 'number.activated',
  suspended: 'number.suspended',
};

/**
 * The number goes, and the world is told; its row stays for the records that name it. It is written down that the
 * carrier is to take it back, whoever releases it.
 */
export async function releaseDid(context: StoreContext, ref: Ref, visible: Visible): Promise<DidRow> {
  const row = await getDid(context, ref, visible);
  const now = context.clock.nowMs();
  await tellOfNumber(context, 'number.released', row);
  await removeRoutingPolicy(context, 'did', row.id);
  await context.db
    .updateTable('dids')
    .set({ status: 'released', releasedAtMs: now, renewsAtMs: null, updatedAtMs: now })
    .where('id', '=', row.id)
    .execute();
  const reference = (await orderReference(context, row)) ?? `release-${row.uuid}`;
  await context.db
    .insertInto('carrierReleases')
    .values({ didId: row.id, number: row.number, reference, reason: null, dueAtMs: now })
    .execute();
  return row;
}

/** By what it was bought: the carrier knows it by that. */
async function orderReference(context: StoreContext, { orderItemId }: DidRow): Promise<string | undefined> {
  if (orderItemId === null) return undefined;
  const row = await context.db
    .selectFrom('orderItems')
    .innerJoin('carrierOrders', 'carrierOrders.orderId', 'orderItems.orderId')
    .select('carrierOrders.reference')
    .where('orderItems.id', '=', orderItemId)
    .executeTakeFirst();
  return row?.reference;
}

const EMPTY = {
  country: null,
  type: null,
  city: null,
  destKind: null,
  destId: null,
  destUri: null,
  orderItemId: null,
  activatedAtMs: null,
  renewsAtMs: null,
  releasedAtMs: null,
  suspendedAtMs: null,
  suspendReason: null,
  remindedDays: null,
} as const;

function alive(context: StoreContext, visible: Visible): SelectQueryBuilder<Tables, 'dids', object> {
  return context.db
    .selectFrom('dids')
    .where(sql<boolean>`status <> 'released'`)
    .where(within(visible, 'dids.account_id'));
}

type Columns = Partial<
  Omit<Row<'dids'>, 'id' | 'uuid' | 'accountId' | 'number' | 'blockSize' | 'firstNum' | 'lastNum'>
>;

/** Fields of a patch that are columns as they stand. */
const WRITTEN_AS_SAID = [
  'status',
  'country',
  'type',
  'city',
  'notes',
  'setupFeeMicros',
  'monthlyRateMicros',
  'currency',
  'orderItemId',
  'activatedAtMs',
  'renewsAtMs',
  'suspendedAtMs',
  'suspendReason',
  'remindedDays',
] as const;

function columns(context: StoreContext, patch: DidPatch): Columns {
  if (patch.destination?.kind === 'uri') checkCallTarget(context, 'destination.uri', patch.destination.uri);
  const flags = { smsEnabled: flag(patch.smsEnabled), requiresRegulatory: flag(patch.requiresRegulatory) };
  const dest = patch.destination === undefined ? {} : toDestinationColumns(patch.destination);
  return given({ ...pick(patch, WRITTEN_AS_SAID), ...flags, ...dest }) as Columns;
}
