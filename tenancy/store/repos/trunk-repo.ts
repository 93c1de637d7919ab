import { type SelectQueryBuilder, sql } from 'kysely';
import { invalid, notFound } from '../../errors.ts';
import { makeHa1Set, makePassword } from '../../secrets/index.ts';
import type { StoreContext } from '../open-store.ts';
import type { Row, Tables } from '../schema.ts';
import {
  checkVersion,
  contains,
  type Found,
  flag,
  given,
  matches,
  pick,
  type Ref,
  readAllOf,
  readSlice,
  type Slice,
  type Stamped,
  single,
  type Visible,
  within,
} from './common.ts';
import { newUuid } from './new-uuid.ts';
import { removeRoutingPolicy, updateRoutingPolicy } from './routing-policy-repo.ts';
import { sealHa1, TRUNK_COLUMNS, type TrunkRow, toTrunkRow } from './trunk-rows.ts';
import { freeUsername } from './trunk-username.ts';
import { checkIpTarget, checkPassword, checkSources } from './validate.ts';

type Fixed = 'id' | 'uuid' | 'accountId' | 'realm' | 'username' | 'kind' | 'previousPasswordUntilMs' | keyof Stamped;

/** All that may be edited. Realm and user name are part of the HA1: see `regenerateCredentials`. */
export type TrunkPatch = Partial<Omit<TrunkRow, Fixed>>;

export interface NewTrunk extends TrunkPatch {
  readonly accountId: number;
  readonly name: string;
  readonly kind?: TrunkRow['kind'];
  /** @default the platform realm */
  readonly realm?: string;
  /** @default generated; in the platform realm only the operator may choose one */
  readonly username?: string;
  readonly mayChooseUsername?: boolean;
  /** Refuses a SIP domain that nobody has shown to be theirs. @default false */
  readonly needsVerifiedDomain?: boolean;
  /** @default generated */
  readonly password?: string;
  /** Names in a client certificate that tell it (F-128); a source of a trunk of `ip` as an address is. */
  readonly tlsSubjects?: readonly string[];
  /** For the demo world, whose ids are those of the published examples. */
  readonly id?: number;
  readonly uuid?: string;
}

/** A password is in clear here, once, and nowhere else. */
export interface Credentials {
  readonly trunk: TrunkRow;
  readonly password: string;
}

export interface TrunkFilter {
  readonly accountId?: number;
  readonly name?: string;
  readonly kind?: TrunkRow['kind'];
  readonly status?: TrunkRow['status'];
  /** Part of name or user name. */
  readonly search?: string;
}

/** Call it within `store.write`. */
export async function createTrunk(context: StoreContext, fields: NewTrunk): Promise<Credentials> {
  const realm = (fields.realm ?? context.platformRealm).toLowerCase();
  if (fields.username !== undefined && realm === context.platformRealm && fields.mayChooseUsername !== true) {
    throw invalid(
      'username',
      'names in the platform realm are generated; leave it out, or use a SIP domain of your own',
    );
  }
  if (fields.password !== undefined) checkPassword('password', fields.password);
  if (fields.needsVerifiedDomain === true && realm !== context.platformRealm) await requireVerified(context, realm);
  const password = fields.password ?? makePassword();
  const username = fields.username ?? (await freeUsername(context, fields.name, realm));
  const uuid = fields.uuid ?? newUuid(fields.kind === 'extension' ? 'ext' : 'trk');
  const now = context.clock.nowMs();
  const isCertified = fields.authType === 'ip' && (fields.tlsSubjects ?? []).length > 0;
  const row = await context.db
    .insertInto('trunks')
    .values({
      ...EMPTY,
      ...columns(context, fields),
      // Subjects are kept by the id of their trunk: it is there first, and what it is follows them.
      ...(isCertified ? { authType: 'digest' } : {}),
      ...(fields.id === undefined ? {} : { id: fields.id }),
      ...(fields.kind === undefined ? {} : { kind: fields.kind }),
      uuid,
      accountId: fields.accountId,
      name: fields.name,
      realm,
      username,
      ha1Sealed: sealHa1(context.secrets, makeHa1Set(username, realm, password), uuid),
      createdAtMs: now,
      updatedAtMs: now,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  if (fields.tlsSubjects !== undefined)
    await updateRoutingPolicy(context, 'trunk', row.id, { tls_subjects: [...fields.tlsSubjects] });
  const trunk = isCertified ? await updateTrunk(context, row.id, { authType: 'ip' }, null) : toTrunkRow(row);
  return { trunk, password };
}

async function requireVerified(context: StoreContext, realm: string): Promise<void> {
  const row = await context.db
    .selectFrom('sipDomains')
    .select('verifiedAtMs')
    .where('domain', '=', realm)
    .executeTakeFirst();
  if (row === undefined || row.verifiedAtMs !== null) return;
  throw invalid('realm', `show first that ${realm} is yours: put its TXT record into the DNS, then verify the domain`);
}

export async function findTrunk(context: StoreContext, ref: Ref, visible: Visible): Promise<TrunkRow | undefined> {
  const rows = await alive(context, visible).where(matches(ref, 'trunks')).selectAll().limit(2).execute();
  return single(rows.map(toTrunkRow));
}

/** @throws TenancyError `not_found`, for foreign trunks as for unknown ones */
export async function getTrunk(context: StoreContext, ref: Ref, visible: Visible): Promise<TrunkRow> {
  const row = await findTrunk(context, ref, visible);
  if (row === undefined) throw notFound('trunk');
  return row;
}

export async function listTrunks(
  context: StoreContext,
  filter: TrunkFilter,
  slice: Slice,
  visible: Visible,
): Promise<Found<TrunkRow>> {
  let query = alive(context, visible);
  if (filter.accountId !== undefined) query = query.where('accountId', '=', filter.accountId);
  if (filter.name !== undefined) query = query.where('name', '=', filter.name);
  if (filter.kind !== undefined) query = query.where('kind', '=', filter.kind);
  if (filter.status !== undefined) query = query.where('status', '=', filter.status);
  if (filter.search !== undefined) {
    const like = contains(filter.search);
    query = query.where(sql<boolean>`(name LIKE ${like} ESCAPE '\\' OR username LIKE ${like} ESCAPE '\\')`);
  }
  const { total, rows } = await readSlice(query, slice);
  return { total, rows: rows.map(toTrunkRow) };
}

/** Every trunk of an account. */
export async function allTrunksOf(context: StoreContext, accountId: number): Promise<readonly TrunkRow[]> {
  const rows = await readAllOf(context, 'trunks', TRUNK_COLUMNS, accountId, sql<boolean>`status <> 'deleted'`);
  return rows.map(toTrunkRow);
}

export async function updateTrunk(
  context: StoreContext,
  ref: Ref,
  patch: TrunkPatch,
  visible: Visible,
  ifVersion?: number,
): Promise<TrunkRow> {
  const row = await getTrunk(context, ref, visible);
  checkVersion(row, ifVersion);
  if (patch.status === 'deleted') throw invalid('status', 'delete the trunk instead');
  await context.db
    .updateTable('trunks')
    .set({ ...columns(context, patch), updatedAtMs: context.clock.nowMs() })
    .where('id', '=', row.id)
    .execute();
  return getTrunk(context, row.id, null);
}

/** Its credentials are wiped, its numbers unassigned; the row stays for records that name it. */
export async function deleteTrunk(
  context: StoreContext,
  ref: Ref,
  visible: Visible,
  ifVersion?: number,
): Promise<TrunkRow> {
  const row = await getTrunk(context, ref, visible);
  checkVersion(row, ifVersion);
  const now = context.clock.nowMs();
  await context.db
    .updateTable('trunks')
    .set({
      status: 'deleted',
      ha1Sealed: null,
      previousHa1Sealed: null,
      previousHa1UntilMs: null,
      deletedAtMs: now,
      updatedAtMs: now,
    })
    .where('id', '=', row.id)
    .execute();
  await removeRoutingPolicy(context, 'trunk', row.id);
  await context.db.deleteFrom('bindings').where('trunkId', '=', row.id).execute();
  await context.db.deleteFrom('trunkStates').where('trunkId', '=', row.id).execute();
  return row;
}

const EMPTY = {
  previousHa1Sealed: null,
  previousHa1UntilMs: null,
  maxIn: null,
  maxOut: null,
  maxDialer: null,
  ruriMode: null,
  profile: null,
  ipTarget: null,
  country: null,
  deletedAtMs: null,
} as const;

function alive(context: StoreContext, visible: Visible): SelectQueryBuilder<Tables, 'trunks', object> {
  return context.db
    .selectFrom('trunks')
    .where(sql<boolean>`status <> 'deleted'`)
    .where(within(visible, 'trunks.account_id'));
}

type Columns = Partial<Omit<Row<'trunks'>, 'id' | 'uuid' | 'accountId' | 'realm' | 'username'>>;

/** Fields of a patch that are columns as they stand. */
const WRITTEN_AS_SAID = [
  'name',
  'authType',
  'status',
  'maxIn',
  'maxOut',
  'maxDialer',
  'maxContacts',
  'contactPolicy',
  'ruriMode',
  'profile',
  'ipTarget',
  'country',
  'notes',
] as const;

function columns(context: StoreContext, patch: TrunkPatch): Columns {
  if (patch.sources !== undefined) checkSources('sources', patch.sources);
  if (typeof patch.ipTarget === 'string') checkIpTarget(context, patch.ipTarget);
  const sources = patch.sources === undefined ? undefined : JSON.stringify(patch.sources);
  return given({ ...pick(patch, WRITTEN_AS_SAID), allowNoQop: flag(patch.allowNoQop), sources }) as Columns;
}
