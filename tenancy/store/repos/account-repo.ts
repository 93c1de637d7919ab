import { sql } from 'kysely';
import type { AccountRecord } from '../../../bus/index.ts';
import { notFound } from '../../errors.ts';
import type { StoreContext } from '../open-store.ts';
import type { Row } from '../schema.ts';
import {
  checkVersion,
  contains,
  type Found,
  flag,
  given,
  matches,
  pick,
  type Ref,
  readSlice,
  type Slice,
  type Stamped,
  single,
  stamps,
  type Visible,
  within,
} from './common.ts';
import { fromDestinationColumns, toDestinationColumns } from './destination.ts';
import { newUuid } from './new-uuid.ts';
import { checkCallTarget, checkE164, checkTimezone } from './validate.ts';

export interface AccountRow extends AccountRecord, Stamped {
  readonly brandName: string | null;
  readonly brandDomain: string | null;
  readonly timezone: string | null;
  readonly language: string | null;
  readonly voiceGender: 'male' | 'female' | null;
  readonly bulk: boolean;
  readonly notes: string;
}

/** All that may be written; what is left out keeps its value, or is inherited. */
export type AccountFields = Partial<Omit<AccountRow, 'id' | 'uuid' | 'name' | keyof Stamped>>;
export type NewAccount = AccountFields & { readonly name: string; readonly id?: number };
export type AccountPatch = AccountFields & { readonly name?: string };

export interface AccountFilter {
  readonly parentId?: number | null;
  readonly status?: AccountRow['status'];
  /** Part of the name. */
  readonly search?: string;
}

export async function createAccount(context: StoreContext, fields: NewAccount): Promise<AccountRow> {
  const now = context.clock.nowMs();
  const row = await context.db
    .insertInto('accounts')
    .values({
      ...EMPTY,
      ...columns(context, fields),
      ...(fields.id === undefined ? {} : { id: fields.id }),
      name: fields.name,
      uuid: newUuid('acc'),
      createdAtMs: now,
      updatedAtMs: now,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return toAccountRow(row);
}

export async function findAccount(context: StoreContext, ref: Ref, visible: Visible): Promise<AccountRow | undefined> {
  const rows = await context.db
    .selectFrom('accounts')
    .selectAll()
    .where(matches(ref, 'accounts'))
    .where(within(visible, 'accounts.id'))
    .limit(2)
    .execute();
  return single(rows.map(toAccountRow));
}

/** @throws TenancyError `not_found`, for foreign accounts as for unknown ones */
export async function getAccount(context: StoreContext, ref: Ref, visible: Visible): Promise<AccountRow> {
  const row = await findAccount(context, ref, visible);
  if (row === undefined) throw notFound('account');
  return row;
}

export async function listAccounts(
  context: StoreContext,
  filter: AccountFilter,
  slice: Slice,
  visible: Visible,
): Promise<Found<AccountRow>> {
  let query = context.db.selectFrom('accounts').where(within(visible, 'accounts.id'));
  if (filter.parentId !== undefined) query = query.where('parentId', 'is', filter.parentId);
  if (filter.status !== undefined) query = query.where('status', '=', filter.status);
  if (filter.search !== undefined) query = query.where(sql<boolean>`name LIKE ${contains(filter.search)} ESCAPE '\\'`);
  const { total, rows } = await readSlice(query, slice);
  return { total, rows: rows.map(toAccountRow) };
}

/**
 * Changes an account; also moves it (`parentId`), suspends and closes it (`status`). A caller cannot move an
 * account below one it does not see.
 */
export async function updateAccount(
  context: StoreContext,
  ref: Ref,
  patch: AccountPatch,
  visible: Visible,
  ifVersion?: number,
): Promise<AccountRow> {
  const row = await getAccount(context, ref, visible);
  checkVersion(row, ifVersion);
  if (patch.parentId !== undefined && patch.parentId !== row.parentId) {
    if (patch.parentId === null ? visible !== null : visible !== null && !visible.has(patch.parentId)) {
      throw notFound('account');
    }
  }
  await context.db
    .updateTable('accounts')
    .set({ ...columns(context, patch), name: patch.name, updatedAtMs: context.clock.nowMs() })
    .where('id', '=', row.id)
    .execute();
  return getAccount(context, row.id, null);
}

/** The account and every account below it: what its keys may see. */
export async function visibleFrom(context: StoreContext, accountId: number): Promise<ReadonlySet<number>> {
  const { rows } = await sql<{ id: number }>`
    WITH RECURSIVE below (id) AS (SELECT id FROM accounts WHERE id = ${accountId}
      UNION SELECT a.id FROM accounts a JOIN below ON a.parent_id = below.id) SELECT id FROM below`.execute(context.db);
  return new Set(rows.map((row) => row.id));
}

/** The account itself first, then its parent, up to the root. */
export async function accountChain(context: StoreContext, accountId: number): Promise<readonly AccountRow[]> {
  const chain: AccountRow[] = [];
  let next: number | null = accountId;
  while (next !== null) {
    const row: AccountRow | undefined = await findAccount(context, next, null);
    if (row === undefined) break;
    chain.push(row);
    next = row.parentId;
  }
  return chain;
}

const EMPTY = {
  parentId: null,
  brandName: null,
  brandDomain: null,
  timezone: null,
  language: null,
  voiceGender: null,
  defaultCidNumber: null,
  didDefaultDestKind: null,
  didDefaultDestId: null,
  didDefaultDestUri: null,
  maxIn: null,
  maxOut: null,
  maxDialer: null,
  country: null,
} as const;

/** Fields of a patch that are columns as they stand. */
const WRITTEN_AS_SAID = [
  'parentId',
  'status',
  'brandName',
  'brandDomain',
  'timezone',
  'language',
  'voiceGender',
  'defaultCidNumber',
  'maxIn',
  'maxOut',
  'maxDialer',
  'country',
  'notes',
] as const;

function columns(context: StoreContext, fields: AccountPatch) {
  if (fields.didDefaultDest?.kind === 'uri') {
    checkCallTarget(context, 'did_default_dest.uri', fields.didDefaultDest.uri);
  }
  if (typeof fields.defaultCidNumber === 'string') checkE164('default_cid_number', fields.defaultCidNumber);
  if (typeof fields.timezone === 'string') checkTimezone('timezone', fields.timezone);
  const { didDefaultDest, isReseller, bulk } = fields;
  const dest = didDefaultDest === undefined ? undefined : toDestinationColumns(didDefaultDest);
  return {
    ...given(pick(fields, WRITTEN_AS_SAID)),
    ...(isReseller === undefined ? {} : { isReseller: flag(isReseller) }),
    ...(bulk === undefined ? {} : { bulk: flag(bulk) }),
    ...(dest === undefined
      ? {}
      : { didDefaultDestKind: dest.destKind, didDefaultDestId: dest.destId, didDefaultDestUri: dest.destUri }),
  };
}

export function toAccountRow(row: Row<'accounts'>): AccountRow {
  const { didDefaultDestKind, didDefaultDestId, didDefaultDestUri, isReseller, bulk, rowVersion, ...rest } = row;
  return {
    ...rest,
    ...stamps(row),
    isReseller: isReseller === 1,
    bulk: bulk === 1,
    didDefaultDest: fromDestinationColumns({
      destKind: didDefaultDestKind,
      destId: didDefaultDestId,
      destUri: didDefaultDestUri,
    }),
  };
}
