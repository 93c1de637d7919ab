import { createHash } from 'node:crypto';
import { invalid, notFound } from '../../errors.ts';
import type { StoreContext } from '../open-store.ts';
import type { Row } from '../schema.ts';
import { type Found, matches, type Ref, readSlice, type Slice, single, type Visible, within } from './common.ts';
import { newUuid } from './new-uuid.ts';

/** A document without its content. */
export type DocumentRow = Omit<Row<'regulatoryDocuments'>, 'contentSealed'>;

export interface NewDocument
  extends Pick<DocumentRow, 'accountId' | 'kind' | 'mediaType' | 'fileName' | 'deletesAtMs'> {
  readonly content: Buffer;
}

/** Keeps a document; its content is sealed for this row alone. */
export async function createDocument(context: StoreContext, { content, ...fields }: NewDocument): Promise<DocumentRow> {
  const uuid = newUuid('doc');
  const row = await context.db
    .insertInto('regulatoryDocuments')
    .values({
      ...fields,
      uuid,
      sizeBytes: content.length,
      sha256: createHash('sha256').update(content).digest('hex'),
      contentSealed: context.secrets.seal(content.toString('base64'), sealContext(uuid)),
      deletedAtMs: null,
      createdAtMs: context.clock.nowMs(),
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return toRow(row);
}

async function findDocument(context: StoreContext, ref: Ref, visible: Visible): Promise<DocumentRow | undefined> {
  const query = context.db.selectFrom('regulatoryDocuments').where(within(visible, 'regulatory_documents.account_id'));
  const rows = await query.selectAll().where(matches(ref, 'regulatory_documents')).limit(2).execute();
  return single(rows.map(toRow));
}

/** @throws TenancyError `not_found`, for foreign documents as for unknown ones */
export async function getDocument(context: StoreContext, ref: Ref, visible: Visible): Promise<DocumentRow> {
  const row = await findDocument(context, ref, visible);
  if (row === undefined) throw notFound('document');
  return row;
}

export async function listDocuments(
  context: StoreContext,
  filter: { readonly accountId?: number },
  slice: Slice,
  visible: Visible,
): Promise<Found<DocumentRow>> {
  let query = context.db.selectFrom('regulatoryDocuments').where(within(visible, 'account_id'));
  if (filter.accountId !== undefined) query = query.where('accountId', '=', filter.accountId);
  const { total, rows } = await readSlice(query, slice);
  return { total, rows: rows.map(toRow) };
}

/** The very bytes that were sent. @throws TenancyError `not_found` once it is deleted */
export async function readDocument(context: StoreContext, document: DocumentRow): Promise<Buffer> {
  const { id, uuid } = document;
  const query = context.db.selectFrom('regulatoryDocuments').select('contentSealed');
  const row = await query.where('id', '=', id).executeTakeFirst();
  if (row === undefined || row.contentSealed === null) throw notFound('document');
  return Buffer.from(context.secrets.open(row.contentSealed, sealContext(uuid)), 'base64');
}

/** The content goes now; the row stays and says what was there. @throws TenancyError while a submission waits for it */
export async function deleteDocument(context: StoreContext, ref: Ref, visible: Visible): Promise<DocumentRow> {
  const row = await getDocument(context, ref, visible);
  if (row.deletedAtMs !== null) return row;
  if (row.deletesAtMs === null) throw invalid('id', 'a submission with it waits for a decision');
  await empty(context, row.id);
  return getDocument(context, row.id, visible);
}

/** Deletes what is due. @returns how many */
export async function deleteDueDocuments(context: StoreContext): Promise<number> {
  const due = await context.db
    .selectFrom('regulatoryDocuments')
    .select('id')
    .where('deletedAtMs', 'is', null)
    .where('deletesAtMs', '<=', context.clock.nowMs())
    .execute();
  for (const { id } of due) await empty(context, id);
  return due.length;
}

/** Sets the day on which documents go; `null`: not before a decision. */
export async function keepDocuments(
  context: StoreContext,
  ids: readonly number[],
  deletesAtMs: number | null,
): Promise<void> {
  await context.db
    .updateTable('regulatoryDocuments')
    .set({ deletesAtMs })
    .where('id', 'in', ids)
    .where('deletedAtMs', 'is', null)
    .execute();
}

async function empty(context: StoreContext, id: number): Promise<void> {
  await context.db
    .updateTable('regulatoryDocuments')
    .set({ contentSealed: null, fileName: '', deletedAtMs: context.clock.nowMs() })
    .where('id', '=', id)
    .execute();
}

function sealContext(uuid: string): string {
  return `regulatory document ${uuid}`;
}

function toRow({ contentSealed: _, ...row }: Row<'regulatoryDocuments'>): DocumentRow {
  return row;
}
