import type { CallRecord } from '../../bus/index.ts';
import { accountChain, type StoreContext } from '../../tenancy/index.ts';
import { type RatedCall, rateCall } from '../rating/index.ts';
import type { CallFacts, Level, RateBook } from './rate-book.ts';

/** A call that is to be charged, with its number in the store. */
export interface EndedCall {
  readonly id: number;
  readonly record: CallRecord;
}

/** Why a call could not be rated. */
export type UnratedReason = 'no_rate' | 'no_carrier_rate';

/** What one of those who pay for a call pays for it. */
export interface Charge {
  readonly call: EndedCall;
  readonly level: Level;
  readonly rated: RatedCall;
}

export interface RatedCalls {
  readonly charges: readonly Charge[];
  /** Calls that somebody has no price for, by their number. */
  readonly unrated: ReadonlyMap<number, UnratedReason>;
}

/** What everybody who pays for these calls pays, by the decks as they are now. */
export async function rateCalls(
  context: StoreContext,
  book: RateBook,
  calls: readonly EndedCall[],
): Promise<RatedCalls> {
  const chains: Chains = new Map();
  const charges: Charge[] = [];
  const unrated = new Map<number, UnratedReason>();
  for (const call of calls) {
    const facts = await factsOf(context, call.record, chains);
    for (const level of facts === undefined ? [] : book.levels(facts)) {
      const { answeredAtMs } = call.record;
      const { roundToMicros } = level.deck.record;
      const rated =
        level.prices && rateCall(level.prices, roundToMicros, answeredAtMs ?? 0, lasted(call.record, level));
      if (rated !== undefined) charges.push({ call, level, rated });
      else if (!unrated.has(call.id))
        unrated.set(call.id, level.purse.key.startsWith('account') ? 'no_rate' : 'no_carrier_rate');
    }
  }
  return { charges, unrated };
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
