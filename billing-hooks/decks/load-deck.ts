import type { BandRecord, DeckRecord, RateDirection } from '../../bus/index.ts';
import type { SqliteConnection } from '../../tenancy/index.ts';
import { packRates, type Rate } from '../rating/index.ts';
import type { RateRow } from './rate-row.ts';

interface StoredDeck {
  readonly id: number;
  readonly accountId: number | null;
  readonly currency: string;
  readonly timezone: string;
  readonly roundToMicros: number;
  readonly bands: string;
}

const DECK = `SELECT id, account_id AS accountId, currency, timezone, round_to_micros AS roundToMicros, bands
  FROM rate_decks WHERE id = ?`;
const RATES = `SELECT direction, prefix, band, from_ms AS fromMs, until_ms AS untilMs, connect_fee_micros AS connectFeeMicros,
  per_minute_micros AS perMinuteMicros, minimum_micros AS minimumMicros, first_sec AS firstSec, next_sec AS nextSec
  FROM rates WHERE deck_id = ?`;

/** A deck as it is rated by; `undefined` when it is gone. */
export function loadDeck(connection: SqliteConnection, id: number): DeckRecord | undefined {
  const [deck] = connection.prepare(DECK).all([id]) as StoredDeck[];
  if (deck === undefined) return undefined;
  const bands = JSON.parse(deck.bands) as BandRecord[];
  const names = new Map(bands.map(({ name }, index) => [name, index]));
  const byDirection: Partial<Record<RateDirection, Rate[]>> = {};
  for (const row of connection.prepare(RATES).iterate([id]) as IterableIterator<RateRow>) {
    byDirection[row.direction] ??= [];
    byDirection[row.direction]?.push(toRate(row, names));
  }
  const tables = Object.entries(byDirection).map(([direction, rates]) => [direction, packRates(rates)]);
  const { currency, timezone, roundToMicros, accountId } = deck;
  return { id, accountId, currency, timezone, roundToMicros, bands, tables: Object.fromEntries(tables) };
}

function toRate({ direction: _, band, untilMs, ...rate }: RateRow, names: ReadonlyMap<string, number>): Rate {
  return { ...rate, untilMs: untilMs ?? Number.POSITIVE_INFINITY, band: names.get(band) ?? -1 };
}
