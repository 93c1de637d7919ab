import type { DigestAlgorithm, DirectoryDelta, RealmRecord, RecordChanges } from '../../bus/index.ts';
import type { SecretBox } from '../secrets/index.ts';
import type { SqliteConnection } from '../store/index.ts';
import {
  loadAccounts,
  loadCarriers,
  loadDids,
  loadGroups,
  loadRealms,
  loadTrunks,
  type Which,
} from './load-records.ts';

/** What a delta needs beside the rows. */
export interface DeltaSource {
  readonly secrets: SecretBox;
  readonly platformRealm: string;
  /** What realms offer that set none of their own, the platform realm among them. */
  readonly algorithms: readonly DigestAlgorithm[];
}

/** Reads all rows, or those that changed, as a step of the directory. */
export function buildDelta(
  connection: SqliteConnection,
  { secrets, platformRealm, algorithms }: DeltaSource,
  version: number,
  changes: Changes | 'all' | 'all_but_shared',
): DirectoryDelta {
  const isFull = changes === 'all' || changes === 'all_but_shared';
  const which = (kind: string): Which => (isFull ? 'all' : (changes.ids.get(kind) ?? []));
  const shared = (kind: string): Which => (changes === 'all_but_shared' ? [] : which(kind));
  const realms = isFull ? 'all' : changes.realms;
  const own: RealmRecord = { realm: platformRealm, accountId: null, algorithms };
  const found = loadRealms(connection, realms, algorithms);
  return {
    version,
    reset: isFull,
    platformRealm,
    accounts: diff(which('account'), (ids) => loadAccounts(connection, ids)),
    realms: {
      upserts: isFull ? [own, ...found] : found,
      deletes: realms === 'all' ? [] : realms.filter((name) => found.every((realm) => realm.realm !== name)),
    },
    trunks: diff(shared('trunk'), (ids) => loadTrunks(connection, ids, secrets)),
    dids: diff(shared('did'), (ids) => loadDids(connection, ids)),
    groups: diff(which('group'), (ids) => loadGroups(connection, ids)),
    carriers: diff(which('carrier'), (ids) => loadCarriers(connection, ids, secrets)),
  };
}

/** Rows that changed, by kind. */
export interface Changes {
  readonly ids: ReadonlyMap<string, readonly number[]>;
  readonly realms: readonly string[];
}

/** Takes the notes out of the database; they come back if the transaction fails. */
export function readChanges(connection: SqliteConnection): Changes | undefined {
  const rows = connection.prepare('SELECT DISTINCT kind, key FROM directory_changes').all([]);
  if (rows.length === 0) return undefined;
  connection.exec('DELETE FROM directory_changes');
  const byKind = Map.groupBy(rows as { readonly kind: string; readonly key: number | string }[], (row) => row.kind);
  const ids = new Map<string, number[]>();
  for (const [kind, notes] of byKind)
    ids.set(
      kind,
      notes.map((note) => Number(note.key)),
    );
  return { ids, realms: (byKind.get('realm') ?? []).map((note) => String(note.key)) };
}

interface Identified {
  readonly id: number;
}

function diff<T extends Identified>(which: Which, load: (which: Which) => readonly T[]): RecordChanges<T> {
  if (which.length === 0) return { upserts: [], deletes: [] };
  const upserts = load(which);
  if (which === 'all') return { upserts, deletes: [] };
  const found = new Set(upserts.map((record) => record.id));
  return { upserts, deletes: which.filter((id) => !found.has(id)) };
}
