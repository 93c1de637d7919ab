import {
  type AccountPatch,
  type AccountRow,
  createAccount,
  createDomain,
  type DomainRow,
  deleteDomain,
  EVERYTHING,
  findAccount,
  isOwnable,
  listDomains,
  updateAccount,
  updateDomain,
} from '../store/index.ts';
import { type AccountState, loadAccountState, nameDestination, resolveDestination } from './account-state.ts';
import { compare } from './change.ts';
import type { Session } from './session.ts';
import type { AccountEntry } from './tenant-schema.ts';

/** Accounts first, parents before children; each comes with what it has. */
export async function reconcileAccounts(session: Session): Promise<readonly AccountState[]> {
  const entries = (session.parsed.file.accounts ?? []).map((entry, index) => ({ entry, index }));
  const states: AccountState[] = [];
  /** Names of those at fault; what is below them is not looked at. */
  const failed = new Set<string>();
  let waiting = entries;
  while (waiting.length > 0) {
    const names = new Set(waiting.map(({ entry }) => entry.name));
    const ready = waiting.filter(({ entry }) => typeof entry.parent !== 'string' || !names.has(entry.parent));
    const [first] = waiting;
    if (ready.length === 0 && first !== undefined) {
      throw session.fault(['accounts', first.index, 'parent'], "the accounts are each other's parents");
    }
    for (const { entry, index } of ready) {
      const before = states.length;
      if (!failed.has(entry.parent ?? ''))
        await session.attempt(async () => states.push(await reconcileAccount(session, entry, index, states)));
      if (states.length === before) failed.add(entry.name);
    }
    waiting = waiting.filter((item) => !ready.includes(item));
  }
  return states;
}

async function reconcileAccount(
  session: Session,
  entry: AccountEntry,
  index: number,
  done: readonly AccountState[],
): Promise<AccountState> {
  const path = ['accounts', index];
  const { context } = session;
  const parentId = await findParent(session, entry, index, done);
  const row = await findEntry(session, entry, index, parentId);
  if (row !== undefined && done.some((state) => state.row.id === row.id))
    throw session.fault(path, 'this account is in the file twice');
  const wanted = { ...patchOf(entry), ...(parentId === undefined ? {} : { parentId }) };
  if (row === undefined) {
    if (entry.uuid !== undefined) throw session.fault([...path, 'uuid'], 'there is no account with that uuid');
    if (session.options.visible !== null && (parentId ?? null) === null)
      throw session.fault(path, 'parent must be an account of yours');
    const made = await session.at(path, () => createAccount(context, { ...wanted, name: entry.name }));
    await session.note(
      { action: 'create', resource: 'account', account: made.name, name: made.name, id: made.id, fields: [] },
      made.id,
    );
    return loadAccountState(context, index, entry, made);
  }
  const fields = compare({
    name: [row.name, entry.name],
    parent_id: [row.parentId, parentId],
    is_reseller: [row.isReseller, entry.is_reseller],
    status: [row.status, entry.status],
    brand_name: [row.brandName, entry.brand_name],
    brand_domain: [row.brandDomain, entry.brand_domain],
    timezone: [row.timezone, entry.timezone],
    language: [row.language, entry.language],
    voice_gender: [row.voiceGender, entry.voice_gender],
    default_cid_number: [row.defaultCidNumber, entry.default_cid_number],
    max_in: [row.maxIn, entry.max_in],
    max_out: [row.maxOut, entry.max_out],
    max_dialer: [row.maxDialer, entry.max_dialer],
    country: [row.country, entry.country],
    notes: [row.notes, entry.notes],
  });
  if (fields.length === 0) return loadAccountState(context, index, entry, row);
  const changed = await session.at(path, () =>
    updateAccount(context, row.id, { ...wanted, name: entry.name }, session.options.visible),
  );
  await session.note(
    { action: 'update', resource: 'account', account: row.name, name: row.name, id: row.id, fields },
    row.id,
  );
  const state = await loadAccountState(context, index, entry, changed);
  if (changed.status !== 'active' && row.status === 'active')
    for (const trunk of state.trunks.values()) session.unbound.add(trunk.id);
  return state;
}

async function findParent(
  session: Session,
  entry: AccountEntry,
  index: number,
  done: readonly AccountState[],
): Promise<number | null | undefined> {
  const { parent } = entry;
  if (parent === undefined || parent === null) return parent;
  const inFile = done.find((state) => state.row.name === parent || state.row.uuid === parent);
  if (inFile !== undefined) return inFile.row.id;
  const found = parent.startsWith('acc_')
    ? await findAccount(session.context, parent, session.options.visible)
    : undefined;
  const named = found === undefined ? await findByName(session, parent) : [found];
  if (named.length === 1 && named[0] !== undefined) return named[0].id;
  const problem = named.length === 0 ? 'there is no account' : 'there are several accounts';
  throw session.fault(
    ['accounts', index, 'parent'],
    `${problem} "${parent}"${named.length > 1 ? '; give its uuid' : ''}`,
  );
}

async function findEntry(
  session: Session,
  entry: AccountEntry,
  index: number,
  parentId: number | null | undefined,
): Promise<AccountRow | undefined> {
  if (entry.uuid !== undefined) return findAccount(session.context, entry.uuid, session.options.visible);
  for (const name of [entry.name, entry.renamed_from]) {
    if (name === undefined) continue;
    const named = await findByName(session, name);
    const fitting = parentId === undefined ? named : named.filter((row) => row.parentId === parentId);
    if (fitting.length > 1)
      throw session.fault(['accounts', index, 'name'], 'several accounts have that name; give parent or uuid');
    if (fitting[0] !== undefined) return fitting[0];
  }
  return undefined;
}

async function findByName(session: Session, name: string): Promise<readonly AccountRow[]> {
  const { db } = session.context;
  const ids = await db
    .selectFrom('accounts')
    .select('id')
    .where('name', '=', name)
    .where('status', '<>', 'closed')
    .execute();
  const rows = await Promise.all(ids.map(({ id }) => findAccount(session.context, id, session.options.visible)));
  return rows.filter((row) => row !== undefined);
}

function patchOf(entry: AccountEntry): AccountPatch {
  const patch = {
    isReseller: entry.is_reseller,
    status: entry.status,
    brandName: entry.brand_name,
    brandDomain: entry.brand_domain,
    timezone: entry.timezone,
    language: entry.language,
    voiceGender: entry.voice_gender,
    defaultCidNumber: entry.default_cid_number,
    maxIn: entry.max_in,
    maxOut: entry.max_out,
    maxDialer: entry.max_dialer,
    country: entry.country,
    notes: entry.notes,
  };
  return Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined)) as AccountPatch;
}

export async function reconcileDomains(session: Session, state: AccountState): Promise<void> {
  const { row, entry, index } = state;
  if (entry.sip_domains === undefined) return;
  const has = (await listDomains(session.context, { accountId: row.id }, EVERYTHING, null)).rows;
  for (const [at, wanted] of entry.sip_domains.entries())
    await session.attempt(() => reconcileDomain(session, row, wanted, has, ['accounts', index, 'sip_domains', at]));
}

async function reconcileDomain(
  session: Session,
  row: AccountRow,
  wanted: NonNullable<AccountEntry['sip_domains']>[number],
  has: readonly DomainRow[],
  path: readonly (string | number)[],
): Promise<void> {
  const domain = wanted.domain.toLowerCase();
  const algorithms = wanted.digest_algorithms;
  const known = has.find((other) => other.domain === domain);
  const change = { resource: 'sip_domain', account: row.name, name: domain } as const;
  if (known === undefined) {
    const made = await session.at(path, () =>
      createDomain(session.context, {
        accountId: row.id,
        domain,
        algorithms: algorithms ?? null,
        ...(session.options.checksDomains === true && isOwnable(domain.toLowerCase()) ? { verifiedAtMs: null } : {}),
      }),
    );
    await session.note({ ...change, action: 'create', id: made.id, fields: [] }, row.id);
    return;
  }
  const fields = compare({ digest_algorithms: [known.algorithms, algorithms] });
  if (fields.length === 0 || algorithms === undefined) return;
  await session.at(path, () => updateDomain(session.context, known.id, { algorithms }, null));
  await session.note({ ...change, action: 'update', id: known.id, fields }, row.id);
}

/** Last, when no trunk uses them any more. */
export async function pruneDomains(session: Session, state: AccountState): Promise<void> {
  const { row, entry, index } = state;
  if (!session.prune) return;
  const wanted = new Set((entry.sip_domains ?? []).map(({ domain }) => domain.toLowerCase()));
  for (const domain of (await listDomains(session.context, { accountId: row.id }, EVERYTHING, null)).rows) {
    if (wanted.has(domain.domain)) continue;
    // The audit log looks up its uuid.
    await session.note(
      { action: 'delete', resource: 'sip_domain', account: row.name, name: domain.domain, id: domain.id, fields: [] },
      row.id,
    );
    await session.at(['accounts', index], () => deleteDomain(session.context, domain.id, null));
  }
}

/** After the trunks and groups it may name are there. */
export async function reconcileDefaultDestination(session: Session, state: AccountState): Promise<void> {
  const wanted = state.entry.did_default_dest;
  if (wanted === undefined) return;
  const path = ['accounts', state.index, 'did_default_dest'];
  const destination = resolveDestination(state, wanted);
  if (typeof destination === 'string') throw session.fault(path, destination);
  const fresh = await findAccount(session.context, state.row.id, null);
  const fields = compare({ did_default_dest: [nameDestination(state, fresh?.didDefaultDest ?? null), wanted] });
  if (fields.length === 0) return;
  await session.at(path, () => updateAccount(session.context, state.row.id, { didDefaultDest: destination }, null));
  await session.note(
    { action: 'update', resource: 'account', account: state.row.name, name: state.row.name, id: state.row.id, fields },
    state.row.id,
  );
}
