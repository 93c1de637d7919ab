import {
  type DidRow,
  getBalance,
  getDid,
  type Store,
  type StoreContext,
  TenancyError,
  updateDid,
  writeAudit,
} from '../../tenancy/index.ts';
import { type CallHolds, NO_CALLS } from '../funds/index.ts';
import type { CarrierAdapter } from '../inventory/index.ts';
import { releaseNumber } from '../orders/release-number.ts';
import { creditOf } from '../terms/index.ts';
import { firstRenewal } from './first-renewal.ts';
import { remind } from './remind.ts';
import { isDue, renewNumbers } from './renew-numbers.ts';
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
type Counts = Record<Exclude<Outcome, 'waiting'>, number>;

const DAY_MS = 86_400_000;
const ACTOR = 'renewals';
/** Of one transaction: nobody waits long for its end. */
const MOST_TOGETHER = 100;

/**
 * Does what is due by the store's clock: renews, suspends what the wallet cannot pay, releases after the grace
 * period, reminds. What one wallet has the money for is renewed together, the rest one by one; a run that is repeated
 * changes nothing. What is at fault holds up nothing else.
 * @throws the first fault, when all the others are done
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
  const deps = { store, carrier, holds, clocks: new RenewalClocks(), graceMs };
  const faults: unknown[] = [];
  for (const dues of await dueByWallet(store)) faults.push(...(await workOnWallet(deps, dues, report)));
  report.reminded = await remind(store, rules.reminderDays ?? [7, 3, 1]);
  if (faults.length > 0) throw faults[0];
  return report;
}

/** @returns what went wrong */
async function workOnWallet(deps: Deps, dues: readonly Due[], counts: Counts): Promise<unknown[]> {
  const faults: unknown[] = [];
  try {
    const { renewed, left, fundsMicros } = await renewWallet(deps, dues);
    counts.renewed += renewed;
    for (const due of left) await workOnOne(deps, due, fundsMicros, counts).catch((error) => faults.push(error));
  } catch (error) {
    faults.push(error);
  }
  return faults;
}

async function workOnOne(deps: Deps, due: Due, fundsMicros: number, counts: Counts): Promise<void> {
  for (;;) {
    const outcome = await renewOne(deps, due, fundsMicros);
    if (outcome !== 'waiting') counts[outcome] += 1;
    if (outcome !== 'renewed') return;
  }
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

/** What each wallet has to pay, oldest first. */
async function dueByWallet(store: Store): Promise<Iterable<readonly Due[]>> {
  const rows = await store.db
    .selectFrom('dids')
    .select(['id', 'accountId', 'monthlyRateMicros', 'currency', 'status', 'renewsAtMs', 'suspendedAtMs'])
    .where('renewsAtMs', 'is not', null)
    .where('renewsAtMs', '<=', store.clock.nowMs())
    // As isDue has it: no money is kept back for what the operator suspended by hand.
    .where((eb) => eb.or([eb('status', '=', 'active'), eb.and({ status: 'suspended', suspendReason: 'renewal' })]))
    .orderBy('renewsAtMs')
    .orderBy('id')
    .execute();
  return Map.groupBy(rows, ({ accountId, currency }) => `${accountId}/${currency}`).values();
}

interface Deps {
  readonly store: Store;
  readonly carrier: CarrierAdapter;
  readonly holds: CallHolds;
  readonly clocks: RenewalClocks;
  readonly graceMs: number;
}

interface Wallet {
  readonly renewed: number;
  /** What there was no money for. */
  readonly left: readonly Due[];
  /** What can be spent still. */
  readonly fundsMicros: number;
}

/** Renews together what the wallet has the money for; after a long stop several months, one after the other. */
async function renewWallet(deps: Deps, dues: readonly Due[]): Promise<Wallet> {
  const { store } = deps;
  let fundsMicros = await fundsOf(store, dues[0] as Due);
  let renewed = 0;
  const left: Due[] = [];
  for (let open = dues; open.length > 0; ) {
    const { together, later, short, sumMicros } = pick(open, fundsMicros);
    left.push(...short);
    const dates = await renewTogether(deps, together, sumMicros);
    if (dates === undefined) left.push(...together);
    renewed += dates?.size ?? 0;
    for (const due of together) if (dates?.has(due.id)) fundsMicros -= due.monthlyRateMicros;
    const again = together.flatMap((due): Due[] => {
      const renewsAtMs = dates?.get(due.id) ?? Number.POSITIVE_INFINITY;
      return renewsAtMs <= store.clock.nowMs() ? [{ ...due, renewsAtMs, status: 'active' }] : [];
    });
    open = [...later, ...again];
  }
  return { renewed, left, fundsMicros };
}

function pick(open: readonly Due[], fundsMicros: number) {
  const [together, later, short]: [Due[], Due[], Due[]] = [[], [], []];
  let sumMicros = 0;
  for (const due of open) {
    if (sumMicros + due.monthlyRateMicros > fundsMicros) short.push(due);
    else if (together.length === MOST_TOGETHER) later.push(due);
    else {
      together.push(due);
      sumMicros += due.monthlyRateMicros;
    }
  }
  return { together, later, short, sumMicros };
}

async function fundsOf(store: Store, { accountId, currency }: Due): Promise<number> {
  return (await getBalance(store, accountId, currency)) + (await creditOf(store, accountId));
}

/** @returns nothing when they cannot be renewed at once: calls that are up hold the money, or one is at fault */
async function renewTogether(
  { store, holds, clocks }: Deps,
  dues: readonly Due[],
  amountMicros: number,
): Promise<ReadonlyMap<number, number> | undefined> {
  const [first] = dues;
  if (first === undefined) return new Map();
  const { accountId, currency } = first;
  const ids = dues.map(({ id }) => id);
  try {
    return await holds.during({ accountId, amountMicros, currency }, (heldMicros) =>
      store.write((context) => renewNumbers(context, { accountId, ids, heldMicros, clocks })),
    );
  } catch (error) {
    if (error instanceof TenancyError) return undefined;
    throw error;
  }
}

async function renewOne(
  { store, carrier, holds, clocks, graceMs }: Deps,
  due: Due,
  fundsMicros: number,
): Promise<Outcome> {
  const { id, accountId, monthlyRateMicros: amountMicros, currency } = due;
  // Most rounds find a number in its days of grace as the last one left it: a look at the wallet was enough.
  if (due.status === 'suspended' && store.clock.nowMs() < graceEnds(due, graceMs) && fundsMicros < amountMicros)
    return 'waiting';
  let held = 0;
  try {
    const dates = await holds.during({ accountId, amountMicros, currency }, (heldMicros) => {
      held = heldMicros;
      return store.write((context) => renewNumbers(context, { accountId, ids: [id], heldMicros, clocks }));
    });
    return dates.has(id) ? 'renewed' : 'waiting';
  } catch (error) {
    if (!(error instanceof TenancyError) || error.code !== 'insufficient_balance') throw error;
    // Calls that are up may leave enough: what they hold is not spent.
    if (held > 0 && (await fundsOf(store, due)) >= amountMicros) return 'waiting';
    return store.write((context) => miss(context, carrier, id, graceMs));
  }
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
