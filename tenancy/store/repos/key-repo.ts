import { sql } from 'kysely';
import { notFound } from '../../errors.ts';
import { hashApiKey, type KeyMode, makeApiKey } from '../../secrets/index.ts';
import type { StoreContext } from '../open-store.ts';
import type { Row } from '../schema.ts';
import {
  type Found,
  flag,
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
import { checkSources } from './validate.ts';

export interface KeyRow extends Stamped {
  readonly id: number;
  readonly uuid: string;
  /** `null`: a key of the operator. */
  readonly accountId: number | null;
  /** Acts in this account alone, one below its own. */
  readonly pinnedAccountId: number | null;
  readonly name: string;
  readonly mode: KeyMode;
  /** The first 12 characters: enough to recognise the key by. */
  readonly prefix: string;
  readonly scopes: readonly string[];
  readonly allowedAddresses: readonly string[];
  /** `null`: the default. */
  readonly ratePerMinute: number | null;
  readonly bulk: boolean;
  readonly expiresAtMs: number | null;
  readonly revokedAtMs: number | null;
  readonly lastUsedAtMs: number | null;
}

export interface NewKeyFields {
  readonly accountId: number | null;
  readonly name: string;
  readonly scopes: readonly string[];
  /** @default live */
  readonly mode?: KeyMode;
  readonly pinnedAccountId?: number | null;
  readonly allowedAddresses?: readonly string[];
  readonly ratePerMinute?: number | null;
  readonly bulk?: boolean;
  readonly expiresAtMs?: number | null;
}

/** F-050: the key in clear is in this answer and nowhere else. */
export async function createKey(
  context: StoreContext,
  fields: NewKeyFields,
): Promise<{ readonly row: KeyRow; readonly key: string }> {
  const made = makeApiKey(fields.mode ?? 'live');
  const now = context.clock.nowMs();
  checkSources('allowed_addresses', fields.allowedAddresses ?? []);
  const row = await context.db
    .insertInto('apiKeys')
    .values({
      uuid: newUuid('key'),
      accountId: fields.accountId,
      pinnedAccountId: fields.pinnedAccountId ?? null,
      name: fields.name,
      mode: fields.mode ?? 'live',
      prefix: made.prefix,
      hash: made.hash,
      scopes: JSON.stringify(fields.scopes),
      allowedAddresses: JSON.stringify(fields.allowedAddresses ?? []),
      ratePerMinute: fields.ratePerMinute ?? null,
      bulk: flag(fields.bulk ?? false),
      expiresAtMs: fields.expiresAtMs ?? null,
      revokedAtMs: null,
      lastUsedAtMs: null,
      createdAtMs: now,
      updatedAtMs: now,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return { row: toKeyRow(row), key: made.key };
}

/** The key that was sent, when it is known, not revoked and not expired. */
export async function authenticateKey(context: StoreContext, key: string): Promise<KeyRow | undefined> {
  const row = await context.db
    .selectFrom('apiKeys')
    .selectAll()
    .where('hash', '=', hashApiKey(key))
    .where('revokedAtMs', 'is', null)
    .where((eb) => eb.or([eb('expiresAtMs', 'is', null), eb('expiresAtMs', '>', context.clock.nowMs())]))
    .executeTakeFirst();
  return row === undefined ? undefined : toKeyRow(row);
}

/** Notes the use; the caller decides how often that is worth a write. */
export async function touchKey(context: StoreContext, id: number): Promise<void> {
  const nowMs = context.clock.nowMs();
  await sql`UPDATE api_keys SET last_used_at_ms = ${nowMs} WHERE id = ${id}`.execute(context.db);
}

export async function findKey(context: StoreContext, ref: Ref, visible: Visible): Promise<KeyRow | undefined> {
  const rows = await context.db
    .selectFrom('apiKeys')
    .selectAll()
    .where(matches(ref, 'api_keys'))
    .where(within(visible, 'api_keys.account_id'))
    .limit(2)
    .execute();
  return single(rows.map(toKeyRow));
}

export async function listKeys(
  context: StoreContext,
  { accountId, search }: TextFilter,
  slice: Slice,
  visible: Visible,
): Promise<Found<KeyRow>> {
  let query = context.db.selectFrom('apiKeys').where(within(visible, 'api_keys.account_id'));
  query = query.where(found(search, 'name', 'prefix'));
  if (accountId !== undefined) query = query.where('accountId', 'is', accountId);
  const { total, rows } = await readSlice(query, slice);
  return { total, rows: rows.map(toKeyRow) };
}

/** At once, or at a time to come so that a successor can take over. */
export async function revokeKey(context: StoreContext, ref: Ref, visible: Visible, atMs?: number): Promise<KeyRow> {
  const row = await findKey(context, ref, visible);
  if (row === undefined) throw notFound('API key');
  const now = context.clock.nowMs();
  const end = atMs === undefined ? { revokedAtMs: now } : { expiresAtMs: atMs };
  await context.db
    .updateTable('apiKeys')
    .set({ ...end, updatedAtMs: now })
    .where('id', '=', row.id)
    .execute();
  return { ...row, ...end };
}

function toKeyRow(row: Row<'apiKeys'>): KeyRow {
  const { hash, rowVersion, ...rest } = row;
  return {
    ...rest,
    ...stamps(row),
    bulk: row.bulk === 1,
    scopes: JSON.parse(row.scopes) as string[],
    allowedAddresses: JSON.parse(row.allowedAddresses) as string[],
  };
}
