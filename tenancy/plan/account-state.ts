import type { Destination } from '../../bus/index.ts';
import {
  type AccountRow,
  type DidRow,
  EVERYTHING,
  type GroupRow,
  listDids,
  listGroups,
  listTrunks,
  type StoreContext,
  type TrunkRow,
} from '../store/index.ts';
import type { AccountEntry, DestinationEntry } from './tenant-schema.ts';

/** An account of the file, and what it has now; kept up to date while the run goes on. */
export interface AccountState {
  readonly index: number;
  readonly entry: AccountEntry;
  readonly row: AccountRow;
  /** By name. */
  readonly trunks: Map<string, TrunkRow>;
  readonly groups: Map<string, GroupRow>;
  /** By number. */
  readonly dids: Map<string, DidRow>;
}

export async function loadAccountState(
  context: StoreContext,
  index: number,
  entry: AccountEntry,
  row: AccountRow,
): Promise<AccountState> {
  const filter = { accountId: row.id };
  const trunks = await listTrunks(context, filter, EVERYTHING, null);
  const groups = await listGroups(context, filter, EVERYTHING, null);
  const dids = await listDids(context, filter, EVERYTHING, null);
  return {
    index,
    entry,
    row,
    trunks: new Map(trunks.rows.map((trunk) => [trunk.name, trunk])),
    groups: new Map(groups.rows.map((group) => [group.name, group])),
    dids: new Map(dids.rows.map((did) => [did.number, did])),
  };
}

/** The row that an entry means: by uuid if given, else by name, else by the name it had. */
export function findNamed<T extends { readonly uuid: string }>(
  rows: ReadonlyMap<string, T>,
  entry: { readonly uuid?: string; readonly name: string; readonly renamed_from?: string },
): T | undefined {
  if (entry.uuid !== undefined) return [...rows.values()].find((row) => row.uuid === entry.uuid);
  const row = rows.get(entry.name);
  return row ?? (entry.renamed_from === undefined ? undefined : rows.get(entry.renamed_from));
}

/** @returns a sentence instead when the name means nothing in the account */
export function resolveDestination(state: AccountState, entry: DestinationEntry | null): Destination | null | string {
  if (entry === null) return null;
  if (entry.uri !== undefined) return { kind: 'uri', uri: entry.uri };
  if (entry.reject !== undefined) return { kind: 'reject' };
  if (entry.account_default !== undefined) return { kind: 'account_default' };
  if (entry.trunk_group !== undefined) {
    const group = state.groups.get(entry.trunk_group);
    return group === undefined
      ? `the account has no trunk group "${entry.trunk_group}"`
      : { kind: 'trunk_group', groupId: group.id };
  }
  const name = entry.trunk ?? entry.extension ?? '';
  const kind = entry.trunk === undefined ? 'extension' : 'trunk';
  const trunk = state.trunks.get(name);
  if (trunk === undefined || (trunk.kind === 'extension') !== (kind === 'extension'))
    return `the account has no ${kind} "${name}"`;
  return { kind, trunkId: trunk.id };
}

/** As it is written in a file. */
export function nameDestination(
  state: Pick<AccountState, 'trunks' | 'groups'>,
  destination: Destination | null,
): DestinationEntry | null {
  if (destination === null) return null;
  if (destination.kind === 'uri') return { uri: destination.uri };
  if (destination.kind === 'reject') return { reject: true };
  if (destination.kind === 'account_default') return { account_default: true };
  if (destination.kind === 'trunk_group') return { trunk_group: nameOf(state.groups, destination.groupId) };
  return { [destination.kind]: nameOf(state.trunks, destination.trunkId) };
}

function nameOf(rows: ReadonlyMap<string, { readonly id: number; readonly name: string }>, id: number): string {
  for (const row of rows.values()) if (row.id === id) return row.name;
  return `#${id}`;
}
