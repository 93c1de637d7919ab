import type { Destination } from '../../bus/index.ts';
import {
  createDid,
  type DidPatch,
  type DidRow,
  findDid,
  moveDid,
  type NewDid,
  releaseDid,
  updateDid,
} from '../store/index.ts';
import { type AccountState, nameDestination, resolveDestination } from './account-state.ts';
import { compare, compareEntry, type FieldChange } from './change.ts';
import type { Session } from './session.ts';
import type { DidEntry } from './tenant-schema.ts';

/** Numbers that another account of the file takes over are moved there, not released. */
export async function pruneDids(session: Session, state: AccountState): Promise<void> {
  if (!session.prune) return;
  for (const did of [...state.dids.values()]) {
    if (session.numbers.has(did.number)) continue;
    await releaseDid(session.context, did.id, null);
    state.dids.delete(did.number);
    session.rerouted.add(did.id);
    await session.note(
      { action: 'delete', resource: 'did', account: state.row.name, name: did.number, id: did.id, fields: [] },
      state.row.id,
    );
  }
}

export async function reconcileDids(
  session: Session,
  state: AccountState,
  states: readonly AccountState[],
): Promise<void> {
  const seen = new Set<string>();
  for (const [at, entry] of (state.entry.dids ?? []).entries()) {
    const path = ['accounts', state.index, 'dids', at];
    await session.attempt(async () => {
      if (seen.has(entry.number)) throw session.fault(path, 'this number is in the file twice');
      seen.add(entry.number);
      await reconcileDid(session, state, states, entry, path);
    });
    if (session.isTurnOver()) await session.rest();
  }
}

async function reconcileDid(
  session: Session,
  state: AccountState,
  states: readonly AccountState[],
  entry: DidEntry,
  path: Path,
): Promise<void> {
  const row = state.dids.get(entry.number) ?? takeOver(state, states, entry.number);
  const destination = destinationOf(session, state, entry, path);
  if (row === undefined) await create(session, state, entry, patchOf(entry, destination), path);
  else if (!isAsBefore(state, entry, row)) await change(session, state, entry, row, destination, path);
}

type Path = readonly (string | number)[];

/** What each field of an entry is called in a row. */
const COLUMNS = {
  status: 'status',
  country: 'country',
  type: 'type',
  city: 'city',
  notes: 'notes',
  sms_enabled: 'smsEnabled',
} as const satisfies Partial<Record<keyof DidEntry, keyof DidRow>>;

/** Most of a long file: that costs no turn of the event loop. */
function isAsBefore(state: AccountState, entry: DidEntry, row: DidRow): boolean {
  const { destination, block_size: size } = entry;
  if (row.accountId !== state.row.id || (size !== undefined && size !== row.blockSize)) return false;
  if (destination !== undefined) {
    if (!isThere(state, row.destination)) return false;
    if (compare({ destination: [nameDestination(state, row.destination), destination] }).length > 0) return false;
  }
  return compareEntry(COLUMNS, row, entry).length === 0;
}

async function create(
  session: Session,
  state: AccountState,
  entry: DidEntry,
  patch: DidPatch,
  path: Path,
): Promise<void> {
  const fields: NewDid = {
    ...patch,
    accountId: state.row.id,
    number: entry.number,
    ...(entry.block_size === undefined ? {} : { blockSize: entry.block_size }),
    activatedAtMs: session.context.clock.nowMs(),
  };
  const made = await session.at(path, () => createDid(session.context, fields));
  state.dids.set(made.number, made);
  const shown = compare({ destination: [undefined, entry.destination ?? undefined] });
  await session.note(
    { action: 'create', resource: 'did', account: state.row.name, name: made.number, id: made.id, fields: shown },
    state.row.id,
  );
}

async function change(
  session: Session,
  state: AccountState,
  entry: DidEntry,
  row: DidRow,
  destination: Destination | null | undefined,
  path: Path,
): Promise<void> {
  if (entry.block_size !== undefined && entry.block_size !== row.blockSize) {
    throw session.fault([...path, 'block_size'], `cannot change; it is ${row.blockSize}`);
  }
  const moved = row.accountId !== state.row.id;
  const fields = [
    ...compare({ account_id: [row.accountId, state.row.id] }),
    ...(await changedDestination(session, state, entry, row)),
    ...compareEntry(COLUMNS, row, entry),
  ];
  if (fields.length === 0) return;
  if (moved) await session.at(path, () => moveDid(session.context, row.id, state.row.id, null));
  const after = await session.at(path, () => updateDid(session.context, row.id, patchOf(entry, destination), null));
  state.dids.set(after.number, after);
  if (moved || fields.some((field) => field.field === 'destination' || field.field === 'status'))
    session.rerouted.add(row.id);
  await session.note(
    { action: 'update', resource: 'did', account: state.row.name, name: row.number, id: row.id, fields },
    state.row.id,
  );
}

async function changedDestination(
  session: Session,
  state: AccountState,
  entry: DidEntry,
  row: DidRow,
): Promise<readonly FieldChange[]> {
  if (entry.destination === undefined) return [];
  if (row.accountId !== state.row.id) return compare({ destination: [null, entry.destination] });
  const was = isThere(state, row.destination) ? row.destination : await destinationNow(session, row);
  return compare({ destination: [nameDestination(state, was), entry.destination] });
}

/** A trunk or group that this run has deleted has taken the destination with it. */
function isThere(state: AccountState, destination: Destination | null): boolean {
  if (destination === null) return true;
  if ('trunkId' in destination) return state.trunks.byId(destination.trunkId) !== undefined;
  return 'groupId' in destination ? state.groups.byId(destination.groupId) !== undefined : true;
}

async function destinationNow(session: Session, row: DidRow): Promise<Destination | null> {
  return (await findDid(session.context, row.id, null))?.destination ?? null;
}

/** A number of another account that is in the file too. */
function takeOver(state: AccountState, states: readonly AccountState[], number: string): DidRow | undefined {
  for (const other of states) {
    const row = other === state ? undefined : other.dids.get(number);
    if (row === undefined) continue;
    other.dids.delete(number);
    return row;
  }
  return undefined;
}

/** `undefined`: the file does not say. */
function destinationOf(
  session: Session,
  state: AccountState,
  entry: DidEntry,
  path: Path,
): Destination | null | undefined {
  const destination = entry.destination === undefined ? undefined : resolveDestination(state, entry.destination);
  if (typeof destination === 'string') throw session.fault([...path, 'destination'], destination);
  return destination;
}

function patchOf(entry: DidEntry, destination: Destination | null | undefined): DidPatch {
  const named = (Object.keys(COLUMNS) as (keyof typeof COLUMNS)[]).filter((field) => entry[field] !== undefined);
  const patch = Object.fromEntries(named.map((field) => [COLUMNS[field], entry[field]])) as DidPatch;
  return destination === undefined ? patch : { ...patch, destination };
}
