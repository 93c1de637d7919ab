import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { appendOutbox, formatMoney, type Store, type StoreContext, WallClock } from '../../tenancy/index.ts';
import { type CallHolds, NO_CALLS } from '../funds/index.ts';
import { timezoneOf } from '../renewals/index.ts';
import { askForFunds } from './ask-for-funds.ts';
import type { FundingSources } from './funding-source.ts';
import type { WalletFunding } from './wallet-funding.ts';

/** A service that has said no is asked again no sooner (ms). */
const REFUSED_MS = 30_000;
/** Wallets that SIP is asked about at a time: calls come between. */
const ASKED_AT_ONCE = 50;

/** One wallet of an account. */
interface Wallet {
  readonly accountId: number;
  readonly currency: string;
}

interface Funded extends WalletFunding, Wallet {
  readonly isArmed: number;
  readonly balanceMicros: number;
  readonly open: number;
}

/**
 * Fills the wallets that are below their threshold, once each time that one falls below, and asks again for what was
 * not answered. What calls hold is not there any more: a long call does not empty a wallet unseen.
 * @returns how many requests were begun
 */
export async function runFunding(store: Store, sources: FundingSources, holds: CallHolds = NO_CALLS): Promise<number> {
  const wallets = await fundedWallets(store);
  let begun = 0;
  for (let at = 0; at < wallets.length; at += ASKED_AT_ONCE) {
    for (const [wallet, held] of await heldOf(wallets.slice(at, at + ASKED_AT_ONCE), holds)) {
      const leftMicros = wallet.balanceMicros - held;
      // As a rule there is nothing to do, and nothing is written.
      if (leftMicros >= wallet.thresholdMicros ? wallet.isArmed === 1 : wallet.open !== 0) continue;
      if (await store.write((context) => watch(context, wallet, held))) begun += 1;
    }
  }
  await askForFunds(store, sources);
  return begun;
}

/** What calls hold of each of the wallets: SIP is asked about all of them side by side. */
function heldOf(wallets: readonly Funded[], holds: CallHolds): Promise<readonly (readonly [Funded, held: number])[]> {
  return Promise.all(
    wallets.map(async (wallet) => [wallet, (await holds.heldBy?.(wallet.accountId, wallet.currency)) ?? 0] as const),
  );
}

async function fundedWallets(context: Pick<Store, 'db'>, only: Wallet | null = null): Promise<readonly Funded[]> {
  const { rows } =
    await sql<Funded>`SELECT f.account_id AS "accountId", f.currency, source, threshold_micros AS "thresholdMicros",
      amount_micros AS "amountMicros", most_per_day AS "mostPerDay", down_credit_micros AS "downCreditMicros",
      is_armed AS "isArmed", coalesce((SELECT balance_after_micros FROM ledger_postings WHERE ledger_account_id =
        (SELECT id FROM ledger_accounts WHERE coalesce(account_id, 0) = f.account_id AND kind = 'wallet'
          AND currency = f.currency) ORDER BY id DESC LIMIT 1), 0) AS "balanceMicros",
      EXISTS (SELECT 1 FROM funding_requests r WHERE r.account_id = f.account_id AND r.currency = f.currency
        AND r.status IN ('asked', 'pending')) AS open
    FROM wallet_funding f JOIN accounts a ON a.id = f.account_id AND a.status = 'active'
    WHERE ${only?.accountId ?? null} IS NULL OR (f.account_id = ${only?.accountId ?? null} AND f.currency = ${only?.currency ?? null})`.execute(
      context.db,
    );
  return rows;
}

/** @returns whether money was asked for */
async function watch(context: StoreContext, watched: Wallet, heldMicros: number): Promise<boolean> {
  const [wallet] = await fundedWallets(context, watched);
  if (wallet === undefined) return false;
  const { accountId, currency, thresholdMicros } = wallet;
  const leftMicros = wallet.balanceMicros - heldMicros;
  if (leftMicros >= thresholdMicros) {
    if (wallet.isArmed === 0) await arm(context, wallet, 1);
    return false;
  }
  if (wallet.open !== 0 || (wallet.isArmed === 0 && !(await mayTryAgain(context, wallet)))) return false;
  const asks = wallet.source !== 'notice' && (await sinceMidnight(context, wallet)) < wallet.mostPerDay;
  // What is not asked for today is asked for tomorrow, and told once.
  if (!asks && wallet.isArmed === 0) return false;
  await arm(context, wallet, 0);
  const data = {
    balance: formatMoney(leftMicros),
    threshold: formatMoney(thresholdMicros),
    recharge: asks ? formatMoney(wallet.amountMicros) : null,
    currency,
  };
  if (wallet.source !== 'service') await appendOutbox(context, [{ accountId, event: 'wallet.low', data }]);
  if (asks) await ask(context, wallet);
  return asks;
}

async function ask(context: StoreContext, { accountId, currency, source, amountMicros }: Funded): Promise<void> {
  if (source === 'notice') return;
  const nowMs = context.clock.nowMs();
  await context.db
    .insertInto('fundingRequests')
    .values({
      ...{ accountId, currency, source, amountMicros, reference: randomUUID(), status: 'asked' },
      ...{ providerRef: null, reason: null, dueAtMs: nowMs, createdAtMs: nowMs, updatedAtMs: nowMs },
    })
    .execute();
}

async function arm(context: StoreContext, { accountId, currency }: Wallet, isArmed: 0 | 1): Promise<void> {
  await context.db
    .updateTable('walletFunding')
    .set({ isArmed })
    .where('accountId', '=', accountId)
    .where('currency', '=', currency)
    .execute();
}

/** A payment that failed is tried again on another day, a service that said no after a while. */
async function mayTryAgain(context: StoreContext, { accountId, currency, source }: Funded): Promise<boolean> {
  if (source === 'notice') return false;
  const last = await context.db
    .selectFrom('fundingRequests')
    .select('createdAtMs')
    .where('accountId', '=', accountId)
    .where('currency', '=', currency)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (last === undefined) return false;
  if (source === 'service') return last.createdAtMs <= context.clock.nowMs() - REFUSED_MS;
  return last.createdAtMs < (await midnight(context, accountId));
}

async function sinceMidnight(context: StoreContext, { accountId, currency }: Wallet): Promise<number> {
  const { count } = await context.db
    .selectFrom('fundingRequests')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('accountId', '=', accountId)
    .where('currency', '=', currency)
    .where('createdAtMs', '>=', await midnight(context, accountId))
    .executeTakeFirstOrThrow();
  return count;
}

async function midnight(context: StoreContext, accountId: number): Promise<number> {
  const clock = new WallClock(await timezoneOf(context, accountId));
  return clock.toEpoch({ ...clock.toLocal(context.clock.nowMs()), timeMs: 0 });
}
