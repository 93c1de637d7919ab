import type { CallRecord } from '../../bus/index.ts';
import { accountChain, type StoreContext } from '../../tenancy/index.ts';
import { type RatedCall, rateCall } from '../rating/index.ts';
import type { CallFacts, Level, RateBook } from './rate-book.ts';
import type { Price, RatingQuestion, RatingService } from './rating-service.ts';

/** A call that is to be charged, with its number in the store. */
export interface EndedCall {
  readonly id: number;
  readonly record: CallRecord;
}

/** Why a call could not be rated: somebody has no price for it, or the rating service does not answer. */
export type UnratedReason = 'no_rate' | 'no_carrier_rate' | 'rating_service';

/** What one of those who pay for a call pays for it. */
export interface Charge extends Price {
  readonly call: EndedCall;
  readonly level: Level;
  /** Of the deck's price; empty where a service has made it. */
  readonly prefix: string;
}

export interface RatedCalls {
  readonly charges: readonly Charge[];
  /** Calls that somebody has no price for, by their number. */
  readonly unrated: ReadonlyMap<number, UnratedReason>;
}

/**
 * What everybody who pays for these calls pays: by the decks as they are now, or as the rating service says.
 * @returns `undefined` while that service has to be waited for
 */
export async function rateCalls(
  context: StoreContext,
  book: RateBook,
  calls: readonly EndedCall[],
  service?: RatingService,
): Promise<RatedCalls | undefined> {
  const payers = await payersOf(context, book, calls);
  const prices = service === undefined ? NO_PRICES : await service.prices(payers.map(questionOf));
  if (prices === undefined) return undefined;
  const charges: Charge[] = [];
  const unrated = new Map<number, UnratedReason>();
  for (const payer of payers) {
    const { call, level, byDeck } = payer;
    const price = prices.get(nameOf(payer)) ?? byDeck;
    if (price !== undefined) charges.push({ call, level, prefix: byDeck?.rate.prefix ?? '', ...priceOnly(price) });
    else if (!unrated.has(call.id))
      unrated.set(call.id, level.purse.key.startsWith('account') ? 'no_rate' : 'no_carrier_rate');
  }
  return { charges, unrated };
}

const NO_PRICES: ReadonlyMap<string, Price> = new Map();

/** One who pays for a call, and what its deck says. */
interface Payer {
  readonly call: EndedCall;
  readonly level: Level;
  readonly byDeck: RatedCall | undefined;
}

async function payersOf(context: StoreContext, book: RateBook, calls: readonly EndedCall[]): Promise<readonly Payer[]> {
  const chains: Chains = new Map();
  const payers: Payer[] = [];
  for (const call of calls) {
    const facts = await factsOf(context, call.record, chains);
    for (const level of facts === undefined ? [] : book.levels(facts)) {
      const { answeredAtMs } = call.record;
      const { roundToMicros } = level.deck.record;
      const byDeck =
        level.prices && rateCall(level.prices, roundToMicros, answeredAtMs ?? 0, lasted(call.record, level));
      payers.push({ call, level, byDeck });
    }
  }
  return payers;
}

function priceOnly({ amountMicros, billedSec }: Price): Price {
  return { amountMicros, billedSec };
}

function nameOf({ call, level }: Pick<Payer, 'call' | 'level'>): string {
  return `${call.record.uuid}/${level.purse.key}/${level.leg}`;
}

function questionOf(payer: Payer): RatingQuestion {
  const { call, level, byDeck } = payer;
  const { record } = call;
  const [kind, id] = level.purse.key.split(':');
  return {
    id: nameOf(payer),
    callUuid: record.uuid,
    leg: level.leg,
    accountId: kind === 'account' ? Number(id) : null,
    carrierId: kind === 'account' ? null : Number(id),
    trunkId: record.trunkId,
    direction: level.leg === 'onward' ? 'out' : record.direction,
    from: record.from,
    to: level.leg === 'onward' ? (record.onward?.to ?? record.to) : record.to,
    answeredAtMs: record.answeredAtMs ?? record.startedAtMs,
    durationMs: lasted(record, level),
    currency: level.deck.record.currency,
    byDeck: byDeck === undefined ? null : priceOnly(byDeck),
  };
}

/** Accounts from one up to the root, read once for all calls of a batch. */
type Chains = Map<number, readonly number[]>;

async function factsOf(context: StoreContext, record: CallRecord, chains: Chains): Promise<CallFacts | undefined> {
  if (record.accountId === null || record.answeredAtMs === null) return undefined;
  const { direction, to, trunkId, carrierId, onward, isEmergency = false } = record;
  const chainOf = async (id: number) => {
    const chain = chains.get(id) ?? (await accountChain(context, id)).map((account) => account.id);
    chains.set(id, chain);
    return chain;
  };
  const facts = { direction, isEmergency, to, chain: await chainOf(record.accountId), trunkId, carrierId };
  if (onward === undefined) return facts;
  return { ...facts, onward: { to: onward.to, chain: await chainOf(onward.accountId), carrierId: onward.carrierId } };
}

/**
 * From the answer to the end; after a crash to the last moment that the call was known to be up. An account pays for no
 * more than was paid in advance, a carrier is paid for what it carried.
 */
function lasted({ answeredAtMs, endedAtMs, aliveAtMs, paidSec }: CallRecord, { purse }: Level): number {
  const end = Math.min(endedAtMs ?? 0, aliveAtMs ?? Number.POSITIVE_INFINITY);
  const paidMs = paidSec === undefined || !purse.key.startsWith('account') ? Number.POSITIVE_INFINITY : paidSec * 1000;
  return Math.min(paidMs, Math.max(0, end - (answeredAtMs ?? end)));
}
