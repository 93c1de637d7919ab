import { createGroup, deleteGroup, type GroupMember, updateGroup } from '../store/index.ts';
import { type AccountState, findNamed } from './account-state.ts';
import { compare } from './change.ts';
import type { Session } from './session.ts';
import type { GroupEntry } from './tenant-schema.ts';

export async function reconcileGroups(session: Session, state: AccountState): Promise<void> {
  for (const [at, entry] of (state.entry.trunk_groups ?? []).entries())
    await session.attempt(() => reconcileGroup(session, state, entry, ['accounts', state.index, 'trunk_groups', at]));
}

async function reconcileGroup(
  session: Session,
  state: AccountState,
  entry: GroupEntry,
  path: readonly (string | number)[],
): Promise<void> {
  const row = findNamed(state.groups, entry);
  const members = entry.members === undefined ? undefined : resolveMembers(session, state, entry.members, path);
  const patch = {
    name: entry.name,
    ...(entry.strategy === undefined ? {} : { strategy: entry.strategy }),
    ...(members === undefined ? {} : { members }),
  };
  const change = { resource: 'trunk_group', account: state.row.name, name: entry.name } as const;
  if (row === undefined) {
    const made = await session.at(path, () => createGroup(session.context, { ...patch, accountId: state.row.id }));
    state.groups.put(made);
    await session.note({ ...change, action: 'create', id: made.id, fields: [] }, state.row.id);
    return;
  }
  const fields = compare({
    name: [row.name, entry.name],
    strategy: [row.strategy, entry.strategy],
    members: [row.members, members === undefined ? undefined : inOrder(members)],
  });
  if (fields.length === 0) return;
  const after = await session.at(path, () => updateGroup(session.context, row.id, patch, null));
  state.groups.put(after);
  await session.note({ ...change, action: 'update', id: row.id, fields }, state.row.id);
}

export async function pruneGroups(session: Session, state: AccountState): Promise<void> {
  if (!session.prune) return;
  const keep = new Set((state.entry.trunk_groups ?? []).map((entry) => findNamed(state.groups, entry)?.id));
  for (const group of state.groups.values()) {
    if (keep.has(group.id)) continue;
    for (const did of state.dids.values()) {
      if (did.destination?.kind === 'trunk_group' && did.destination.groupId === group.id) session.rerouted.add(did.id);
    }
    // The audit log looks up its uuid.
    await session.note(
      {
        action: 'delete',
        resource: 'trunk_group',
        account: state.row.name,
        name: group.name,
        id: group.id,
        fields: [],
      },
      state.row.id,
    );
    await deleteGroup(session.context, group.id, null);
    state.groups.remove(group);
  }
}

type Path = readonly (string | number)[];

function resolveMembers(
  session: Session,
  state: AccountState,
  members: NonNullable<GroupEntry['members']>,
  path: Path,
): readonly GroupMember[] {
  return members.map((member, at) => {
    const trunk = state.trunks.get(member.trunk);
    if (trunk === undefined)
      throw session.fault([...path, 'members', at], `the account has no trunk "${member.trunk}"`);
    return { trunkId: trunk.id, priority: member.priority ?? 1, weight: member.weight ?? 1 };
  });
}

/** As the store gives them back. */
function inOrder(members: readonly GroupMember[]): readonly GroupMember[] {
  return members.toSorted((a, b) => a.priority - b.priority);
}
