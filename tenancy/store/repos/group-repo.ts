import type { TrunkGroupRecord } from '../../../bus/index.ts';
import { notFound } from '../../errors.ts';
import type { StoreContext } from '../open-store.ts';
import type { Row } from '../schema.ts';
import {
  anyOf,
  checkVersion,
  type Found,
  found,
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

export type GroupRow = TrunkGroupRecord & Stamped;
export type GroupMember = TrunkGroupRecord['members'][number];

export interface GroupPatch {
  readonly name?: string;
  readonly strategy?: GroupRow['strategy'];
  /** Replaces all members. */
  readonly members?: readonly GroupMember[];
}

export interface NewGroup extends GroupPatch {
  readonly accountId: number;
  readonly name: string;
}

/** Call it within `store.write`. */
export async function createGroup(context: StoreContext, fields: NewGroup): Promise<GroupRow> {
  const now = context.clock.nowMs();
  const row = await context.db
    .insertInto('trunkGroups')
    .values({
      uuid: newUuid('tgr'),
      accountId: fields.accountId,
      name: fields.name,
      strategy: fields.strategy ?? 'priority',
      createdAtMs: now,
      updatedAtMs: now,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  await replaceMembers(context, row, fields.members ?? []);
  return withMembers(context, [row]).then(([group]) => group ?? Promise.reject(notFound('trunk group')));
}

export async function findGroup(context: StoreContext, ref: Ref, visible: Visible): Promise<GroupRow | undefined> {
  const rows = await context.db
    .selectFrom('trunkGroups')
    .selectAll()
    .where(matches(ref, 'trunk_groups'))
    .where(within(visible, 'trunk_groups.account_id'))
    .limit(2)
    .execute();
  return single(await withMembers(context, rows));
}

export async function getGroup(context: StoreContext, ref: Ref, visible: Visible): Promise<GroupRow> {
  const row = await findGroup(context, ref, visible);
  if (row === undefined) throw notFound('trunk group');
  return row;
}

export async function listGroups(
  context: StoreContext,
  { accountId, search }: TextFilter,
  slice: Slice,
  visible: Visible,
): Promise<Found<GroupRow>> {
  let query = context.db.selectFrom('trunkGroups').where(within(visible, 'trunk_groups.account_id'));
  query = query.where(found(search, 'name'));
  if (accountId !== undefined) query = query.where('accountId', 'is', accountId);
  const { total, rows } = await readSlice(query, slice);
  return { total, rows: await withMembers(context, rows) };
}

/** Call it within `store.write`. */
export async function updateGroup(
  context: StoreContext,
  ref: Ref,
  patch: GroupPatch,
  visible: Visible,
  ifVersion?: number,
): Promise<GroupRow> {
  const row = await getGroup(context, ref, visible);
  checkVersion(row, ifVersion);
  await context.db
    .updateTable('trunkGroups')
    .set({
      ...(patch.name === undefined ? {} : { name: patch.name }),
      ...(patch.strategy === undefined ? {} : { strategy: patch.strategy }),
      updatedAtMs: context.clock.nowMs(),
    })
    .where('id', '=', row.id)
    .execute();
  if (patch.members !== undefined) await replaceMembers(context, row, patch.members);
  return getGroup(context, row.id, null);
}

/** Numbers that led to it are unassigned. */
export async function deleteGroup(context: StoreContext, ref: Ref, visible: Visible): Promise<GroupRow> {
  const row = await getGroup(context, ref, visible);
  await context.db.deleteFrom('trunkGroups').where('id', '=', row.id).execute();
  return row;
}

async function replaceMembers(
  context: StoreContext,
  group: { readonly id: number; readonly accountId: number },
  members: readonly GroupMember[],
): Promise<void> {
  await context.db.deleteFrom('trunkGroupMembers').where('groupId', '=', group.id).execute();
  for (const { trunkId, priority, weight } of members) {
    await context.db
      .insertInto('trunkGroupMembers')
      .values({ groupId: group.id, accountId: group.accountId, trunkId, priority, weight })
      .execute();
  }
}

/** Puts the members to groups, in the order they are tried. */
export async function withMembers(context: StoreContext, rows: readonly Row<'trunkGroups'>[]): Promise<GroupRow[]> {
  if (rows.length === 0) return [];
  const ids = rows.map((row) => row.id);
  const members = await context.db
    .selectFrom('trunkGroupMembers')
    .select(['groupId', 'trunkId', 'priority', 'weight'])
    .where(anyOf('trunk_group_members.group_id', ids))
    .orderBy('priority')
    .orderBy('id')
    .execute();
  const byGroup = Map.groupBy(members, (member) => member.groupId);
  return rows.map((row) => ({
    id: row.id,
    uuid: row.uuid,
    accountId: row.accountId,
    name: row.name,
    strategy: row.strategy,
    members: (byGroup.get(row.id) ?? []).map(({ trunkId, priority, weight }) => ({ trunkId, priority, weight })),
    ...stamps(row),
  }));
}
