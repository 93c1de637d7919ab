import {
  formatMoney,
  getBalance,
  getDid,
  type Store,
  type StoreContext,
  tellOfNumber,
  toCents,
} from '../../tenancy/index.ts';

const DAY_MS = 86_400_000;
/** Of one transaction: nobody waits long for its end. */
const MOST_TOGETHER = 100;

interface Reminder {
  readonly id: number;
  readonly days: number;
}

/** Announces renewals that are so many days away, each once. @returns how many */
export async function remind(store: Store, days: readonly number[]): Promise<number> {
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
  const due = rows.flatMap(({ id, renewsAtMs, remindedDays }): Reminder[] => {
    const left = Math.ceil(((renewsAtMs ?? now) - now) / DAY_MS);
    const mark = Math.min(...days.filter((day) => day >= left));
    return remindedDays !== null && remindedDays <= mark ? [] : [{ id, days: mark }];
  });
  for (let from = 0; from < due.length; from += MOST_TOGETHER) {
    const together = due.slice(from, from + MOST_TOGETHER);
    await store.write(async (context) => {
      for (const reminder of together) await remindOne(context, reminder);
    });
  }
  return due.length;
}

async function remindOne(context: StoreContext, { id, days }: Reminder): Promise<void> {
  const did = await getDid(context, id, null);
  const balance = await getBalance(context, did.accountId, did.currency);
  const row = { remindedDays: days, updatedAtMs: context.clock.nowMs() };
  await context.db.updateTable('dids').set(row).where('id', '=', id).execute();
  await tellOfNumber(context, 'number.renewal_due', did, {
    days,
    renews_at: did.renewsAtMs === null ? null : new Date(did.renewsAtMs).toISOString(),
    monthly_rate: toCents(did.monthlyRateMicros),
    balance: formatMoney(balance),
    affordable: balance >= did.monthlyRateMicros,
  });
}
