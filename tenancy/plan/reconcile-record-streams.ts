import {
  createRecordStream,
  deleteRecordStream,
  EVERYTHING,
  listRecordStreams,
  openRecordStreamSecret,
  type RecordStreamRow,
  updateRecordStream,
} from '../store/index.ts';
import type { AccountState } from './account-state.ts';
import { compare, type FieldChange } from './change.ts';
import type { Session } from './session.ts';
import type { RecordStreamEntry } from './tenant-schema.ts';

type Path = readonly (string | number)[];

/** Where an account's call records go (F-119): a stream is known by its address; files are made over the API alone. */
export async function reconcileRecordStreams(session: Session, state: AccountState): Promise<void> {
  const entries = state.entry.record_streams;
  if (entries === undefined) return;
  const found = await listRecordStreams(session.context, { accountId: state.row.id }, EVERYTHING, null);
  const rows = new Map(found.rows.flatMap((row) => (row.url === null ? [] : [[row.url, row] as const])));
  for (const [at, entry] of entries.entries()) {
    const path = ['accounts', state.index, 'record_streams', at];
    await session.attempt(async () => {
      checkUrl(session, entry.url, path);
      const row = rows.get(entry.url);
      if (row === undefined) await create(session, state, entry, path);
      else await update(session, state, row, entry, path);
    });
    rows.delete(entry.url);
  }
  if (!session.prune) return;
  for (const row of rows.values()) {
    await deleteRecordStream(session.context, row.id, null);
    await note(session, state, 'delete', row, []);
  }
}

async function create(session: Session, state: AccountState, entry: RecordStreamEntry, path: Path): Promise<void> {
  const secret = readSecret(session, entry, path);
  if (secret === undefined) throw session.fault(path, 'needs a secret, by reference: {env: NAME} or {file: PATH}');
  const { url, status } = entry;
  const { row } = await createRecordStream(session.context, { accountId: state.row.id, url, secret });
  if (status === 'paused') await updateRecordStream(session.context, row.id, { url, status });
  await note(session, state, 'create', row, []);
}

async function update(
  session: Session,
  state: AccountState,
  row: RecordStreamRow,
  entry: RecordStreamEntry,
  path: Path,
): Promise<void> {
  const secret = readSecret(session, entry, path);
  const isOther = secret !== undefined && secret !== (await openRecordStreamSecret(session.context, row.id));
  const fields: FieldChange[] = compare({ status: [row.status, entry.status] });
  if (isOther) fields.push({ field: 'secret', from: 'the one before', to: 'another' });
  if (fields.length === 0) return;
  const change = { url: undefined, status: entry.status, ...(isOther ? { secret } : {}) };
  await updateRecordStream(session.context, row.id, change);
  await note(session, state, 'update', row, fields);
}

function readSecret(session: Session, entry: RecordStreamEntry, path: Path): string | undefined {
  if (entry.secret === undefined) return undefined;
  const secret = session.options.resolveSecret(entry.secret);
  if (secret !== undefined && secret !== '') return secret;
  throw session.fault([...path, 'secret'], `there is nothing at ${entry.secret.env ?? entry.secret.file}`);
}

function checkUrl(session: Session, text: string, path: Path): void {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isGood = url !== undefined && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
  if (!isGood) throw session.fault([...path, 'url'], 'must be an address like https://example.org/calls');
}

function note(
  session: Session,
  state: AccountState,
  action: 'create' | 'update' | 'delete',
  { id, url }: RecordStreamRow,
  fields: readonly FieldChange[],
): Promise<void> {
  const change = { action, resource: 'record_stream', account: state.row.name, name: url ?? '', id, fields } as const;
  return session.note(change, state.row.id);
}
