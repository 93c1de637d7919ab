import { type Static, Type } from 'typebox';
import { describeNumber, type NumberOffer, needsDocuments } from '../../billing-hooks/index.ts';
import { fromCents } from '../../tenancy/index.ts';
import { type BulkRow, readRows } from '../bulk/bulk-rows.ts';
import type { AdminDeps } from '../deps.ts';
import { ApiError, type FieldFault, notFound } from '../errors.ts';
import type { DefineRoute } from '../http/route.ts';
import { PAGE_QUERY, paged, parsePage } from '../paging.ts';
import { envelope, listEnvelope } from '../shapes.ts';
import { COUNTRY_CODE, NUMBER_TYPE, OFFER, offerView, toNumberType } from './number-search.ts';

const TAG = 'Inventory';
const CENTS = Type.Integer({ minimum: 0, maximum: 100_000_000, description: 'EUR cents.' });

const ROW = Type.Object(
  {
    number: Type.String({ minLength: 5, maxLength: 32, description: 'E.164.' }),
    country: Type.Optional(COUNTRY_CODE),
    type: Type.Optional(NUMBER_TYPE),
    city: Type.Optional(Type.String({ minLength: 1, maxLength: 80 })),
    monthly_rate: CENTS,
    setup_fee: Type.Optional(CENTS),
    sms_enabled: Type.Optional(Type.Boolean()),
    requires_regulatory: Type.Optional(Type.Boolean({ description: 'Default: as the country asks for that type.' })),
  },
  { additionalProperties: false },
);
type Row = Static<typeof ROW>;

const IMPORT = Type.Object(
  {
    csv: Type.Optional(Type.String({ maxLength: 8_000_000, description: 'With a line of column names.' })),
    rows: Type.Optional(Type.Array(Type.Object({}, { additionalProperties: true }), { maxItems: 20_000 })),
    dry_run: Type.Optional(Type.Boolean({ description: 'Only say what would be done.' })),
    on_existing: Type.Optional(Type.Enum(['fail', 'skip', 'update'])),
  },
  { additionalProperties: false },
);

const REPORT = Type.Object({
  dry_run: Type.Boolean(),
  total: Type.Integer(),
  created: Type.Integer(),
  changed: Type.Integer(),
  unchanged: Type.Integer(),
});

/** Numbers of the operator's own that are on sale beside those of carriers. */
export function installInventory(define: DefineRoute, deps: AdminDeps): void {
  define({
    method: 'POST',
    url: '/inventory/import',
    tag: TAG,
    summary: 'Put numbers on sale: all of them, or none, with what is wrong with each row',
    scope: 'operator',
    body: IMPORT,
    response: envelope(REPORT),
    handler: async ({ principal, body }) => {
      const rows = readRows(ROW, body);
      const offers = readOffers(rows);
      const { dry_run: dryRun = false, on_existing: onExisting = 'fail' } = body;
      const done = await deps.store.inventory.importStock(principal.actor, offers, { onExisting, dryRun });
      if ('existing' in done) throw existing(rows, offers, done.existing);
      return { data: { dry_run: dryRun, total: rows.length, ...done } };
    },
  });
  define({
    method: 'GET',
    url: '/inventory/numbers',
    tag: TAG,
    summary: 'List the numbers that were put on sale',
    scope: 'operator',
    query: Type.Object({ ...PAGE_QUERY, country: Type.Optional(COUNTRY_CODE) }, { additionalProperties: false }),
    response: listEnvelope(OFFER),
    handler: async ({ query }) => {
      const page = parsePage(query);
      const found = await deps.store.inventory.listStock({ country: query.country?.toUpperCase() }, page);
      const { rows, meta } = paged(page, found);
      return { data: rows.map(offerView), meta };
    },
  });
  define({
    method: 'DELETE',
    url: '/inventory/numbers/:number',
    tag: TAG,
    summary: 'Take a number off sale; whoever has bought it keeps it',
    scope: 'operator',
    params: Type.Object({ number: Type.String({ maxLength: 32 }) }),
    response: envelope(OFFER),
    handler: async ({ principal, params }) => {
      const removed = await deps.store.inventory.removeStock(principal.actor, params.number);
      if (removed === undefined) throw notFound('number in stock');
      return { data: offerView(removed) };
    },
  });
}

/** @throws {ApiError} that names every row at fault */
function readOffers(rows: readonly BulkRow[]): readonly NumberOffer[] {
  const faults: FieldFault[] = [];
  const seen = new Map<string, number>();
  const offers: NumberOffer[] = [];
  for (const row of rows) {
    const offer = readOffer(row.values as unknown as Row);
    if ('problem' in offer) faults.push(faultOf(row, offer));
    else if (seen.has(offer.number))
      faults.push(faultOf(row, { field: 'number', problem: `is in row ${seen.get(offer.number)}, too` }));
    else {
      seen.set(offer.number, row.row);
      offers.push(offer);
    }
  }
  if (faults.length > 0) throw refused('validation_failed', faults);
  return offers;
}

function readOffer(values: Row): NumberOffer | FieldFault {
  const parsed = describeNumber(values.number);
  if (parsed === undefined) return { field: 'number', problem: `${values.number} is no number such as +31201234567` };
  const country = values.country?.toUpperCase() ?? parsed.country;
  if (country === undefined) return { field: 'country', problem: 'cannot be told from the number; name it' };
  if (parsed.country !== undefined && parsed.country !== country)
    return { field: 'country', problem: `${parsed.number} is a number of ${parsed.country}` };
  const type = toNumberType(values.type) ?? parsed.type;
  if (type === undefined) return { field: 'type', problem: 'cannot be told from the number; name it' };
  return {
    ...{ number: parsed.number, country, type, city: values.city ?? null, currency: 'EUR' },
    monthlyRateMicros: fromCents(values.monthly_rate),
    setupFeeMicros: fromCents(values.setup_fee ?? 0),
    smsEnabled: values.sms_enabled ?? false,
    requiresRegulatory: values.requires_regulatory ?? needsDocuments(country, type),
  };
}

function existing(rows: readonly BulkRow[], offers: readonly NumberOffer[], numbers: readonly string[]): ApiError {
  const faults = numbers.map((number) => {
    const row = rows[offers.findIndex((offer) => offer.number === number)];
    const problem = `${number} is in stock already; use on_existing`;
    return row === undefined ? { field: 'number', problem } : faultOf(row, { field: 'number', problem });
  });
  return refused('conflict', faults);
}

function faultOf({ row, line }: BulkRow, { field, problem }: FieldFault): FieldFault {
  return { field: `row ${row} ${field}`, problem: (line === null ? '' : `line ${line}: `) + problem };
}

/** Told at once. */
const MOST_FAULTS = 100;

function refused(code: 'validation_failed' | 'conflict', faults: readonly FieldFault[]): ApiError {
  const shown = faults.slice(0, MOST_FAULTS);
  const more = faults.length > MOST_FAULTS ? '; and more' : '';
  const message = `${shown.map(({ field, problem }) => `${field}: ${problem}`).join('; ')}${more}. Nothing was done.`;
  return new ApiError(code, message, { fields: shown });
}
