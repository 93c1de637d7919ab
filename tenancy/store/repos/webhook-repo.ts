import { sql } from 'kysely';
import { invalid, notFound } from '../../errors.ts';
import { makeWebhookSecret } from '../../secrets/index.ts';
import type { Store, StoreContext } from '../open-store.ts';
import type { Row } from '../schema.ts';
import {
  type Found,
  found,
  given,
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

/** An endpoint that events are sent to; its secret is not in the row. */
export interface WebhookRow extends Stamped {
  readonly id: number;
  readonly uuid: string;
  /** `null`: the operator's, who hears of every account. */
  readonly accountId: number | null;
  readonly url: string;
  /** Names of events, or `*`. */
  readonly events: readonly string[];
  /** Since when nothing is sent, and why; `null`: it is used. */
  readonly disabledAtMs: number | null;
  readonly disabledReason: string | null;
  /** Until when the secret before the newest signs too; `null`: there is one secret. */
  readonly rotatesAtMs: number | null;
}

/** An endpoint with what signs for it. */
export interface WebhookTarget extends WebhookRow {
  readonly secret: string;
  /** While secrets are exchanged: the one that takes over. */
  readonly nextSecret: string | null;
}

/** What may be changed; what is left out stays. */
export interface WebhookChange {
  readonly url: string | undefined;
  readonly events: readonly string[] | undefined;
  readonly isEnabled: boolean | undefined;
}

export interface NewWebhook {
  readonly accountId: number | null;
  readonly url: string;
  readonly events: readonly string[];
}

/** @returns the row, and the secret that signs, which is told here and never again */
export async function createWebhook(
  context: StoreContext,
  fields: NewWebhook,
): Promise<{ readonly row: WebhookRow; readonly secret: string }> {
  await checkRoom(context, fields.accountId);
  const uuid = newUuid('whk');
  const secret = makeWebhookSecret();
  const now = context.clock.nowMs();
  const row = await context.db
    .insertInto('webhooks')
    .values({
      uuid,
      accountId: fields.accountId,
      url: fields.url,
      events: JSON.stringify(fields.events),
      secretSealed: context.secrets.seal(secret, sealContext(uuid)),
      createdAtMs: now,
      updatedAtMs: now,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return { row: toWebhookRow(row, now), secret };
}

/** Each event is kept and sent once for each endpoint that wants it. */
const MOST_ENDPOINTS = 100;

async function checkRoom(context: StoreContext, accountId: number | null): Promise<void> {
  if (accountId === null) return;
  const { rows } = await sql<{ readonly endpoints: number }>`SELECT count(*) AS endpoints FROM webhooks
    WHERE account_id = ${accountId} AND status <> 'deleted'`.execute(context.db);
  if ((rows[0]?.endpoints ?? 0) >= MOST_ENDPOINTS)
    throw invalid('url', `an account has at most ${MOST_ENDPOINTS} endpoints`);
}

const SWITCHED = {
  on: () => ({ disabledAtMs: null, disabledReason: null }),
  off: (nowMs: number) => ({ disabledAtMs: nowMs, disabledReason: 'switched off' }),
};

/** Switching it on again sends what comes from now on; what was given up can be sent again by hand. */
export async function updateWebhook(context: StoreContext, id: number, change: WebhookChange): Promise<WebhookRow> {
  const now = context.clock.nowMs();
  const { url, events, isEnabled } = change;
  const row = await context.db
    .updateTable('webhooks')
    .set({
      ...given({ url, events: events === undefined ? undefined : JSON.stringify(events) }),
      ...(isEnabled === undefined ? {} : SWITCHED[isEnabled ? 'on' : 'off'](now)),
      updatedAtMs: now,
    })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow();
  return toWebhookRow(row, now);
}

/**
 * A17: makes a new secret. The old one signs on as before for `overlapSec`, the new one in a header beside it;
 * then the new one takes over.
 */
export async function rotateWebhookSecret(
  context: StoreContext,
  id: number,
  overlapSec: number,
): Promise<{ readonly row: WebhookRow; readonly secret: string }> {
  const now = context.clock.nowMs();
  const before = await context.db.selectFrom('webhooks').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  const secret = makeWebhookSecret();
  const next = context.secrets.seal(secret, sealContext(before.uuid));
  const row = await context.db
    .updateTable('webhooks')
    .set({
      updatedAtMs: now,
      ...(overlapSec === 0
        ? { secretSealed: next, nextSecretSealed: null, nextSecretFromMs: null }
        : { secretSealed: signing(before, now), nextSecretSealed: next, nextSecretFromMs: now + overlapSec * 1000 }),
    })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow();
  return { row: toWebhookRow(row, now), secret };
}

export async function findWebhook(context: StoreContext, ref: Ref, visible: Visible): Promise<WebhookRow | undefined> {
  const rows = await alive(context, visible).selectAll().where(matches(ref, 'webhooks')).limit(2).execute();
  return single(rows.map((row) => toWebhookRow(row, context.clock.nowMs())));
}

export async function listWebhooks(
  context: StoreContext,
  { accountId, search }: TextFilter,
  slice: Slice,
  visible: Visible,
): Promise<Found<WebhookRow>> {
  let query = alive(context, visible).where(found(search, 'url'));
  if (accountId !== undefined) query = query.where('accountId', 'is', accountId);
  const { total, rows } = await readSlice(query, slice);
  return { total, rows: rows.map((row) => toWebhookRow(row, context.clock.nowMs())) };
}

/** What is on its way to it is given up. */
export async function deleteWebhook(context: StoreContext, ref: Ref, visible: Visible): Promise<WebhookRow> {
  const row = await findWebhook(context, ref, visible);
  if (row === undefined) throw notFound('webhook');
  const now = context.clock.nowMs();
  await context.db
    .updateTable('webhooks')
    .set({ status: 'deleted', updatedAtMs: now })
    .where('id', '=', row.id)
    .execute();
  await context.db
    .updateTable('webhookDeliveries')
    .set({ status: 'dead', waits: 0, finishedAtMs: now })
    .where('webhookId', '=', row.id)
    .where(sql<boolean>`status = 'pending'`)
    .execute();
  return row;
}

/** Every endpoint that is switched on, with its secrets, for whoever sends. */
export async function loadWebhookTargets(context: StoreContext): Promise<readonly WebhookTarget[]> {
  const rows = await alive(context, null).selectAll().where('disabledAtMs', 'is', null).orderBy('id').execute();
  const now = context.clock.nowMs();
  return rows.map((row) => {
    const open = (sealed: Uint8Array) => context.secrets.open(sealed, sealContext(row.uuid));
    const shown = toWebhookRow(row, now);
    const next = shown.rotatesAtMs === null ? null : row.nextSecretSealed;
    return { ...shown, secret: open(signing(row, now)), nextSecret: next === null ? null : open(next) };
  });
}

/**
 * A text that changes whenever an endpoint is made, changed or removed, or the next of two secrets takes over; asked
 * several times a second, at the cost of one row and of those whose secrets were ever exchanged.
 */
export async function webhooksVersion(store: Store): Promise<string> {
  const rows = await store.read((connection) => connection.prepare(VERSION).all([store.clock.nowMs()]));
  const { edits, taken } = rows[0] as { readonly edits: number; readonly taken: number };
  return `${edits}.${taken}`;
}

const VERSION = `SELECT value AS edits, (SELECT count(*) FROM webhooks
  WHERE next_secret_from_ms IS NOT NULL AND next_secret_from_ms <= ?) AS taken
  FROM change_counts WHERE name = 'webhooks'`;

/** The secret that signs: the next one once its time has come. */
function signing(row: Row<'webhooks'>, nowMs: number): Uint8Array {
  const { nextSecretSealed: next, nextSecretFromMs: from } = row;
  return next !== null && from !== null && from <= nowMs ? next : row.secretSealed;
}

function alive(context: StoreContext, visible: Visible) {
  return context.db
    .selectFrom('webhooks')
    .where(sql<boolean>`status <> 'deleted'`)
    .where(within(visible, 'webhooks.account_id'));
}

function sealContext(uuid: string): string {
  return `webhook:${uuid}`;
}

function toWebhookRow(row: Row<'webhooks'>, nowMs: number): WebhookRow {
  const { id, uuid, accountId, url, disabledAtMs, disabledReason, nextSecretFromMs: nextFrom } = row;
  const rotatesAtMs = nextFrom !== null && nextFrom > nowMs ? nextFrom : null;
  const events = JSON.parse(row.events) as readonly string[];
  return { id, uuid, accountId, url, events, disabledAtMs, disabledReason, rotatesAtMs, ...stamps(row) };
}
