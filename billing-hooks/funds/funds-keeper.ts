import type { FundsUpdate, PurseRecord, SpendAlarm } from '../../bus/index.ts';
import { type CallFacts, type Level, RateBook } from '../charging/index.ts';
import { affordableSec, rateCall } from '../rating/index.ts';
import type { SetAside } from './call-holds.ts';
import { SpendCaps } from './spend-caps.ts';

export interface FundsOptions {
  /** What a call reserves at a time (seconds). @default 30 */
  readonly sliceSec?: number;
}

/** Why a call cannot be paid. */
export type FundsRefusal = 'insufficient_balance' | 'no_rate' | 'rate_too_high' | 'spend_cap' | 'carrier_balance';

/** Up to when a call is paid, counted from its answer. */
export interface Paid {
  /** Seconds; infinite when nobody pays in advance. */
  readonly paidSec: number;
  /** Nothing more can be had now: the call ends there. */
  readonly isLast: boolean;
}

interface Held {
  readonly facts: CallFacts;
  readonly levels: readonly Level[];
  /** What is reserved of each level's purse. */
  readonly amounts: number[];
  paidSec: number;
}

const DEFAULT_SLICE_SEC = 30;

/**
 * The wallets as the SIP thread sees them: what is in them, less what live calls have reserved and what ended calls
 * cost that the ledger has not booked yet. All of it is memory, so that of many calls at once each sees what the
 * others took.
 */
export class FundsKeeper {
  readonly #book = new RateBook();
  readonly #caps = new SpendCaps();
  readonly #reserved = new Map<string, number>();
  /** Parts of wallets that are being spent on something else than calls, by reference. */
  readonly #aside = new Map<number, { readonly key: string; readonly amountMicros: number }>();
  readonly #live = new Map<string, Held>();
  /** Ended calls until their charge is within the balances. */
  readonly #unsettled = new Map<string, readonly { readonly key: string; readonly amountMicros: number }[]>();
  readonly #sliceSec: number;
  /** Nearly nobody has caps: then no call is looked through for them. */
  #hasCaps = false;

  constructor({ sliceSec = DEFAULT_SLICE_SEC }: FundsOptions = {}) {
    this.#sliceSec = sliceSec;
  }

  apply(update: FundsUpdate): void {
    this.#book.apply(update);
    if (update.reset) this.#caps.clear();
    this.#hasCaps = update.purses.some(hasCaps) || (this.#hasCaps && !update.reset);
    for (const spent of update.spent) this.#caps.spend(spent);
    for (const uuid of update.settledCalls) {
      for (const { key, amountMicros } of this.#unsettled.get(uuid) ?? []) this.#reserve(key, -amountMicros);
      this.#unsettled.delete(uuid);
    }
  }

  /** Whether there is a price for anything: where there is none, nobody pays for calls, and none has to be looked at. */
  get hasPrices(): boolean {
    return !this.#book.isEmpty;
  }

  /** Whether that account or carrier pays for any calls (`account:1`, `carrier:2`). */
  pays(key: string): boolean {
    return this.#book.currencyOf(key) !== undefined;
  }

  /** Calls leave so much of a wallet alone from now on. @returns what they hold of it already, micro-units */
  setAside({ reference, accountId, amountMicros, currency }: SetAside): number {
    const key = `account:${accountId}`;
    // Calls that are paid in another currency are paid from another wallet.
    if (this.#book.currencyOf(key) !== currency) return 0;
    this.#aside.set(reference, { key, amountMicros });
    return this.#reserved.get(key) ?? 0;
  }

  letGo(reference: number): void {
    this.#aside.delete(reference);
  }

  /** What could be spent now, in micro-units; infinite for who pays afterwards, 0 for who is unknown. */
  availableMicros(key: string): number {
    const purse = this.#book.findPurse(key);
    return purse === undefined ? 0 : this.#available(purse);
  }

  /** Whether the first slice, or a part of it, can be paid; takes nothing. */
  check(facts: CallFacts, nowMs: number): FundsRefusal | undefined {
    const all = this.#book.levels(facts);
    for (const level of all) {
      const price = level.prices?.at(nowMs);
      if (price === undefined) return level.purse.key.startsWith('account') ? 'no_rate' : undefined;
      const cap = level.purse.caps.perMinuteMicros;
      if (cap !== null && price.rate.perMinuteMicros > cap) return 'rate_too_high';
    }
    for (const levels of byPurse(all)) {
      const { purse } = levels[0];
      const least = levels.reduce((sum, level) => sum + costOf(level, nowMs, 1), 0);
      if (least > Math.max(0, this.#available(purse)))
        return purse.key.startsWith('account') ? 'insufficient_balance' : 'carrier_balance';
      if (least > Math.max(0, this.#underCaps(purse, facts.trunkId, nowMs))) return 'spend_cap';
    }
    return undefined;
  }

  /** Reserves the first slice for a call that is about to ring. */
  open(uuid: string, facts: CallFacts, nowMs: number): void {
    const levels = this.#book.levels(facts).filter(({ prices }) => prices?.at(nowMs) !== undefined);
    if (levels.length === 0) return;
    const held = { facts, levels, amounts: levels.map(() => 0), paidSec: 0 };
    this.#live.set(uuid, held);
    this.#extend(held, nowMs, nowMs);
  }

  /**
   * Reserves another slice for a call that is up.
   * @returns `undefined` when nobody pays for it
   */
  extend(uuid: string, answeredAtMs: number, nowMs: number): Paid | undefined {
    const held = this.#live.get(uuid);
    if (held === undefined || !held.levels.some(({ purse }) => this.#isLimited(purse))) return undefined;
    return this.#extend(held, answeredAtMs, nowMs);
  }

  /** The call was answered: what was reserved while it rang is counted from now on. */
  answered(uuid: string, answeredAtMs: number): Paid | undefined {
    const held = this.#live.get(uuid);
    if (held === undefined) return undefined;
    this.#release(held);
    held.paidSec = 0;
    return this.extend(uuid, answeredAtMs, answeredAtMs);
  }

  /** Lets go what a call did not use; what it cost stays reserved until the ledger has it. */
  close(uuid: string, answeredAtMs: number | null, endedAtMs: number): void {
    const held = this.#live.get(uuid);
    if (held === undefined) return;
    this.#live.delete(uuid);
    this.#release(held);
    if (answeredAtMs === null) return;
    const costs = held.levels.map((level) => ({
      key: level.purse.key,
      amountMicros: costOf(level, answeredAtMs, (endedAtMs - answeredAtMs) / 1000),
    }));
    for (const { key, amountMicros } of costs) {
      this.#reserve(key, amountMicros);
      const { trunkId } = held.facts;
      if (key.startsWith('account')) this.#caps.spend({ purse: key, trunkId, atMs: answeredAtMs, amountMicros });
    }
    this.#unsettled.set(uuid, costs);
  }

  /** Caps of whoever pays for that call that are nearly or wholly used up, each told once a day. */
  alarms(facts: CallFacts, nowMs: number, refusal?: FundsRefusal): readonly SpendAlarm[] {
    if (!this.#hasCaps) return [];
    return this.#book
      .levels(facts)
      .filter(({ purse }) => purse.key.startsWith('account') && hasCaps(purse))
      .flatMap(({ purse }) => this.#caps.alarms(purse, facts.trunkId, nowMs, refusal === 'spend_cap'));
  }

  #extend(held: Held, answeredAtMs: number, nowMs: number): Paid {
    const wanted = held.paidSec + this.#sliceSec;
    const payable = byPurse(held.levels).map((levels) => {
      const { purse } = levels[0];
      const own = held.levels.reduce(
        (sum, level, index) => sum + (level.purse.key === purse.key ? (held.amounts[index] ?? 0) : 0),
        0,
      );
      const left = Math.min(this.#available(purse), this.#underCaps(purse, held.facts.trunkId, nowMs));
      const costs = (sec: number) => levels.reduce((sum, level) => sum + costOf(level, answeredAtMs, sec), 0);
      return affordableSec(costs, Math.max(0, own + left), wanted);
    });
    const paidSec = Math.max(held.paidSec, Math.min(wanted, ...payable));
    for (const [index, level] of held.levels.entries()) {
      const amount = paidSec === 0 ? 0 : costOf(level, answeredAtMs, paidSec);
      this.#hold(held, index, amount - (held.amounts[index] ?? 0));
    }
    held.paidSec = paidSec;
    return { paidSec, isLast: paidSec < wanted };
  }

  #hold(held: Held, index: number, byMicros: number): void {
    const level = held.levels[index];
    if (level === undefined || byMicros === 0) return;
    held.amounts[index] = (held.amounts[index] ?? 0) + byMicros;
    this.#reserve(level.purse.key, byMicros);
    if (hasCaps(level.purse)) this.#caps.hold(level.purse.key, held.facts.trunkId, byMicros);
  }

  #release(held: Held): void {
    for (const [index, amount] of held.amounts.entries()) this.#hold(held, index, -amount);
  }

  #reserve(key: string, byMicros: number): void {
    const sum = (this.#reserved.get(key) ?? 0) + byMicros;
    if (sum === 0) this.#reserved.delete(key);
    else this.#reserved.set(key, sum);
  }

  #available({ key, creditMicros }: PurseRecord): number {
    if (creditMicros === null) return Number.POSITIVE_INFINITY;
    // As it is now: a level that a call has kept may be older than the last top-up.
    const now = this.#book.findPurse(key);
    const held = (this.#reserved.get(key) ?? 0) + this.#asideOf(key);
    return (now?.balanceMicros ?? 0) + (now?.creditMicros ?? creditMicros) - held;
  }

  /** Purchases last milliseconds: there are hardly ever any. */
  #asideOf(key: string): number {
    if (this.#aside.size === 0) return 0;
    let sum = 0;
    for (const part of this.#aside.values()) if (part.key === key) sum += part.amountMicros;
    return sum;
  }

  #underCaps(purse: PurseRecord, trunkId: number | null, nowMs: number): number {
    if (!hasCaps(purse)) return Number.POSITIVE_INFINITY;
    const left = this.#caps.uses(purse, trunkId, nowMs).map(({ capMicros, spentMicros }) => capMicros - spentMicros);
    return Math.min(Number.POSITIVE_INFINITY, ...left);
  }

  #isLimited(purse: PurseRecord): boolean {
    return purse.creditMicros !== null || hasCaps(purse);
  }
}

/** One purse may pay for both legs of a call: what it has is there once. */
function byPurse(levels: readonly Level[]): readonly (readonly [Level, ...Level[]])[] {
  if (levels.length === 1) return levels.map((level) => [level]);
  const groups = new Map<string, [Level, ...Level[]]>();
  for (const level of levels) {
    const group = groups.get(level.purse.key);
    if (group === undefined) groups.set(level.purse.key, [level]);
    else group.push(level);
  }
  return [...groups.values()];
}

function hasCaps({ caps }: PurseRecord): boolean {
  return caps.perTrunkDayMicros !== null || caps.perDayMicros !== null || caps.rolling24hMicros !== null;
}

function roundTo({ deck }: Level): number {
  return deck.record.roundToMicros;
}

function costOf(level: Level, answeredAtMs: number, sec: number): number {
  if (level.prices === undefined) return 0;
  return rateCall(level.prices, roundTo(level), answeredAtMs, sec * 1000)?.amountMicros ?? 0;
}
