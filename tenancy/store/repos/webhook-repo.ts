import { sql } from 'kysely';
import { notFound } from '../../errors.ts';
import { makeWebhookSecret } from '../../secrets/index.ts';
import type { StoreContext } from '../open-store.ts';
import type { Row } from '../schema.ts';
import {
  type Found,
  matches,
  type Ref,
  readSlice,
  type Slice,
  type Stamped,
  single,
  stamps,
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
  return { row: toWebhookRow(row), secret };
}

export async function findWebhook(context: StoreContext, ref: Ref, visible: Visible): Promise<WebhookRow | undefined> {
  const rows = await alive(context, visible).selectAll().where(matches(ref, 'webhooks')).limit(2).execute();
  return single(rows.map(toWebhookRow));
}

export async function listWebhooks(
  context: StoreContext,
  filter: { readonly accountId?: number },
  slice: Slice,
  visible: Visible,
): Promise<Found<WebhookRow>> {
  let query = alive(context, visible);
  if (filter.accountId !== undefined) query = query.where('accountId', '=', filter.accountId);
  const { total, rows } = await readSlice(query, slice);
  return { total, rows: rows.map(toWebhookRow) };
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
    .set({ status: 'dead', finishedAtMs: now })
    .where('webhookId', '=', row.id)
    .where(sql<boolean>`status = 'pending'`)
    .execute();
  return row;
}

/** Every endpoint with its secret, for whoever sends. */
export async function loadWebhookTargets(
  context: StoreContext,
): Promise<readonly (WebhookRow & { readonly secret: string })[]> {
  const rows = await alive(context, null).selectAll().orderBy('id').execute();
  return rows.map((row) => ({
    ...toWebhookRow(row),
    secret: context.secrets.open(row.secretSealed, sealContext(row.uuid)),
  }));
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

function toWebhookRow(row: Row<'webhooks'>): WebhookRow {
  const { id, uuid, accountId, url } = row;
  return { id, uuid, accountId, url, events: JSON.parse(row.events) as readonly string[], ...stamps(row) };
}
