import {
  type DidRow,
  formatMoney,
  getBalance,
  getDid,
  postEntry,
  type Store,
  type StoreContext,
  TenancyError,
  tellOfNumber,
  toCents,
  trunkUuidOf,
  updateDid,
  writeAudit,
} from '../../tenancy/index.ts';
import { type CallHolds, NO_CALLS } from '../funds/index.ts';
import type { CarrierAdapter } from '../inventory/index.ts';
import { releaseNumber } from '../orders/release-number.ts';
import { creditOf } from '../terms/index.ts';
import { firstRenewal } from './first-renewal.ts';
import { nextMonthly } from './next-month.ts';
import { RenewalClocks } from './renewal-clocks.ts';

export interface RenewalRules {
  /** Days from a failed renewal until the number is released (features.md A15). @default 7 */
  readonly graceDays?: number;
  /** Days before a renewal on which it is announced. @default 7, 3, 1 */
  readonly reminderDays?: readonly number[];
}

export interface RenewalReport {
  readonly renewed: number;
  readonly suspended: number;
  readonly released: number;
  readonly reminded: number;
}

type Outcome = 'renewed' | 'suspended' | 'released' | 'waiting';

const DAY_MS = 86_400_000;
const ACTOR = 'renewals';

/**
 * Does what is due by the store's clock: renews, suspends what the wallet cannot pay, releases after the grace
 * period, reminds. Each number is a transaction of its own; a run that is repeated changes nothing.
 */
export async function runRenewals(
  store: Store,
  carrier: CarrierAdapter,
  rules: RenewalRules = {},
  holds: CallHolds = NO_CALLS,
): Promise<RenewalReport> {
  const graceMs = (rules.graceDays ?? 7) * DAY_MS;
  const report = { renewed: 0, suspended: 0, released: 0, reminded: 0 };
  await scheduleFirst(store);
  const deps = { store, carrier, holds, clocks: new RenewalClocks() };
  for (const due of await dueNumbers(store)) {
    for (;;) {
      const outcome = await renewOne(deps, due, graceMs);
      if (outcome !== 'waiting') report[outcome] += 1;
      // After a long stop several months may be due; each is charged by itself.
      if (outcome !== 'renewed') break;
    }
  }
  report.reminded = await remind(store, rules.reminderDays ?? [7, 3, 1]);
  return report;
}

/** Ordered numbers that went live without a date, after their documents were approved. */
async function scheduleFirst(store: Store): Promise<void> {
  const rows = await store.db
    .selectFrom('dids')
    .select(['id', 'accountId', 'activatedAtMs'])
    .where('status', '=', 'active')
    .where('orderItemId', 'is not', null)
    .where('renewsAtMs', 'is', null)
    .execute();
  for (const { id, accountId, activatedAtMs } of rows) {
    await store.write(async (context) => {
      const renewsAtMs = await firstRenewal(context, accountId, activatedAtMs ?? context.clock.nowMs());
      await updateDid(context, id, { renewsAtMs }, null);
    });
  }
}

interface Due {
  readonly id: number;
  readonly accountId: number;
  readonly monthlyRateMicros: number;
  readonly currency: string;
  readonly status: DidRow['status'];
  readonly renewsAtMs: number | null;
  readonly suspendedAtMs: number | null;
}

function dueNumbers(store: Store): Promise<readonly Due[]> {
  return store.db
    .selectFrom('dids')
    .select(['id', 'accountId', 'monthlyRateMicros', 'currency', 'status', 'renewsAtMs', 'suspendedAtMs'])
    .where('renewsAtMs', 'is not', null)
    .where('renewsAtMs', '<=', store.clock.nowMs())
    .where('status', 'in', ['active', 'suspended'])
    .orderBy('renewsAtMs')
    .orderBy('id')
    .execute();
}

interface Deps {
  readonly store: Store;
  readonly carrier: CarrierAdapter;
  readonly holds: CallHolds;
  readonly clocks: RenewalClocks;
}

async function renewOne({ store, carrier, holds, clocks }: Deps, due: Due, graceMs: number): Promise<Outcome> {
  const { id, accountId, monthlyRateMicros: amountMicros, currency } = due;
  const funds = async () => (await getBalance(store, accountId, currency)) + (await creditOf(store, accountId));
  // Most rounds find a number in its days of grace as the last one left it: a look at the wallet is enough.
  if (due.status === 'suspended' && store.clock.nowMs() < graceEnds(due, graceMs) && (await funds()) < amountMicros)
    return 'waiting';
  let heldMicros = 0;
  try {
    return await holds.during({ accountId, amountMicros, currency }, (held) => {
      heldMicros = held;
      return store.write((context) => renew(context, { id, held, clocks }));
    });
  } catch (error) {
    if (!(error instanceof TenancyError) || error.code !== 'insufficient_balance') throw error;
    // Calls that are up may leave enough: what they hold is not spent.
    if (heldMicros > 0 && (await funds()) >= amountMicros) return 'waiting';
    return store.write((context) => miss(context, carrier, id, graceMs));
  }
}

interface Renewal {
  readonly id: number;
  /** What calls hold of the wallet, micro-units. */
  readonly held: number;
  readonly clocks: RenewalClocks;
}

async function renew(context: StoreContext, { id, held, clocks }: Renewal): Promise<Outcome> {
  const did = await getDid(context, id, null);
  if (!isDue(did, context.clock.nowMs())) return 'waiting';
  const { accountId, monthlyRateMicros, renewsAtMs, currency } = did;
  if (monthlyRateMicros > 0) {
    await postEntry(context, {
      idempotencyKey: `renewal:${id}:${renewsAtMs}`,
      accountId,
      kind: 'charge',
      referenceType: 'number',
      referenceId: id,
      trunkUuid: await trunkUuidOf(context, did),
      note: `${did.number} from ${new Date(renewsAtMs).toISOString().slice(0, 10)}`,
      currency,
      creditMicros: (await creditOf(context, accountId)) - held,
      postings: [
        { accountId, kind: 'wallet', amountMicros: -monthlyRateMicros },
        { accountId: null, kind: 'revenue', amountMicros: monthlyRateMicros },
      ],
    });
  }
  const clock = await clocks.of(context, accountId);
  const dates = {
    renewsAtMs: nextMonthly(did.activatedAtMs ?? renewsAtMs, renewsAtMs, clock),
    remindedDays: null,
  };
  if (did.status === 'active') {
    // As a rule nothing but the date changes: there is nothing to tell and nothing to read again.
    const row = { ...dates, updatedAtMs: context.clock.nowMs() };
    await context.db.updateTable('dids').set(row).where('id', '=', id).execute();
  } else await updateDid(context, id, { status: 'active', ...dates }, null);
  return 'renewed';
}

async function miss(context: StoreContext, carrier: CarrierAdapter, id: number, graceMs: number): Promise<Outcome> {
  const did = await getDid(context, id, null);
  const now = context.clock.nowMs();
  if (!isDue(did, now)) return 'waiting';
  if (did.status === 'active') {
    await updateDid(context, id, { status: 'suspended', suspendReason: 'renewal' }, null);
    return 'suspended';
  }
  if (now < graceEnds(did, graceMs)) return 'waiting';
  await releaseNumber(context, carrier, id, null);
  const entry = { actor: ACTOR, action: 'release', resource: 'number', resourceId: did.uuid, accountId: did.accountId };
  await writeAudit(context, { ...entry, before: did, after: null });
  return 'released';
}

/** Counted from the renewal, or from the suspension where that came later: everybody has all days of grace. */
function graceEnds({ renewsAtMs, suspendedAtMs }: Pick<Due, 'renewsAtMs' | 'suspendedAtMs'>, graceMs: number): number {
  return Math.max(renewsAtMs ?? 0, suspendedAtMs ?? 0) + graceMs;
}

/** A number that the operator suspended by hand neither renews nor is released. */
function isDue(did: DidRow, nowMs: number): did is DidRow & { readonly renewsAtMs: number } {
  if (did.renewsAtMs === null || did.renewsAtMs > nowMs) return false;
  return did.status === 'active' || (did.status === 'suspended' && did.suspendReason === 'renewal');
}

async function remind(store: Store, days: readonly number[]): Promise<number> {
  const now = store.clock.nowMs();
  const widest = Math.max(0, ...days);
  const rows = await store.db
    .selectFrom('dids')
    .select(['id', 'renewsAtMs', 'remindedDays'])
    .where('renewsAtMs', 'is not', null)
    .where('renewsAtMs', '>', now)
    .where('renewsAtMs', '<=', now + widest * DAY_MS)
    .where('status', '=', 'active')
    .execute();
  let reminded = 0;
  for (const { id, renewsAtMs, remindedDays } of rows) {
    const left = Math.ceil(((renewsAtMs ?? now) - now) / DAY_MS);
    const mark = Math.min(...days.filter((day) => day >= left));
    if (remindedDays !== null && remindedDays <= mark) continue;
    await store.write((context) => remindOne(context, id, mark));
    reminded += 1;
  }
  return reminded;
}

async function remindOne(context: StoreContext, id: number, days: number): Promise<void> {
  const did = await getDid(context, id, null);
  const balance = await getBalance(context, did.accountId, did.currency);
  await updateDid(context, id, { remindedDays: days }, null);
  await tellOfNumber(context, 'number.renewal_due', did, {
    days,
    renews_at: did.renewsAtMs === null ? null : new Date(did.renewsAtMs).toISOString(),
    monthly_rate: toCents(did.monthlyRateMicros),
    balance: formatMoney(balance),
    affordable: balance >= did.monthlyRateMicros,
  });
}
