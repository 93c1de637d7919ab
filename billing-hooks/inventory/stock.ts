import type { Found, NumberType, Slice, Store, StoreContext } from '../../tenancy/index.ts';
import type { NumberOffer } from './carrier-adapter.ts';

/** A number of the operator's own that is on sale, or was sold. */
export interface StockRow extends NumberOffer {
  readonly id: number;
}

export interface StockReport {
  readonly created: number;
  readonly changed: number;
  readonly unchanged: number;
}

/** What to do with a number that is in stock already. */
export type OnExisting = 'fail' | 'skip' | 'update';

/**
 * Puts numbers into the stock; all of them, or none. Call it within `store.write`. What is sold already keeps the price
 * it was sold at.
 * @returns the numbers that were there already when they should not, else what was done
 */
export async function importStock(
  context: StoreContext,
  offers: readonly NumberOffer[],
  onExisting: OnExisting,
): Promise<StockReport | { readonly existing: readonly string[] }> {
  const known = await stockOf(
    context,
    offers.map(({ number }) => number),
  );
  if (onExisting === 'fail' && known.size > 0) return { existing: [...known.keys()] };
  const report = { created: 0, changed: 0, unchanged: 0 };
  for (const offer of offers) {
    const before = known.get(offer.number);
    const row = rowOf(offer, context.clock.nowMs());
    if (before === undefined) {
      await context.db
        .insertInto('stockNumbers')
        .values({ ...row, createdAtMs: row.updatedAtMs })
        .execute();
      report.created += 1;
    } else if (onExisting === 'skip' || isSame(before, offer)) report.unchanged += 1;
    else {
      await context.db.updateTable('stockNumbers').set(row).where('number', '=', offer.number).execute();
      report.changed += 1;
    }
  }
  return report;
}

/** Those of the numbers that are in stock. */
export async function stockOf(
  context: Pick<Store, 'db'>,
  numbers: readonly string[],
): Promise<ReadonlyMap<string, NumberOffer>> {
  const found = new Map<string, NumberOffer>();
  for (let at = 0; at < numbers.length; at += MOST_AT_ONCE) {
    const rows = await context.db
      .selectFrom('stockNumbers')
      .selectAll()
      .where('number', 'in', numbers.slice(at, at + MOST_AT_ONCE))
      .execute();
    for (const row of rows) found.set(row.number, offerOf(row));
  }
  return found;
}

/** Numbers of the operator's own that are on sale; no tenant sees this list. */
export async function listStock(
  context: Pick<Store, 'db'>,
  filter: { readonly country?: string | undefined },
  slice: Slice,
): Promise<Found<StockRow>> {
  let query = context.db.selectFrom('stockNumbers');
  if (filter.country !== undefined) query = query.where('country', '=', filter.country);
  const { total } = await query.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
  const page = query.selectAll().where('id', '>', slice.afterId).orderBy('id').offset(slice.offset).limit(slice.limit);
  return { total, rows: (await page.execute()).map((row) => ({ ...offerOf(row), id: row.id })) };
}

/** What of a country is in stock, by number. */
export async function stockOfCountry(context: Pick<Store, 'db'>, country: string): Promise<readonly NumberOffer[]> {
  const rows = await context.db
    .selectFrom('stockNumbers')
    .selectAll()
    .where('country', '=', country)
    .orderBy('type')
    .orderBy('number')
    .execute();
  return rows.map(offerOf);
}

/** Takes a number off the shelf; one that was sold stays with whoever has it. @returns what was there */
export async function removeStock(context: StoreContext, number: string): Promise<NumberOffer | undefined> {
  const row = await context.db
    .deleteFrom('stockNumbers')
    .where('number', '=', number)
    .returningAll()
    .executeTakeFirst();
  return row && offerOf(row);
}

/** SQLite takes a bounded number of values in one statement. */
const MOST_AT_ONCE = 500;

function rowOf(offer: NumberOffer, updatedAtMs: number) {
  const { smsEnabled, requiresRegulatory, ...rest } = offer;
  return { ...rest, smsEnabled: smsEnabled ? 1 : 0, requiresRegulatory: requiresRegulatory ? 1 : 0, updatedAtMs };
}

interface Stored extends Omit<NumberOffer, 'smsEnabled' | 'requiresRegulatory' | 'type'> {
  readonly type: NumberType;
  readonly smsEnabled: number;
  readonly requiresRegulatory: number;
}

function offerOf(row: Stored): NumberOffer {
  const { number, country, type, city, monthlyRateMicros, setupFeeMicros, currency } = row;
  return {
    ...{ number, country, type, city, monthlyRateMicros, setupFeeMicros, currency },
    smsEnabled: row.smsEnabled !== 0,
    requiresRegulatory: row.requiresRegulatory !== 0,
  };
}

function isSame(a: NumberOffer, b: NumberOffer): boolean {
  return Object.entries(a).every(([name, value]) => b[name as keyof NumberOffer] === value);
}
