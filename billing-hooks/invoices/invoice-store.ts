import { sql } from 'kysely';
import {
  type Found,
  inSlice,
  type Ref,
  type Slice,
  type StoreContext,
  TenancyError,
  type Visible,
} from '../../tenancy/index.ts';
import type { InvoiceDocument, InvoiceKind } from './invoice-document.ts';

export interface InvoiceRow {
  readonly id: number;
  readonly uuid: string;
  readonly accountId: number;
  readonly issuerAccountId: number | null;
  readonly kind: InvoiceKind;
  readonly number: number;
  readonly creditsId: number | null;
  readonly subject: string;
  readonly periodFromMs: number;
  readonly periodToMs: number;
  readonly issuedAtMs: number;
  readonly document: InvoiceDocument;
}

/** What tells one invoice of a period from another. */
export interface InvoicePlace {
  readonly issuerId: number | null;
  readonly accountId: number;
  readonly subject: string;
  readonly periodFromMs: number;
}

export async function findInvoice(context: StoreContext, place: InvoicePlace): Promise<InvoiceRow | undefined> {
  const row = await context.db
    .selectFrom('invoices')
    .selectAll()
    .where('accountId', '=', place.accountId)
    .where('issuerAccountId', 'is', place.issuerId)
    .where('subject', '=', place.subject)
    .where('periodFromMs', '=', place.periodFromMs)
    .where('kind', '<>', 'credit_note')
    .executeTakeFirst();
  return row && toInvoiceRow(row);
}

/** @throws TenancyError `not_found`, for foreign invoices as for unknown ones */
export async function getInvoice(context: StoreContext, ref: Ref, visible: Visible): Promise<InvoiceRow> {
  const isId = typeof ref === 'number' || /^\d{1,15}$/.test(ref);
  const row = await context.db
    .selectFrom('invoices')
    .selectAll()
    .where(isId ? 'id' : 'uuid', '=', isId ? Number(ref) : ref)
    .where(seenBy(visible))
    .executeTakeFirst();
  if (row === undefined) throw new TenancyError('not_found', 'There is no such invoice.');
  return toInvoiceRow(row);
}

export async function listInvoices(
  context: StoreContext,
  filter: { readonly accountId?: number },
  slice: Slice,
  visible: Visible,
): Promise<Found<InvoiceRow>> {
  let query = context.db.selectFrom('invoices').where(seenBy(visible));
  if (filter.accountId !== undefined) query = query.where('accountId', '=', filter.accountId);
  const { total } = await query.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
  return { total, rows: (await inSlice(query.selectAll(), slice).execute()).map(toInvoiceRow) };
}

export function toInvoiceRow(row: Omit<InvoiceRow, 'document'> & { readonly document: string }): InvoiceRow {
  const { id, uuid, accountId, issuerAccountId, kind, number, creditsId, subject } = row;
  const { periodFromMs, periodToMs, issuedAtMs } = row;
  return {
    ...{ id, uuid, accountId, issuerAccountId, kind, number, creditsId, subject, periodFromMs, periodToMs, issuedAtMs },
    document: JSON.parse(row.document) as InvoiceDocument,
  };
}

/** Those of the account and of the accounts below it: a reseller sees what it issues to them. */
function seenBy(visible: Visible) {
  if (visible === null) return sql<boolean>`1`;
  return sql<boolean>`account_id IN (SELECT value FROM json_each(${JSON.stringify([...visible])}))`;
}
