import type { Destination } from '../../bus/index.ts';
import {
  type AccountRow,
  allDidsOf,
  allTrunksOf,
  type DidRow,
  EVERYTHING,
  type GroupRow,
  listGroups,
  type StoreContext,
  type TrunkRow,
} from '../store/index.ts';
import { NamedRows } from './named-rows.ts';
import type { AccountEntry, DestinationEntry } from './tenant-schema.ts';

/** An account of the file, and what it has now; kept up to date while the run goes on. */
export interface AccountState {
  readonly index: number;
  readonly entry: AccountEntry;
  readonly row: AccountRow;
  readonly trunks: NamedRows<TrunkRow>;
  readonly groups: NamedRows<GroupRow>;
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
  const trunks = await allTrunksOf(context, row.id);
  const groups = await listGroups(context, filter, EVERYTHING, null);
  const dids = await allDidsOf(context, row.id);
  return {
    index,
    entry,
    row,
    trunks: new NamedRows(trunks),
    groups: new NamedRows(groups.rows),
    dids: new Map(dids.map((did) => [did.number, did])),
  };
}

/** The row that an entry means: by uuid if given, else by name, else by the name it had. */
export function findNamed<T extends { readonly id: number; readonly uuid: string; readonly name: string }>(
  rows: NamedRows<T>,
  entry: { readonly uuid?: string; readonly name: string; readonly renamed_from?: string },
): T | undefined {
  if (entry.uuid !== undefined) return rows.byUuid(entry.uuid);
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
  if (destination.kind === 'trunk_group')
    return { trunk_group: state.groups.byId(destination.groupId)?.name ?? `#${destination.groupId}` };
  return { [destination.kind]: state.trunks.byId(destination.trunkId)?.name ?? `#${destination.trunkId}` };
}
