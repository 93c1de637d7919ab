import { accountChain, resolveEffective, type StoreContext, WallClock } from '../../tenancy/index.ts';
import { nextMonthly } from './next-month.ts';

/** The wall clock of an account (F-014): its own, else the nearest above it that has one. */
export async function timezoneOf(context: StoreContext, accountId: number): Promise<string> {
  return resolveEffective(await accountChain(context, accountId)).timezone.value ?? 'UTC';
}

/** When a number that goes live at `fromMs` is to be paid again. */
export async function firstRenewal(context: StoreContext, accountId: number, fromMs: number): Promise<number> {
  return nextMonthly(fromMs, fromMs, new WallClock(await timezoneOf(context, accountId)));
}
