import { Temporal } from 'temporal-polyfill';
import type { BandRecord } from '../../bus/index.ts';
import {
  type Found,
  inSlice,
  type Slice,
  type SqliteConnection,
  type Store,
  type StoreContext,
  sliceRows,
  TenancyError,
  type Visible,
} from '../../tenancy/index.ts';
import { MAX_BANDS } from '../rating/index.ts';
import type { RateRow } from './rate-row.ts';

export interface DeckRow {
  readonly id: number;
  readonly uuid: string;
  /** `null`: the platform's. */
  readonly accountId: number | null;
  readonly name: string;
  readonly currency: string;
  readonly timezone: string;
  readonly roundToMicros: number;
  readonly bands: readonly BandRecord[];
  /** How many prices it has. */
  readonly rates: number;
}

export interface NewDeck {
  readonly accountId: number | null;
  readonly name: string;
  readonly currency?: string | undefined;
  readonly timezone?: string | undefined;
  readonly roundToMicros?: number | undefined;
  readonly bands?: readonly BandRecord[] | undefined;
}

/** Call it within `store.write`. @throws TenancyError `validation_failed`, `conflict` */
export async function createDeck(context: StoreContext, deck: NewDeck): Promise<DeckRow> {
  const { accountId, name, currency = 'EUR', timezone = 'UTC', roundToMicros = 100, bands = [] } = deck;
  checkTimezone(timezone);
  checkBands(bands);
  const row = { accountId, name, currency, timezone, roundToMicros, bands: JSON.stringify(bands) };
  const { id } = await context.db.insertInto('rateDecks').values(row).returning('id').executeTakeFirstOrThrow();
  return getDeck(context, id, null);
}

/** @throws TenancyError `not_found`, for foreign decks as for unknown ones */
export async function getDeck(context: StoreContext, ref: number | string, visible: Visible): Promise<DeckRow> {
  const rows = await decksOf(context, visible);
  const found = rows.find(({ id, uuid }) => String(id) === String(ref) || uuid === ref);
  if (found === undefined) throw new TenancyError('not_found', 'There is no such rate deck.');
  return found;
}

/** By id. Decks are few, prices are many. */
export async function listDecks(context: StoreContext, visible: Visible, slice: Slice): Promise<Found<DeckRow>> {
  return sliceRows(await decksOf(context, visible), slice);
}

async function decksOf(context: StoreContext, visible: Visible): Promise<readonly DeckRow[]> {
  const rows = await context.db
    .selectFrom('rateDecks')
    .selectAll()
    .select((eb) =>
      eb
        .selectFrom('rates')
        .whereRef('rates.deckId', '=', 'rateDecks.id')
        .select((of) => of.fn.countAll<number>().as('count'))
        .as('rates'),
    )
    .orderBy('id')
    .execute();
  return rows
    .filter(({ accountId }) => visible === null || (accountId !== null && visible.has(accountId)))
    .map(({ id, uuid, accountId, name, currency, timezone, roundToMicros, bands, rates }) => ({
      ...{ id, uuid, accountId, name, currency, timezone, roundToMicros },
      bands: JSON.parse(bands) as BandRecord[],
      rates: rates ?? 0,
    }));
}

/** A deck that somebody pays by cannot go. @throws TenancyError `conflict` */
export async function deleteDeck(context: StoreContext, id: number): Promise<void> {
  const payer = await context.db
    .selectFrom('deckAssignments')
    .select('payer')
    .where('deckId', '=', id)
    .executeTakeFirst();
  if (payer !== undefined) throw new TenancyError('conflict', `${payer.payer} pays by this deck.`);
  await context.db.deleteFrom('rateDecks').where('id', '=', id).execute();
}

/** Who pays by a deck. */
export type Payer = 'platform' | `account:${number}` | `carrier:${number}`;

/** `null` takes the deck away: that payer pays nothing itself any longer. */
export async function assignDeck(context: StoreContext, payer: Payer, deckId: number | null): Promise<void> {
  await context.db.deleteFrom('deckAssignments').where('payer', '=', payer).execute();
  if (deckId !== null) await context.db.insertInto('deckAssignments').values({ payer, deckId }).execute();
}

export async function payersOf(context: StoreContext, deckId: number): Promise<readonly string[]> {
  const rows = await context.db
    .selectFrom('deckAssignments')
    .select('payer')
    .where('deckId', '=', deckId)
    .orderBy('payer')
    .execute();
  return rows.map(({ payer }) => payer);
}

const PUT = `INSERT INTO rates (deck_id, direction, prefix, band, from_ms, until_ms, connect_fee_micros, per_minute_micros,
  minimum_micros, first_sec, next_sec) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (deck_id, direction, prefix, band, from_ms) DO UPDATE SET until_ms = excluded.until_ms,
  connect_fee_micros = excluded.connect_fee_micros, per_minute_micros = excluded.per_minute_micros,
  minimum_micros = excluded.minimum_micros, first_sec = excluded.first_sec, next_sec = excluded.next_sec`;

/** Adds prices, or replaces those of the same direction, prefix, band and start: all of them, or none. */
export function putRates(store: Store, deck: DeckRow, rates: readonly RateRow[]): Promise<void> {
  const bands = new Set(['', ...deck.bands.map(({ name }) => name)]);
  for (const [index, { band }] of rates.entries()) {
    if (!bands.has(band))
      throw new TenancyError('validation_failed', `rates[${index}].band: the deck has no band ${band}`, {
        field: `rates[${index}].band`,
      });
  }
  return store.bulk((connection) => writeRates(connection, deck.id, rates));
}

function writeRates(connection: SqliteConnection, deckId: number, rates: readonly RateRow[]): void {
  const put = connection.prepare(PUT);
  for (const rate of rates) {
    const { direction, prefix, band, fromMs, untilMs, connectFeeMicros, perMinuteMicros, minimumMicros } = rate;
    const price = [connectFeeMicros, perMinuteMicros, minimumMicros, rate.firstSec, rate.nextSec];
    put.run([deckId, direction, prefix, band, fromMs, untilMs, ...price]);
  }
}

export async function listRates(
  context: StoreContext,
  deckId: number,
  slice: Slice,
  prefix?: string,
): Promise<Found<RateRow & { readonly id: number }>> {
  let query = context.db.selectFrom('rates').where('deckId', '=', deckId);
  if (prefix !== undefined) query = query.where('prefix', 'like', `${prefix.replace(/\D/g, '')}%`);
  const { total } = await query.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
  return { total, rows: await inSlice(query.selectAll(), slice).execute() };
}

function checkTimezone(timezone: string): void {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(timezone);
  } catch (cause) {
    const words = `timezone: ${timezone} is no time zone such as Europe/Amsterdam`;
    throw new TenancyError('validation_failed', words, { field: 'timezone', cause });
  }
}

function checkBands(bands: readonly BandRecord[]): void {
  const names = new Set(bands.map(({ name }) => name));
  if (bands.length <= MAX_BANDS && names.size === bands.length && !names.has('')) return;
  const words = `bands: at most ${MAX_BANDS}, each with a name of its own`;
  throw new TenancyError('validation_failed', words, { field: 'bands' });
}
