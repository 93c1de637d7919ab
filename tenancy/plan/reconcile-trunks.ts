import type { StoredPolicy } from '../policies/index.ts';
import {
  createTrunk,
  deleteTrunk,
  type NewTrunk,
  regenerateCredentials,
  type TrunkPatch,
  type TrunkRow,
  trunkHasPassword,
  updateRoutingPolicy,
  updateTrunk,
} from '../store/index.ts';
import { type AccountState, findNamed } from './account-state.ts';
import { compare, compareEntry, type FieldChange } from './change.ts';
import type { Session } from './session.ts';
import type { TrunkEntry } from './tenant-schema.ts';

/** What the file no longer has goes first: its names may be taken anew. */
export async function pruneTrunks(session: Session, state: AccountState): Promise<void> {
  if (!session.prune) return;
  const keep = new Set((state.entry.trunks ?? []).map((entry) => findNamed(state.trunks, entry)?.id));
  for (const trunk of state.trunks.values()) {
    if (keep.has(trunk.id)) continue;
    for (const did of state.dids.values()) {
      if (did.destination !== null && 'trunkId' in did.destination && did.destination.trunkId === trunk.id)
        session.rerouted.add(did.id);
    }
    session.unbound.add(trunk.id);
    await session.at(['accounts', state.index], () => deleteTrunk(session.context, trunk.id, null));
    state.trunks.remove(trunk);
    await session.note(
      { action: 'delete', resource: 'trunk', account: state.row.name, name: trunk.name, id: trunk.id, fields: [] },
      state.row.id,
    );
  }
}

export async function reconcileTrunks(session: Session, state: AccountState): Promise<void> {
  const seen = new Set<number>();
  for (const [at, entry] of (state.entry.trunks ?? []).entries()) {
    await session.attempt(() => reconcileTrunk(session, state, entry, seen, ['accounts', state.index, 'trunks', at]));
    if (session.isTurnOver()) await session.rest();
  }
}

async function reconcileTrunk(
  session: Session,
  state: AccountState,
  entry: TrunkEntry,
  seen: Set<number>,
  path: Path,
): Promise<void> {
  const row = findNamed(state.trunks, entry);
  if (row !== undefined && seen.has(row.id)) throw session.fault(path, 'this trunk is in the file twice');
  if (row === undefined && entry.uuid !== undefined)
    throw session.fault([...path, 'uuid'], 'the account has no trunk with that uuid');
  // Most of a long file is as it was: that costs no turn of the event loop.
  const after = row !== undefined && isAsBefore(entry, row) ? row : await put(session, state, entry, row, path);
  if (after !== row) state.trunks.put(after);
  seen.add(after.id);
}

type Path = readonly (string | number)[];

/** What each field of an entry is called in a row. */
const COLUMNS = {
  name: 'name',
  auth_type: 'authType',
  status: 'status',
  max_in: 'maxIn',
  max_out: 'maxOut',
  max_dialer: 'maxDialer',
  max_contacts: 'maxContacts',
  contact_policy: 'contactPolicy',
  ruri_mode: 'ruriMode',
  profile: 'profile',
  allow_no_qop: 'allowNoQop',
  sources: 'sources',
  ip_target: 'ipTarget',
  country: 'country',
  notes: 'notes',
} as const satisfies Partial<Record<keyof TrunkEntry, keyof TrunkRow>>;

function isAsBefore(entry: TrunkEntry, row: TrunkRow): boolean {
  const { kind, realm, username, password } = entry;
  if (password !== undefined || (kind !== undefined && kind !== row.kind)) return false;
  if ((realm !== undefined && realm !== row.realm) || (username !== undefined && username !== row.username))
    return false;
  return compareEntry(COLUMNS, row, entry).length === 0;
}

function put(
  session: Session,
  state: AccountState,
  entry: TrunkEntry,
  row: TrunkRow | undefined,
  path: Path,
): Promise<TrunkRow> {
  return row === undefined ? create(session, state, entry, path) : change(session, state, entry, row, path);
}

async function create(session: Session, state: AccountState, entry: TrunkEntry, path: Path): Promise<TrunkRow> {
  const given = readPassword(session, entry, path);
  const fields: NewTrunk = {
    ...patchOf(entry),
    accountId: state.row.id,
    name: entry.name,
    mayChooseUsername: session.options.visible === null,
    needsVerifiedDomain: session.options.checksDomains === true,
    ...(entry.kind === undefined ? {} : { kind: entry.kind }),
    ...(entry.realm === undefined ? {} : { realm: entry.realm }),
    ...(entry.username === undefined ? {} : { username: entry.username }),
    ...(given === undefined ? {} : { password: given }),
    ...subjectsOf(entry),
  };
  // What was set before is read first: the subjects are told as a change of its policy.
  await session.policies();
  const { trunk, password } = await session.at(path, () => createTrunk(session.context, fields));
  if (given === undefined && trunk.authType !== 'ip') tell(session, state, trunk, password);
  await session.note(
    { action: 'create', resource: 'trunk', account: state.row.name, name: trunk.name, id: trunk.id, fields: [] },
    state.row.id,
  );
  return trunk;
}

async function change(
  session: Session,
  state: AccountState,
  entry: TrunkEntry,
  row: TrunkRow,
  path: Path,
): Promise<TrunkRow> {
  if (entry.kind !== undefined && entry.kind !== row.kind)
    throw session.fault([...path, 'kind'], `cannot change; it is ${row.kind}`);
  const fields = compareEntry(COLUMNS, row, entry).filter((field) => !isSelfMade(field));
  const identity = await changeIdentity(session, state, entry, row, path);
  let after = identity.row;
  if (fields.length > 0) {
    const patch = { ...patchOf(entry), name: entry.name };
    if (row.status === 'provisioning' && patch.status === 'active') delete (patch as { status?: string }).status;
    await setSubjects(session, entry, row, path);
    after = await session.at(path, () => updateTrunk(session.context, row.id, patch, null));
  }
  if (entry.status === 'suspended' && row.status !== 'suspended') session.unbound.add(row.id);
  const all = [...fields, ...identity.fields];
  if (all.length === 0) return row;
  await session.note(
    { action: 'update', resource: 'trunk', account: state.row.name, name: row.name, id: row.id, fields: all },
    state.row.id,
  );
  return after;
}

/** A new trunk becomes active by itself when its PBX registers. */
function isSelfMade({ field, from, to }: FieldChange): boolean {
  return field === 'status' && from === 'provisioning' && to === 'active';
}

function subjectsOf(entry: TrunkEntry): { readonly tlsSubjects?: readonly string[] } {
  const { tls_subjects: subjects } = (entry.routing ?? {}) as Pick<StoredPolicy, 'tls_subjects'>;
  return subjects === undefined ? {} : { tlsSubjects: subjects };
}

/** Names of certificates come before the addresses that they stand for go (F-128); `reconcilePolicies` tells of them. */
async function setSubjects(session: Session, entry: TrunkEntry, row: TrunkRow, path: Path): Promise<void> {
  const { tlsSubjects = [] } = subjectsOf(entry);
  if (tlsSubjects.length === 0) return;
  await session.policies();
  await session.at([...path, 'routing'], () =>
    updateRoutingPolicy(session.context, 'trunk', row.id, { tls_subjects: [...tlsSubjects] }),
  );
}

/** User name, realm and password: what changes here makes the PBX register anew. */
async function changeIdentity(
  session: Session,
  state: AccountState,
  entry: TrunkEntry,
  row: TrunkRow,
  path: Path,
): Promise<{ readonly row: TrunkRow; readonly fields: readonly FieldChange[] }> {
  const given = readPassword(session, entry, path);
  const fields = compare({ realm: [row.realm, entry.realm?.toLowerCase()], username: [row.username, entry.username] });
  if (fields.length === 0 && (given === undefined || (await trunkHasPassword(session.context, row.id, given))))
    return { row, fields };
  const platform = session.context.platformRealm;
  if (
    session.options.visible !== null &&
    entry.username !== undefined &&
    entry.username !== row.username &&
    (entry.realm ?? row.realm) === platform
  ) {
    throw session.fault([...path, 'username'], 'names in the platform realm are generated; leave it out');
  }
  const { trunk, password } = await session.at(path, () =>
    regenerateCredentials(
      session.context,
      row.id,
      {
        ...(entry.realm === undefined ? {} : { realm: entry.realm }),
        ...(entry.username === undefined ? {} : { username: entry.username }),
        ...(given === undefined ? {} : { password: given }),
      },
      null,
    ),
  );
  session.unbound.add(row.id);
  if (given === undefined) tell(session, state, trunk, password);
  return { row: trunk, fields: [...fields, { field: 'password', from: 'the one before', to: 'another' }] };
}

function tell(session: Session, state: AccountState, trunk: TrunkRow, password: string): void {
  const { name, uuid, realm, username } = trunk;
  session.credentials.push({ account: state.row.name, trunk: name, uuid, realm, username, password });
}

function readPassword(session: Session, entry: TrunkEntry, path: Path): string | undefined {
  if (entry.password === undefined) return undefined;
  const secret = session.options.resolveSecret(entry.password);
  if (secret !== undefined && secret !== '') return secret;
  const { env, file } = entry.password;
  throw session.fault(
    [...path, 'password'],
    env === undefined ? `the file ${file} has no password` : `the variable ${env} is not set`,
  );
}

function patchOf(entry: TrunkEntry): TrunkPatch {
  const named = (Object.keys(COLUMNS) as (keyof typeof COLUMNS)[]).filter((field) => entry[field] !== undefined);
  const { name: _, ...patch } = Object.fromEntries(named.map((field) => [COLUMNS[field], entry[field]]));
  return patch as TrunkPatch;
}
