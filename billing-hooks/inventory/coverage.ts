import { fromCents, type NumberType } from '../../tenancy/index.ts';
import type { NumberOffer } from './carrier-adapter.ts';
import { COVERAGE_TABLE, type CoverageRow } from './coverage-table.ts';
import { numbersOf, type Series } from './number-series.ts';

/** Numbers on sale per country, type and city. */
const PER_SERIES = 48;
const CURRENCY = 'EUR';

/** Monthly rate as a multiple of a local number's. */
const FACTOR: Readonly<Record<NumberType, number>> = { local: 1, national: 1.2, mobile: 3, toll_free: 5 };
const SETUP_CENTS: Readonly<Record<NumberType, number>> = { local: 0, national: 0, mobile: 500, toll_free: 1000 };

/** Where local and toll-free numbers are sold without documents. */
const DOCUMENT_FREE = new Set(['US', 'GB', 'CA']);
/** Every second local number takes messages here; every mobile number does. */
const TEXT_ON_LOCAL = new Set(['US', 'GB', 'CA']);

/** The countries with numbers on sale, ISO 3166 alpha-2. */
export const COUNTRIES: readonly string[] = COVERAGE_TABLE.map(([country]) => country);

/** Whether numbers of that country and type wait for documents (S1:287). */
export function needsDocuments(country: string, type: NumberType): boolean {
  return !(DOCUMENT_FREE.has(country) && (type === 'local' || type === 'toll_free'));
}

/** What a number of that country and type costs a month, in micro-units; `undefined` where none are sold. */
export function monthlyRateOf(country: string, type: NumberType): number | undefined {
  const row = COVERAGE_TABLE.find(([code]) => code === country);
  return row && fromCents(Math.round(row[1] * FACTOR[type]));
}

/** All numbers of a country, in the order they are offered: local first, as the cities stand in the table. */
export function offersOf(country: string): readonly NumberOffer[] {
  const row = COVERAGE_TABLE.find(([code]) => code === country);
  if (row === undefined) return [];
  return seriesOf(row).flatMap(({ city, ...series }) =>
    numbersOf(series, PER_SERIES).map((number, index) => offerOf(row, series, city, number, index)),
  );
}

function offerOf(row: CoverageRow, series: Series, city: string | null, number: string, index: number): NumberOffer {
  const [country] = row;
  const { type } = series;
  return {
    number,
    country,
    type,
    city,
    monthlyRateMicros: monthlyRateOf(country, type) ?? 0,
    setupFeeMicros: fromCents(SETUP_CENTS[type]),
    currency: CURRENCY,
    smsEnabled: type === 'mobile' || (type === 'local' && TEXT_ON_LOCAL.has(country) && index % 2 === 0),
    requiresRegulatory: needsDocuments(country, type),
  };
}

function seriesOf([country, , cities, mobile, tollFree, national]: CoverageRow) {
  const local = cities.split(', ').flatMap((entry) => {
    const cut = entry.lastIndexOf(' ');
    return parseSeries(country, 'local', entry.slice(cut + 1), entry.slice(0, cut));
  });
  return [
    ...local,
    ...parseSeries(country, 'national', national),
    ...parseSeries(country, 'mobile', mobile),
    ...parseSeries(country, 'toll_free', tollFree),
  ];
}

function parseSeries(country: string, type: NumberType, text: string, city: string | null = null) {
  const [prefix, digits] = text.split('/');
  if (prefix === undefined || digits === undefined) return [];
  return [{ country, type, prefix, digits: Number(digits), city }];
}
