import { Temporal } from 'temporal-polyfill';
import {
  type AccountRow,
  accountChain,
  DEFAULT_CURRENCY,
  getTrunk,
  postEntry,
  resolveEffective,
  type StoreContext,
  TenancyError,
} from '../../tenancy/index.ts';
import { timezoneOf } from '../renewals/index.ts';
import { type BillingProfile, getProfile } from './billing-profile.ts';
import { type InvoiceDocument, type InvoiceKind, numberText, type Party, taxOf } from './invoice-document.ts';
import { type InvoiceLine, linesForClient, linesOfLedger } from './invoice-lines.ts';
import { findInvoiceAt, fitPeriod, type InvoiceRow, subjectOf, toInvoiceRow } from './invoice-store.ts';

export interface InvoiceRequest {
  readonly accountId: number;
  /** `2026-11`, on the account's calendar. */
  readonly month: string;
  /** An invoice of the account to a client of its, who uses this trunk, with the account's mark-up. */
  readonly trunkUuid?: string | undefined;
  /** Which of its wallets it is about: each currency has invoices of its own. @default EUR */
  readonly currency?: string | undefined;
}

/**
 * Issues the invoice of a month, or returns the one that was issued for it. Call it within `store.write`: the number
 * is the next one exactly when the invoice is there. Tax that is not in the charges is charged with it.
 * @throws TenancyError `validation_failed` when nothing was charged, or the month is not over
 */
export async function issueInvoice(context: StoreContext, request: InvoiceRequest): Promise<InvoiceRow> {
  const made = await draftOf(context, request);
  return 'earlier' in made ? made.earlier : write(context, made);
}

/** What of a wallet the invoice will take for tax now, in micro-units; 0 where there is nothing to issue. */
export async function taxAhead(context: StoreContext, request: InvoiceRequest): Promise<number> {
  const made = await draftOf(context, request);
  return 'earlier' in made ? 0 : chargedTax(made);
}

async function draftOf(
  context: StoreContext,
  { accountId, month, trunkUuid, currency = DEFAULT_CURRENCY }: InvoiceRequest,
): Promise<Draft | { readonly earlier: InvoiceRow }> {
  const chain = await accountChain(context, accountId);
  const [account] = chain;
  if (account === undefined) throw new TenancyError('not_found', 'There is no such account.');
  const calendar = periodOf(month, await timezoneOf(context, accountId));
  if (calendar.toMs > context.clock.nowMs())
    throw new TenancyError('validation_failed', `month: ${month} is not over yet`, { field: 'month' });
  const issuerId = trunkUuid === undefined ? account.parentId : accountId;
  const subject = subjectOf(trunkUuid === undefined ? 'account' : `trunk:${trunkUuid}`, currency);
  const series = { issuerId, accountId, subject };
  const earlier = await findInvoiceAt(context, series, (calendar.fromMs + calendar.toMs) / 2);
  if (earlier !== undefined) return { earlier };
  const period = await fitPeriod(context, series, calendar);
  const profile = await getProfile(context, issuerId);
  const query = { accountId, currency, fromMs: period.fromMs, toMs: period.toMs };
  const lines =
    trunkUuid === undefined
      ? await linesOfLedger(context, query)
      : await linesForClient(context, { ...query, trunkUuid }, profile.markup);
  if (lines.length === 0)
    throw new TenancyError('validation_failed', `month: nothing was charged in ${month}`, { field: 'month' });
  const customer =
    trunkUuid === undefined ? await partyOf(context, account) : await clientOf(context, trunkUuid, accountId);
  const kind = trunkUuid === undefined ? 'invoice' : 'client_invoice';
  const issuer = await issuerOf(context, chain, issuerId, profile);
  return { kind, accountId, issuerId, subject, currency, period, profile, issuer, customer, lines };
}

interface Period {
  readonly fromMs: number;
  readonly toMs: number;
  readonly from: string;
  readonly to: string;
  readonly timezone: string;
}

interface Draft {
  readonly kind: InvoiceKind;
  readonly accountId: number;
  readonly issuerId: number | null;
  readonly subject: string;
  readonly currency: string;
  readonly period: Period;
  readonly profile: BillingProfile;
  readonly issuer: InvoiceDocument['issuer'];
  readonly customer: Party;
  readonly lines: readonly InvoiceLine[];
}

async function write(context: StoreContext, draft: Draft): Promise<InvoiceRow> {
  const { kind, accountId, issuerId, subject, currency, period, profile, issuer, customer, lines } = draft;
  const number = await nextNumber(context, issuerId, kind);
  const sum = sumOf(lines);
  const taxMicros = taxOf(sum, profile.taxRate, profile.taxIncluded);
  const netMicros = profile.taxIncluded ? sum - taxMicros : sum;
  const amounts = { netMicros, taxMicros, totalMicros: netMicros + taxMicros };
  const issuedAtMs = context.clock.nowMs();
  const document: InvoiceDocument = {
    ...amounts,
    ...{ kind, number: numberText(kind, number), credits: null, issuer, customer, currency, lines },
    ...{ periodFrom: period.from, periodTo: period.to, issuedAtMs, issuedOn: dayOf(issuedAtMs, period.timezone) },
    ...{ taxLabel: profile.taxLabel, taxRate: profile.taxRate },
  };
  const row = await context.db
    .insertInto('invoices')
    .values({
      ...amounts,
      ...{ accountId, issuerAccountId: issuerId, kind, number, creditsId: null, subject, issuedAtMs },
      ...{ periodFromMs: period.fromMs, periodToMs: period.toMs, currency },
      document: JSON.stringify(document),
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  if (chargedTax(draft) !== 0) await chargeTax(context, { ...row, taxMicros });
  return toInvoiceRow(row);
}

function sumOf(lines: readonly InvoiceLine[]): number {
  return lines.reduce((total, { amountMicros }) => total + amountMicros, 0);
}

/** Tax that is in the charges is paid with them; what goes to an account's own clients touches no wallet. */
function chargedTax({ kind, profile, lines }: Draft): number {
  return kind === 'invoice' && !profile.taxIncluded ? taxOf(sumOf(lines), profile.taxRate, false) : 0;
}

/** Writes are one after the other, so that the next number is nobody else's. */
export async function nextNumber(context: StoreContext, issuerId: number | null, kind: InvoiceKind): Promise<number> {
  const row = await context.db
    .selectFrom('invoices')
    .select((eb) => eb.fn.max<number | null>('number').as('last'))
    .where('issuerAccountId', 'is', issuerId)
    .where('kind', '=', kind)
    .executeTakeFirst();
  return (row?.last ?? 0) + 1;
}

async function chargeTax(
  context: StoreContext,
  invoice: {
    readonly id: number;
    readonly accountId: number;
    readonly currency: string;
    readonly taxMicros: number;
    readonly issuerAccountId: number | null;
  },
): Promise<void> {
  const { id, accountId, currency, taxMicros, issuerAccountId } = invoice;
  await postEntry(context, {
    idempotencyKey: `invoice:${id}:tax`,
    accountId,
    kind: taxMicros > 0 ? 'charge' : 'refund',
    referenceType: 'invoice',
    referenceId: id,
    currency,
    creditMicros: Number.MAX_SAFE_INTEGER,
    postings: [
      { accountId, kind: 'wallet', amountMicros: -taxMicros },
      { accountId: issuerAccountId, kind: 'tax', amountMicros: taxMicros },
    ],
  });
}

/** White-label: a client of a reseller reads the reseller's name, never the platform's. */
async function issuerOf(
  context: StoreContext,
  chain: readonly AccountRow[],
  issuerId: number | null,
  profile: BillingProfile,
): Promise<InvoiceDocument['issuer']> {
  const at = chain.findIndex(({ id }) => id === issuerId);
  const brand = at < 0 ? null : resolveEffective(chain.slice(at)).brandName.value;
  const name = profile.legalName ?? brand ?? chain[at]?.name ?? context.platformRealm;
  const { address, taxId, color, footer } = profile;
  return { name, address, taxId, color, footer };
}

async function partyOf(context: StoreContext, account: AccountRow): Promise<Party> {
  const { legalName, address, taxId } = await getProfile(context, account.id);
  return { name: legalName ?? account.name, address, taxId };
}

async function clientOf(context: StoreContext, trunkUuid: string, accountId: number): Promise<Party> {
  const { name } = await getTrunk(context, trunkUuid, new Set([accountId]));
  return { name, address: [], taxId: null };
}

/** @throws TenancyError `validation_failed` */
function periodOf(month: string, timezone: string): Period {
  if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(month))
    throw new TenancyError('validation_failed', `month: ${month} is no month such as 2026-11`, { field: 'month' });
  const first = Temporal.PlainYearMonth.from(month).toPlainDate({ day: 1 });
  const next = first.add({ months: 1 });
  const start = (day: Temporal.PlainDate) => day.toZonedDateTime(timezone).epochMilliseconds;
  const to = next.subtract({ days: 1 }).toString();
  return { fromMs: start(first), toMs: start(next), from: first.toString(), to, timezone };
}

function dayOf(ms: number, timezone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timezone).toPlainDate().toString();
}
