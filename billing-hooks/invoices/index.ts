export { type BillingProfile, getProfile, type MarkupRule, setProfile } from './billing-profile.ts';
export { issueCreditNote } from './credit-note.ts';
export { amountText, type InvoiceDocument, type InvoiceKind } from './invoice-document.ts';
export { getInvoice, type InvoiceRow, listInvoices } from './invoice-store.ts';
export { type InvoiceRequest, issueInvoice } from './issue-invoice.ts';
export { renderInvoicePdf } from './render-pdf.ts';
export { runInvoices, setTaxAside } from './run-invoices.ts';
