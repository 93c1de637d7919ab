import { sql } from 'kysely';
import {
  DEFAULT_CURRENCY,
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

/** What one issuer invoices to one account about one thing, month after month. */
export interface InvoiceSeries {
  readonly issuerId: number | null;
  readonly accountId: number;
  readonly subject: string;
}

/** What a series is about, an account or a trunk, and the wallet that pays for it. */
export function subjectOf(what: string, currency: string): string {
  return currency === DEFAULT_CURRENCY ? what : `${what}/${currency}`;
}

/** The invoice of a series whose period has that moment in it. */
export async function findInvoiceAt(
  context: StoreContext,
  series: InvoiceSeries,
  atMs: number,
): Promise<InvoiceRow | undefined> {
  const row = await inSeries(context, series)
    .where('periodFromMs', '<=', atMs)
    .where('periodToMs', '>', atMs)
    .executeTakeFirst();
  return row && toInvoiceRow(row);
}

/**
 * A period with its edges on those of the invoices before and after it: an account that has moved to another time zone
 * is not invoiced twice for the hours in between, and none of them is forgotten.
 */
export async function fitPeriod<T extends { readonly fromMs: number; readonly toMs: number }>(
  context: StoreContext,
  series: InvoiceSeries,
  period: T,
): Promise<T> {
  const { fromMs, toMs } = period;
  const isNear = (a: number, b: number) => Math.abs(a - b) <= WIDEST_MOVE_MS;
  const rows = await inSeries(context, series)
    .where('periodToMs', '>=', fromMs - WIDEST_MOVE_MS)
    .where('periodFromMs', '<=', toMs + WIDEST_MOVE_MS)
    .execute();
  const before = rows.find((row) => isNear(row.periodToMs, fromMs));
  const after = rows.find((row) => isNear(row.periodFromMs, toMs));
  return { ...period, fromMs: before?.periodToMs ?? fromMs, toMs: after?.periodFromMs ?? toMs };
}

/** From UTC+14 to UTC-12, and an hour for the clock's changes. */
const WIDEST_MOVE_MS = 27 * 3_600_000;

function inSeries(context: StoreContext, { issuerId, accountId, subject }: InvoiceSeries) {
  return context.db
    .selectFrom('invoices')
    .selectAll()
    .where('accountId', '=', accountId)
    .where('issuerAccountId', 'is', issuerId)
    .where('subject', '=', subject)
    .where('kind', '<>', 'credit_note');
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
