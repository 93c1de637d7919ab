import { sql } from 'kysely';
import { Temporal } from 'temporal-polyfill';
import { DEFAULT_CURRENCY, type Store, TenancyError } from '../../tenancy/index.ts';
import { type CallHolds, NO_CALLS } from '../funds/index.ts';
import { timezoneOf } from '../renewals/index.ts';
import { type InvoiceRequest, issueInvoice, taxAhead } from './issue-invoice.ts';

/** Two months and the days of the one that has begun: charges older than that were invoiced long ago. */
const BACK_MS = 93 * 86_400_000;

/** An invoice of a period that ended more recently than this is that of the month before the last one, at least. */
const TWO_MONTHS_MS = 57 * 86_400_000;

/** An invoice of a month that ended more recently than this is the last month's. */
const SHORTEST_MONTH_MS = 28 * 86_400_000;

/** A wallet that was charged lately. */
interface Charged {
  readonly accountId: number;
  readonly currency: string;
  readonly invoicedToMs: number | null;
}

/** Issues what is due by the store's clock: of each wallet the month that is over, once. @returns how many */
export async function runInvoices(store: Store, holds: CallHolds = NO_CALLS): Promise<number> {
  const nowMs = store.clock.nowMs();
  const { rows } = await sql<Charged>`WITH charged AS (
      SELECT DISTINCT account_id, currency,
        'account' || CASE currency WHEN ${DEFAULT_CURRENCY} THEN '' ELSE '/' || currency END AS subject
      FROM ledger_entries
      WHERE account_id IS NOT NULL AND kind IN ('charge', 'hold') AND at_ms >= ${nowMs - BACK_MS})
    SELECT account_id, currency, (SELECT max(period_to_ms) FROM invoices i
        WHERE i.account_id = charged.account_id AND i.subject = charged.subject) AS invoiced_to_ms
    FROM charged
    WHERE NOT EXISTS (SELECT 1 FROM invoices i WHERE i.account_id = charged.account_id AND i.subject = charged.subject
      AND i.period_to_ms > ${nowMs - SHORTEST_MONTH_MS}) ORDER BY 1, 2`.execute(store.db);
  let issued = 0;
  for (const { accountId, currency, invoicedToMs } of rows) {
    const timezone = await timezoneOf(store, accountId);
    const now = Temporal.Instant.fromEpochMilliseconds(nowMs).toZonedDateTimeISO(timezone).toPlainDate();
    const before = await countInvoices(store);
    // The month before the last one, too: nobody may have been there to see it end.
    for (const months of (invoicedToMs ?? 0) > nowMs - TWO_MONTHS_MS ? [1] : [2, 1]) {
      const request = { accountId, currency, month: now.toPlainYearMonth().subtract({ months }).toString() };
      await setTaxAside(store, holds, request, () => store.write((context) => issueInvoice(context, request))).catch(
        ignoreEmpty,
      );
    }
    issued += (await countInvoices(store)) - before;
  }
  return issued;
}

/** Tax that an invoice takes out of a wallet is set aside from calls until SIP knows that it is gone. */
export async function setTaxAside<T>(
  store: Store,
  holds: CallHolds,
  request: InvoiceRequest,
  work: () => Promise<T>,
): Promise<T> {
  if (holds === NO_CALLS) return work();
  const amountMicros = await taxAhead(store, request);
  const purchase = { accountId: request.accountId, amountMicros, currency: request.currency ?? DEFAULT_CURRENCY };
  return holds.during(purchase, work);
}

/** An account without charges in that month gets no invoice. */
function ignoreEmpty(error: unknown): void {
  if (!(error instanceof TenancyError) || error.code !== 'validation_failed') throw error;
}

async function countInvoices(context: Pick<Store, 'db'>): Promise<number> {
  const row = await context.db
    .selectFrom('invoices')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return row.count;
}
