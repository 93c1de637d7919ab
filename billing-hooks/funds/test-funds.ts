import type { DeckRecord, FundsUpdate, PurseRecord, SpendCaps } from '../../bus/index.ts';
import { packRates, type Rate } from '../rating/index.ts';

export const EURO = 1_000_000;

export const NO_CAPS: SpendCaps = {
  perMinuteMicros: null,
  perTrunkDayMicros: null,
  perDayMicros: null,
  rolling24hMicros: null,
  alarmPercent: 80,
  timezone: 'UTC',
};

/** A deck with one price for every number, by the second unless said otherwise. */
export function testDeck(id: number, price: Partial<Rate>, accountId: number | null = null): DeckRecord {
  const rate: Rate = {
    prefix: '',
    fromMs: 0,
    untilMs: Number.POSITIVE_INFINITY,
    band: -1,
    connectFeeMicros: 0,
    perMinuteMicros: 60_000,
    minimumMicros: 0,
    firstSec: 1,
    nextSec: 1,
    ...price,
  };
  const tables = { out: packRates([rate]) };
  return { id, accountId, currency: 'EUR', timezone: 'UTC', roundToMicros: 1, bands: [], tables };
}

export function testPurse(key: string, deckId: number, balanceMicros: number, more: Partial<PurseRecord> = {}) {
  return { key, deckId, creditMicros: 0, balanceMicros, caps: NO_CAPS, ...more };
}

export function testUpdate(update: Partial<FundsUpdate>): FundsUpdate {
  return { reset: false, decks: [], removedDecks: [], purses: [], settledCalls: [], spent: [], ...update };
}
