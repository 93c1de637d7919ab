import { sql } from 'kysely';
import { notFound } from '../../errors.ts';
import type { StoreContext } from '../open-store.ts';
import type { Row } from '../schema.ts';
import { type Found, matches, type Ref, readSlice, type Slice, single, type Visible, within } from './common.ts';
import { newUuid } from './new-uuid.ts';

/** A message with its text in the clear; `''` once the text was deleted. */
export type MessageRow = Omit<Row<'messages'>, 'bodySealed'>;

export type NewMessage = Pick<
  MessageRow,
  'accountId' | 'didId' | 'direction' | 'fromNumber' | 'toNumber' | 'body' | 'encoding' | 'segments' | 'status'
> &
  Partial<Pick<MessageRow, 'priceMicros' | 'currency' | 'carrierRef' | 'idempotencyKey' | 'reason'>>;

/** Call it within `store.write`, together with what it costs or whom it is told to. The text is kept sealed. */
export async function createMessage(context: StoreContext, message: NewMessage): Promise<MessageRow> {
  const now = context.clock.nowMs();
  const uuid = newUuid('msg');
  const row = await context.db
    .insertInto('messages')
    .values({
      carrierRef: null,
      idempotencyKey: null,
      reason: null,
      ...message,
      uuid,
      body: '',
      bodySealed: context.secrets.seal(message.body, sealContext(uuid)),
      dueAtMs: now,
      createdAtMs: now,
      sentAtMs: null,
      finishedAtMs: message.direction === 'in' || message.status === 'failed' ? now : null,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return opened(context, row);
}

/** Lets go of texts that are older, a slice at a time; what was sent, when and for how much stays. @returns how many */
export async function deleteMessageBodies(context: StoreContext, beforeMs: number, limit: number): Promise<number> {
  const old = context.db.selectFrom('messages').select('id').where('createdAtMs', '<', beforeMs);
  const result = await context.db
    .updateTable('messages')
    .set({ body: '', bodySealed: null, bodyDeletedAtMs: context.clock.nowMs() })
    .where('id', 'in', old.where('bodyDeletedAtMs', 'is', null).where('status', '<>', 'queued').limit(limit))
    .executeTakeFirst();
  return Number(result.numUpdatedRows);
}

/** @throws TenancyError `not_found`, for foreign messages as for unknown ones */
export async function getMessage(context: StoreContext, ref: Ref, visible: Visible): Promise<MessageRow> {
  const query = context.db.selectFrom('messages').where(within(visible, 'messages.account_id'));
  const row = single(await query.selectAll().where(matches(ref, 'messages')).limit(2).execute());
  if (row === undefined) throw notFound('message');
  return opened(context, row);
}

export interface MessageFilter {
  readonly accountId?: number | undefined;
  readonly direction?: MessageRow['direction'] | undefined;
  readonly status?: MessageRow['status'] | undefined;
  /** Either side. */
  readonly number?: string | undefined;
}

/** Messages of accounts that may be seen; texts are opened. */
export async function listMessages(
  context: StoreContext,
  filter: MessageFilter,
  slice: Slice,
  visible: Visible,
): Promise<Found<MessageRow>> {
  const { accountId, direction, status, number } = filter;
  let query = context.db.selectFrom('messages').where(within(visible, 'account_id'));
  if (accountId !== undefined) query = query.where('accountId', '=', accountId);
  if (direction !== undefined) query = query.where('direction', '=', direction);
  if (status !== undefined) query = query.where('status', '=', status);
  if (number !== undefined)
    query = query.where((eb) => eb.or([eb('fromNumber', '=', number), eb('toNumber', '=', number)]));
  const { total, rows } = await readSlice(query, slice);
  return { total, rows: rows.map((row) => opened(context, row)) };
}

/** The message of that account that was sent with that Idempotency-Key. */
export async function findMessageByKey(
  context: StoreContext,
  accountId: number,
  idempotencyKey: string,
): Promise<MessageRow | undefined> {
  const query = context.db.selectFrom('messages').selectAll().where('accountId', '=', accountId);
  const row = await query.where('idempotencyKey', '=', idempotencyKey).executeTakeFirst();
  return row && opened(context, row);
}

/** By the carrier's own name for it. */
export async function findMessageByCarrier(
  context: StoreContext,
  direction: MessageRow['direction'],
  carrierRef: string,
): Promise<MessageRow | undefined> {
  const query = context.db.selectFrom('messages').selectAll().where('direction', '=', direction);
  const row = await query.where('carrierRef', '=', carrierRef).executeTakeFirst();
  return row && opened(context, row);
}

/**
 * Messages whose time has come: each account's first before anybody's second.
 * @param ofAccount as many of each account
 * @param busy ids that are being worked on; they count among those of their account
 */
export async function dueMessages(
  context: StoreContext,
  ofAccount: number,
  limit: number,
  busy: readonly number[],
): Promise<readonly MessageRow[]> {
  // Each account is looked up in the index behind the one before it: one that has a million waiting costs what one costs.
  const turns = sql<{ readonly id: number }>`
    WITH RECURSIVE waiting (account) AS (
      SELECT min(account_id) FROM messages WHERE status = 'queued'
      UNION ALL
      SELECT (SELECT min(account_id) FROM messages WHERE status = 'queued' AND account_id > waiting.account)
      FROM waiting WHERE waiting.account IS NOT NULL
    ), due AS (
      SELECT m.id, row_number() OVER (PARTITION BY m.account_id ORDER BY m.due_at_ms, m.id) AS turn, m.due_at_ms AS due
      FROM waiting JOIN messages AS m ON m.id IN (
        SELECT id FROM messages WHERE status = 'queued' AND account_id = waiting.account
          AND due_at_ms <= ${context.clock.nowMs()} ORDER BY due_at_ms, id LIMIT ${ofAccount})
    )
    SELECT id FROM due WHERE id NOT IN (SELECT value FROM json_each(${JSON.stringify(busy)}))
    ORDER BY turn, due, id LIMIT ${limit}`;
  const { rows } = await turns.execute(context.db);
  return Promise.all(rows.map(({ id }) => getMessage(context, id, null)));
}

/** Call it within `store.write`; whose message it is has been asked before. */
export async function updateMessage(
  context: StoreContext,
  id: number,
  change: Partial<
    Pick<MessageRow, 'status' | 'reason' | 'carrierRef' | 'attempts' | 'dueAtMs' | 'sentAtMs' | 'finishedAtMs'>
  >,
): Promise<void> {
  await context.db.updateTable('messages').set(change).where('id', '=', id).execute();
}

/** When the number sent the messages of the last while, the oldest first. */
export async function sentSince(context: StoreContext, didId: number, sinceMs: number): Promise<readonly number[]> {
  const rows = await context.db
    .selectFrom('messages')
    .select('createdAtMs')
    .where('didId', '=', didId)
    .where('createdAtMs', '>', sinceMs)
    .where('direction', '=', 'out')
    .orderBy('createdAtMs')
    .execute();
  return rows.map(({ createdAtMs }) => createdAtMs);
}

/** Whether that recipient (E.164) wants no more messages of that number. Call it within `store.write`. */
export async function setOptOut(
  context: StoreContext,
  didId: number,
  recipient: string,
  isOut: boolean,
): Promise<void> {
  if (!isOut) {
    const rows = context.db.deleteFrom('messageOptOuts').where('didId', '=', didId);
    await rows.where('recipient', '=', recipient).execute();
    return;
  }
  const row = { didId, recipient, atMs: context.clock.nowMs() };
  await context.db
    .insertInto('messageOptOuts')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Whether that recipient (E.164) has asked that number for no more messages. */
export async function hasOptedOut(context: StoreContext, didId: number, recipient: string): Promise<boolean> {
  const query = context.db.selectFrom('messageOptOuts').select('atMs').where('didId', '=', didId);
  return (await query.where('recipient', '=', recipient).executeTakeFirst()) !== undefined;
}

/** What a part to that number costs by the prices of one account (0: the platform); the longest prefix counts. */
export async function findMessagePrice(
  context: StoreContext,
  accountId: number,
  number: string,
): Promise<number | undefined> {
  const digits = number.replace(/\D/g, '');
  const prefixes = Array.from({ length: digits.length + 1 }, (_, length) => digits.slice(0, length));
  const query = context.db.selectFrom('messagePrices').select(['prefix', 'priceMicros']);
  const rows = await query.where('accountId', '=', accountId).where('prefix', 'in', prefixes).execute();
  return [...rows].sort((a, b) => b.prefix.length - a.prefix.length)[0]?.priceMicros;
}

/** The price of a part (micro-units) to numbers of that prefix; account 0 is the platform. */
export async function setMessagePrice(
  context: StoreContext,
  price: { readonly accountId: number; readonly prefix: string; readonly priceMicros: number },
): Promise<void> {
  const { priceMicros } = price;
  await context.db
    .insertInto('messagePrices')
    .values(price)
    .onConflict((conflict) => conflict.columns(['accountId', 'prefix']).doUpdateSet({ priceMicros }))
    .execute();
}

function sealContext(uuid: string): string {
  return `message:${uuid}`;
}

/** Rows of before texts were sealed have them in the clear. */
function opened(context: StoreContext, { bodySealed, ...row }: Row<'messages'>): MessageRow {
  return bodySealed === null ? row : { ...row, body: context.secrets.open(bodySealed, sealContext(row.uuid)) };
}
