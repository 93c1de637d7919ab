import { sql } from 'kysely';
import { notFound } from '../../errors.ts';
import type { StoreContext } from '../open-store.ts';
import type { Row } from '../schema.ts';
import {
  checkVersion,
  type Found,
  found,
  given,
  matches,
  type Ref,
  readSlice,
  type Slice,
  type Stamped,
  single,
  stamps,
  type TextFilter,
  type Visible,
  within,
} from './common.ts';
import { newUuid } from './new-uuid.ts';

/** A person. A role is a set of scopes (admin/scopes.ts); how the person signs in is not kept here. */
export interface UserRow extends Stamped {
  readonly id: number;
  readonly uuid: string;
  /** `null`: one of the operator's people. */
  readonly accountId: number | null;
  readonly email: string;
  readonly name: string;
  readonly role: 'owner' | 'admin' | 'billing' | 'support' | 'read-only';
  readonly status: 'active' | 'suspended' | 'deleted';
}

export type NewUser = Pick<UserRow, 'accountId' | 'email' | 'name' | 'role'>;
export type UserPatch = Partial<Pick<UserRow, 'email' | 'name' | 'role'> & { readonly status: 'active' | 'suspended' }>;

export async function createUser(context: StoreContext, fields: NewUser): Promise<UserRow> {
  const now = context.clock.nowMs();
  const row = await context.db
    .insertInto('users')
    .values({
      ...fields,
      email: fields.email.toLowerCase(),
      uuid: newUuid('usr'),
      createdAtMs: now,
      updatedAtMs: now,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return toUserRow(row);
}

export async function findUser(context: StoreContext, ref: Ref, visible: Visible): Promise<UserRow | undefined> {
  const rows = await alive(context, visible).selectAll().where(matches(ref, 'users')).limit(2).execute();
  return single(rows.map(toUserRow));
}

export async function listUsers(
  context: StoreContext,
  slice: Slice,
  visible: Visible,
  { accountId, search }: TextFilter = {},
): Promise<Found<UserRow>> {
  let query = alive(context, visible).where(found(search, 'name', 'email'));
  if (accountId !== undefined) query = query.where('accountId', 'is', accountId);
  const { total, rows } = await readSlice(query, slice);
  return { total, rows: rows.map(toUserRow) };
}

export async function updateUser(
  context: StoreContext,
  ref: Ref,
  patch: UserPatch,
  visible: Visible,
  ifVersion?: number,
): Promise<UserRow> {
  const row = await getUser(context, ref, visible);
  checkVersion(row, ifVersion);
  const { email, ...rest } = patch;
  await context.db
    .updateTable('users')
    .set({ ...given({ ...rest, email: email?.toLowerCase() }), updatedAtMs: context.clock.nowMs() })
    .where('id', '=', row.id)
    .execute();
  return getUser(context, row.id, null);
}

/** The row stays for the audit log; the address may be used anew. */
export async function deleteUser(context: StoreContext, ref: Ref, visible: Visible): Promise<UserRow> {
  const row = await getUser(context, ref, visible);
  await context.db
    .updateTable('users')
    .set({ status: 'deleted', updatedAtMs: context.clock.nowMs() })
    .where('id', '=', row.id)
    .execute();
  return row;
}

async function getUser(context: StoreContext, ref: Ref, visible: Visible): Promise<UserRow> {
  const row = await findUser(context, ref, visible);
  if (row === undefined) throw notFound('user');
  return row;
}

function alive(context: StoreContext, visible: Visible) {
  return context.db
    .selectFrom('users')
    .where(sql<boolean>`status <> 'deleted'`)
    .where(within(visible, 'users.account_id'));
}

function toUserRow(row: Row<'users'>): UserRow {
  const { rowVersion, ...rest } = row;
  return { ...rest, ...stamps(row) };
}
