import { sql } from 'kysely';
import { Temporal } from 'temporal-polyfill';
import {
  askCarrier,
  type CallHolds,
  type CarrierAdapter,
  CarrierOrders,
  CarrierReleases,
  carryMessages,
  PbxMessages,
  type RecordStreamer,
  type RenewalRules,
  runFunding,
  runInvoices,
  runRenewals,
  type SendToPbx,
  takeSipMessages,
  type WebhookSender,
  workOnPorts,
} from '../billing-hooks/index.ts';
import { applyRetention, deleteDueDocuments, type Store } from '../tenancy/index.ts';
import { least } from './least-due.ts';
import type { DueWork } from './timeline.ts';
import { workOfStreams, workOfWebhooks } from './works-told.ts';
import type { TestPayments } from './world-payments.ts';

export interface WorkDeps {
  readonly store: Store;
  readonly carrier: CarrierAdapter;
  readonly holds: CallHolds;
  readonly renewal: RenewalRules;
  readonly payments: TestPayments;
  readonly sender: WebhookSender;
  readonly streamer: RecordStreamer;
  /** How messages come to PBXes; `undefined` while the world has no telephones. */
  readonly line: () => SendToPbx | undefined;
  readonly onFault: (error: unknown) => void;
}

const DAY_MS = 86_400_000;
/** Old records of a test world are few: once a week is enough. */
const RETENTION_MS = 7 * DAY_MS;
/** All that time brings about, in the order of one moment: money comes before it is spent, what happened is told last. */
export function worksOf(deps: WorkDeps): readonly DueWork[] {
  const { store, carrier, holds, renewal, payments, sender, streamer } = deps;
  const shop = { store, carrier, holds };
  const renew = () => renewAndFund(deps);
  return [
    // Money that comes pays at once for what was suspended.
    { name: 'payments', nextDueMs: () => payments.nextDueMs(), run: () => payments.settle().then(renew) },
    { name: 'orders', nextDueMs: () => ordersDueMs(store), run: () => new CarrierOrders(shop).recover() },
    { name: 'documents', nextDueMs: () => documentsDueMs(store), run: () => workOnDocuments(store, carrier) },
    { name: 'porting', nextDueMs: () => portsDueMs(store), run: () => workOnPorts(store, carrier) },
    { name: 'renewals', nextDueMs: () => renewalsDueMs(store, renewal), run: renew },
    { name: 'releases', nextDueMs: () => releasesDueMs(store), run: () => new CarrierReleases(shop).deliver() },
    workOfMessages(deps),
    { name: 'invoices', nextDueMs: (sinceMs) => nextMonthMs(store, sinceMs), run: () => runInvoices(store, holds) },
    {
      name: 'retention',
      nextDueMs: async (sinceMs) => (Math.floor(sinceMs / RETENTION_MS) + 1) * RETENTION_MS,
      run: () => applyRetention(store),
    },
    workOfStreams(store, streamer),
    workOfWebhooks(store, sender),
  ];
}

/** Renewals, and wallets that fill themselves; what could not be paid before the money came is paid after it. */
async function renewAndFund({ store, carrier, holds, renewal, payments }: WorkDeps): Promise<void> {
  await runRenewals(store, carrier, renewal, holds);
  if ((await runFunding(store, payments.sources, holds)) > 0) await runRenewals(store, carrier, renewal, holds);
}

async function workOnDocuments(store: Store, carrier: CarrierAdapter): Promise<void> {
  await askCarrier(store, carrier);
  await store.write(deleteDueDocuments);
}

function portsDueMs(store: Store): Promise<number | undefined> {
  return least(store, sql`SELECT min(due_at_ms) AS at FROM porting_orders WHERE status IN ('submitted', 'accepted')`);
}

function ordersDueMs(store: Store): Promise<number | undefined> {
  return least(
    store,
    sql`SELECT min(due_at_ms) AS at FROM carrier_orders WHERE step IN ('reserving', 'buying', 'undoing')`,
  );
}

function releasesDueMs(store: Store): Promise<number | undefined> {
  return least(store, sql`SELECT min(due_at_ms) AS at FROM carrier_releases`);
}

function documentsDueMs(store: Store): Promise<number | undefined> {
  return least(
    store,
    sql`SELECT min(due_at_ms) AS at FROM regulatory_submissions WHERE status = 'pending'
    UNION ALL SELECT min(deletes_at_ms) FROM regulatory_documents WHERE deleted_at_ms IS NULL`,
  );
}

/** Between the carrier and the store; and between the store and the PBXes, when there are any. */
function workOfMessages({ store, carrier, holds, line, onFault }: WorkDeps): DueWork {
  const pbxes = new PbxMessages(store, async (message) => (await line()?.(message)) ?? { kind: 'no_pbx' }, onFault);
  const atCarrier = sql`SELECT min(due_at_ms) AS at FROM messages WHERE status = 'queued'`;
  const atPbxes = sql`UNION ALL SELECT min(due_at_ms) FROM message_deliveries WHERE status = 'pending'
    UNION ALL SELECT min(due_at_ms) FROM sip_messages`;
  return {
    name: 'messages',
    nextDueMs: () => least(store, line() === undefined ? atCarrier : sql`${atCarrier} ${atPbxes}`),
    async run() {
      await carryMessages(store, carrier);
      if (line() === undefined) return;
      await takeSipMessages(store, holds);
      await pbxes.round();
      await pbxes.settle();
    },
  };
}

/** First dates, renewals, the end of the grace period, each reminder; and money that was asked for. */
function renewalsDueMs(
  store: Store,
  { graceDays = 7, reminderDays = [7, 3, 1] }: RenewalRules,
): Promise<number | undefined> {
  const nowMs = store.clock.nowMs();
  const graceMs = graceDays * DAY_MS;
  const reminders = reminderDays.map(
    (days) => sql`UNION ALL SELECT min(renews_at_ms) - ${days * DAY_MS} FROM dids
      WHERE status = 'active' AND renews_at_ms > ${nowMs} AND (reminded_days IS NULL OR reminded_days > ${days})`,
  );
  return least(
    store,
    sql`SELECT min(renews_at_ms) AS at FROM dids WHERE status = 'active'
    UNION ALL SELECT min(max(renews_at_ms, coalesce(suspended_at_ms, 0)) + ${graceMs}) FROM dids
      WHERE status = 'suspended' AND suspend_reason = 'renewal' AND renews_at_ms IS NOT NULL
    UNION ALL SELECT min(activated_at_ms) FROM dids
      WHERE status = 'active' AND order_item_id IS NOT NULL AND renews_at_ms IS NULL
    UNION ALL SELECT min(due_at_ms) FROM funding_requests WHERE status = 'asked'
    ${sql.join(reminders, sql` `)}`,
  );
}

/** Invoices are of months, which end at midnight of each account's own wall clock. */
async function nextMonthMs(store: Store, sinceMs: number): Promise<number> {
  const rows = await store.db.selectFrom('accounts').select('timezone').distinct().execute();
  const zones = new Set(rows.map(({ timezone }) => timezone ?? 'UTC'));
  const since = Temporal.Instant.fromEpochMilliseconds(sinceMs);
  const starts = [...zones].map((zone) => {
    const month = since.toZonedDateTimeISO(zone).toPlainDate().toPlainYearMonth().add({ months: 1 });
    return month.toPlainDate({ day: 1 }).toZonedDateTime(zone).epochMilliseconds;
  });
  return Math.min(...starts);
}
