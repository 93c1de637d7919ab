import { postEntry, type StoreContext, TenancyError } from '../../tenancy/index.ts';
import { type InvoiceDocument, numberText } from './invoice-document.ts';
import { type InvoiceRow, toInvoiceRow } from './invoice-store.ts';
import { nextNumber } from './issue-invoice.ts';

/**
 * Takes an invoice back, whole and once; what the wallet paid goes back into it. What an account invoices to its own
 * clients never touched a wallet, so neither does its credit note. Call it within `store.write`.
 * @throws TenancyError `conflict`
 */
export async function issueCreditNote(context: StoreContext, invoice: InvoiceRow): Promise<InvoiceRow> {
  if (invoice.kind === 'credit_note') throw new TenancyError('conflict', 'A credit note cannot be credited.');
  const earlier = await context.db
    .selectFrom('invoices')
    .selectAll()
    .where('creditsId', '=', invoice.id)
    .executeTakeFirst();
  if (earlier !== undefined) return toInvoiceRow(earlier);
  const { accountId, issuerAccountId, subject, periodFromMs, periodToMs } = invoice;
  const number = await nextNumber(context, issuerAccountId, 'credit_note');
  const document = reversed(invoice.document, number, context.clock.nowMs());
  const { netMicros, taxMicros, totalMicros, currency, issuedAtMs } = document;
  const row = await context.db
    .insertInto('invoices')
    .values({
      ...{ accountId, issuerAccountId, kind: 'credit_note', number, creditsId: invoice.id, subject },
      ...{ periodFromMs, periodToMs, currency, netMicros, taxMicros, totalMicros, issuedAtMs },
      document: JSON.stringify(document),
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  if (invoice.kind === 'invoice' && totalMicros !== 0) await refund(context, row.id, invoice);
  return toInvoiceRow(row);
}

function reversed(document: InvoiceDocument, number: number, issuedAtMs: number): InvoiceDocument {
  return {
    ...document,
    kind: 'credit_note',
    number: numberText('credit_note', number),
    credits: document.number,
    issuedAtMs,
    issuedOn: new Date(issuedAtMs).toISOString().slice(0, 10),
    lines: document.lines.map((line) => ({ ...line, amountMicros: -line.amountMicros })),
    netMicros: -document.netMicros,
    taxMicros: -document.taxMicros,
    totalMicros: -document.totalMicros,
  };
}

async function refund(context: StoreContext, noteId: number, invoice: InvoiceRow): Promise<void> {
  const { id, accountId, issuerAccountId, document } = invoice;
  const { totalMicros } = document;
  const charged = await context.db
    .selectFrom('ledgerEntries')
    .select('id')
    .where('idempotencyKey', '=', `invoice:${id}:tax`)
    .executeTakeFirst();
  const taxMicros = charged === undefined ? 0 : document.taxMicros;
  const tax = { accountId: issuerAccountId, kind: 'tax', amountMicros: -taxMicros } as const;
  await postEntry(context, {
    idempotencyKey: `invoice:${noteId}:credit`,
    accountId,
    kind: 'refund',
    referenceType: 'invoice',
    referenceId: noteId,
    currency: document.currency,
    note: `credit note for ${document.number}`,
    // An invoice that paid something back is taken back all the same.
    creditMicros: Number.MAX_SAFE_INTEGER,
    postings: [
      { accountId, kind: 'wallet', amountMicros: totalMicros },
      { accountId: null, kind: 'adjustment', amountMicros: taxMicros - totalMicros },
      ...(taxMicros === 0 ? [] : [tax]),
    ],
  });
}
