import { type Static, Type } from 'typebox';
import { type BillingProfile, type InvoiceRow, renderInvoicePdf } from '../../billing-hooks/index.ts';
import { fromCents, toCents } from '../../tenancy/index.ts';
import { setOf } from '../closed-sets.ts';
import type { AdminDeps } from '../deps.ts';
import { notFound } from '../errors.ts';
import type { DefineRoute } from '../http/route.ts';
import { paged, parsePage, sortedBy } from '../paging.ts';
import { CURRENCY, envelope, ID_OR_UUID, ID_PARAMS, isoTime, listEnvelope, nullable } from '../shapes.ts';
import { targetAccount } from '../target-account.ts';
import { accountFilter } from './filters.ts';
import { defineKeptDocument } from './kept-document.ts';

const TAG = 'Invoices';
const CENTS = Type.Integer({ description: 'Cents.' });
const MICROS = Type.Integer({ description: 'Millionths of the currency unit: exactly what the ledger has.' });

const INVOICE = Type.Object({
  id: Type.Integer(),
  uuid: Type.String(),
  account_id: Type.Integer(),
  issuer_account_id: nullable(Type.Integer({ description: 'null: the platform, or an account above.' })),
  kind: setOf<InvoiceRow['kind']>({ invoice: true, credit_note: true, client_invoice: true }),
  number: Type.String(),
  credits: nullable(Type.String()),
  customer: Type.String(),
  period_from: Type.String(),
  period_to: Type.String(),
  currency: Type.String(),
  net: CENTS,
  tax: CENTS,
  total: CENTS,
  total_micros: MICROS,
  lines: Type.Array(Type.Object({ text: Type.String(), quantity: Type.Integer(), amount_micros: MICROS })),
  issued_at: Type.String(),
});

const MARKUP = Type.Object(
  {
    kind: Type.Enum(['number', 'order', 'call', 'message', 'all']),
    percent: Type.Number({ minimum: -100, maximum: 10_000 }),
    per_unit: Type.Integer({ minimum: 0, maximum: 100_000_000, description: 'Cents.' }),
  },
  { additionalProperties: false },
);
const PROFILE_FIELDS = {
  legal_name: nullable(Type.String({ maxLength: 200 })),
  address: Type.Array(Type.String({ maxLength: 200 }), { maxItems: 8 }),
  tax_id: nullable(Type.String({ maxLength: 64 })),
  tax_label: Type.String({ maxLength: 32 }),
  tax_rate: Type.Integer({ minimum: 0, maximum: 10_000, description: 'Hundredths of a percent: 2100 is 21 %.' }),
  tax_included: Type.Boolean({ description: 'Charges have the tax in them.' }),
  color: Type.String({ pattern: '^#[0-9a-f]{6}$' }),
  footer: Type.String({ maxLength: 500 }),
  markup: Type.Array(MARKUP, { maxItems: 20, description: 'For invoices to clients; the first that fits.' }),
};
const PROFILE = Type.Object(PROFILE_FIELDS);
const PROFILE_CHANGE = Type.Partial(PROFILE, { additionalProperties: false });

/** Invoices of accounts, and of accounts to their clients (F-102). */
export function installInvoices(define: DefineRoute, deps: AdminDeps): void {
  defineReads(define, deps);
  defineWrites(define, deps);
  defineProfile(define, deps);
}

function defineReads(define: DefineRoute, deps: AdminDeps): void {
  define({
    method: 'GET',
    url: '/invoices',
    tag: TAG,
    summary: 'List invoices and credit notes',
    scope: 'billing:read',
    query: Type.Object(
      { ...sortedBy('number', 'issued_at'), account_id: Type.Optional(Type.String({ maxLength: 64 })) },
      { additionalProperties: false },
    ),
    response: listEnvelope(INVOICE),
    handler: async ({ principal, query }) => {
      const page = parsePage(query);
      const filter = await accountFilter(deps, principal, query.account_id);
      const { rows, meta } = paged(page, await deps.store.invoices.list(principal.visible, page, filter));
      return { data: rows.map(invoiceView), meta };
    },
  });
  defineKeptDocument<InvoiceRow>(define, {
    url: '/invoices',
    tag: TAG,
    show: { summary: 'Show an invoice', scope: 'billing:read', shape: INVOICE },
    file: {
      path: 'pdf',
      summary: 'The invoice as PDF',
      scope: 'billing:read',
      description: 'A PDF file; the same bytes every time.',
    },
    find: (principal, ref) => deps.store.invoices.get(principal.visible, ref),
    view: invoiceView,
    read: async (_principal, { document }) => ({
      mediaType: 'application/pdf',
      name: `${document.number}.pdf`,
      content: await renderInvoicePdf(document),
    }),
  });
}

function defineWrites(define: DefineRoute, deps: AdminDeps): void {
  define({
    method: 'POST',
    url: '/invoices',
    tag: TAG,
    summary: 'Issue the invoice of a month, or of a month to the client who uses a trunk',
    scope: 'billing:write',
    body: Type.Object(
      {
        month: Type.String({ maxLength: 7, description: '2026-11' }),
        account_id: Type.Optional(ID_OR_UUID),
        sip_trunk_id: Type.Optional(ID_OR_UUID),
        currency: Type.Optional(CURRENCY),
      },
      { additionalProperties: false },
    ),
    status: 201,
    response: envelope(INVOICE),
    handler: async ({ principal, body }) => {
      const account = await targetAccount(deps, principal, body.account_id);
      const { month, sip_trunk_id: trunk, currency } = body;
      const client = trunk === undefined ? undefined : await deps.store.trunks.find(new Set([account.id]), trunk);
      if (trunk !== undefined && client === undefined) throw notFound('trunk');
      const request = { accountId: account.id, month, trunkUuid: client?.uuid, currency };
      return { data: invoiceView(await deps.store.invoices.issue(principal.actor, request)) };
    },
  });
  define({
    method: 'POST',
    url: '/invoices/:id/credit-note',
    tag: TAG,
    summary: 'Take an invoice back by a credit note',
    scope: 'operator',
    params: ID_PARAMS,
    publishes: true,
    response: envelope(INVOICE),
    handler: async ({ principal, params }) => {
      const invoice = await deps.store.invoices.get(principal.visible, params.id);
      return { data: invoiceView(await deps.store.invoices.credit(principal.actor, invoice)) };
    },
  });
}

function defineProfile(define: DefineRoute, deps: AdminDeps): void {
  const url = '/accounts/:id/billing-profile';
  define({
    method: 'GET',
    url,
    tag: TAG,
    summary: 'Who an account is on paper',
    scope: 'billing:read',
    params: ID_PARAMS,
    response: envelope(PROFILE),
    handler: async ({ principal, params }) => {
      const { id } = await targetAccount(deps, principal, params.id);
      return { data: profileView(await deps.store.invoices.getProfile(id)) };
    },
  });
  define({
    method: 'PATCH',
    url,
    tag: TAG,
    summary: 'Change who an account is on paper, its tax, and its mark-up',
    scope: 'billing:write',
    params: ID_PARAMS,
    body: PROFILE_CHANGE,
    response: envelope(PROFILE),
    handler: async ({ principal, params, body }) => {
      const { id } = await targetAccount(deps, principal, params.id);
      return { data: profileView(await deps.store.invoices.setProfile(principal.actor, id, changeOf(body))) };
    },
  });
  define({
    method: 'PATCH',
    url: '/billing/platform-profile',
    tag: TAG,
    summary: 'Change who the platform is on paper, and its tax',
    scope: 'operator',
    body: PROFILE_CHANGE,
    response: envelope(PROFILE),
    handler: async ({ principal, body }) => ({
      data: profileView(await deps.store.invoices.setProfile(principal.actor, null, changeOf(body))),
    }),
  });
}

function invoiceView({ document, ...row }: InvoiceRow) {
  return {
    id: row.id,
    uuid: row.uuid,
    account_id: row.accountId,
    // To its client an account is the issuer; whoever is above it does not exist for it.
    issuer_account_id: row.issuerAccountId === row.accountId ? row.issuerAccountId : null,
    kind: row.kind,
    number: document.number,
    credits: document.credits,
    customer: document.customer.name,
    period_from: document.periodFrom,
    period_to: document.periodTo,
    currency: document.currency,
    net: toCents(document.netMicros),
    tax: toCents(document.taxMicros),
    total: toCents(document.totalMicros),
    total_micros: document.totalMicros,
    lines: document.lines.map(({ text, quantity, amountMicros }) => ({ text, quantity, amount_micros: amountMicros })),
    issued_at: isoTime(row.issuedAtMs),
  };
}

function profileView(profile: BillingProfile): Static<typeof PROFILE> {
  const { address, color, footer, markup } = profile;
  return {
    legal_name: profile.legalName,
    address: [...address],
    tax_id: profile.taxId,
    tax_label: profile.taxLabel,
    tax_rate: profile.taxRate,
    tax_included: profile.taxIncluded,
    color,
    footer,
    markup: markup.map(({ kind, percent, perUnitMicros }) => ({ kind, percent, per_unit: toCents(perUnitMicros) })),
  };
}

function changeOf(body: Static<typeof PROFILE_CHANGE>): Partial<BillingProfile> {
  const { address, color, footer, markup } = body;
  const fields = {
    ...{ address, color, footer, legalName: body.legal_name, taxId: body.tax_id, taxLabel: body.tax_label },
    ...{ taxRate: body.tax_rate, taxIncluded: body.tax_included },
    markup: markup?.map(({ kind, percent, per_unit }) => ({ kind, percent, perUnitMicros: fromCents(per_unit) })),
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
