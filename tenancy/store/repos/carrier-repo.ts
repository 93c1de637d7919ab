import type { CarrierRecord } from '../../../bus/index.ts';
import { notFound } from '../../errors.ts';
import type { StoreContext } from '../open-store.ts';
import type { Row } from '../schema.ts';
import {
  anyOf,
  checkVersion,
  type Found,
  flag,
  found,
  given,
  matches,
  type Ref,
  readSlice,
  type Slice,
  type Stamped,
  single,
  stamps,
  type TextFilter,
} from './common.ts';
import { newUuid } from './new-uuid.ts';
import { removeRoutingPolicy } from './routing-policy-repo.ts';
import { checkSources } from './validate.ts';

/** Carriers are the platform's own: only the operator reads or writes them, so nothing here asks for accounts. */
export type CarrierRow = CarrierRecord & Stamped & { readonly notes: string };

export type CarrierPatch = Partial<Omit<CarrierRow, 'id' | 'uuid' | keyof Stamped>>;
export type NewCarrier = CarrierPatch & { readonly name: string };

/** Call it within `store.write`. Without prefixes it takes every number. */
export async function createCarrier(context: StoreContext, fields: NewCarrier): Promise<CarrierRow> {
  const now = context.clock.nowMs();
  const row = await context.db
    .insertInto('carriers')
    .values({
      ...EMPTY,
      ...columns(fields),
      name: fields.name,
      uuid: newUuid('car'),
      createdAtMs: now,
      updatedAtMs: now,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  await replaceParts(context, row.id, { prefixes: [{ prefix: '', costMicros: 0 }], ...fields });
  return getCarrier(context, row.id);
}

/** By id, uuid or name. */
export async function findCarrier(context: StoreContext, ref: Ref): Promise<CarrierRow | undefined> {
  const query = context.db.selectFrom('carriers').selectAll();
  const named = typeof ref === 'string' && !/^(\d+|car_[0-9a-f]+)$/.test(ref);
  const rows = await (named ? query.where('name', '=', ref) : query.where(matches(ref, 'carriers'))).limit(2).execute();
  return single(await withParts(context, rows));
}

export async function getCarrier(context: StoreContext, ref: Ref): Promise<CarrierRow> {
  const row = await findCarrier(context, ref);
  if (row === undefined) throw notFound('carrier');
  return row;
}

export async function listCarriers(
  context: StoreContext,
  slice: Slice,
  { search }: TextFilter = {},
): Promise<Found<CarrierRow>> {
  const query = context.db.selectFrom('carriers').where(found(search, 'name'));
  const { total, rows } = await readSlice(query, slice);
  return { total, rows: await withParts(context, rows) };
}

/** Call it within `store.write`. */
export async function updateCarrier(
  context: StoreContext,
  ref: Ref,
  patch: CarrierPatch,
  ifVersion?: number,
): Promise<CarrierRow> {
  const row = await getCarrier(context, ref);
  checkVersion(row, ifVersion);
  await context.db
    .updateTable('carriers')
    .set({ ...columns(patch), updatedAtMs: context.clock.nowMs() })
    .where('id', '=', row.id)
    .execute();
  await replaceParts(context, row.id, patch);
  return getCarrier(context, row.id);
}

export async function deleteCarrier(context: StoreContext, ref: Ref): Promise<CarrierRow> {
  const row = await getCarrier(context, ref);
  await removeRoutingPolicy(context, 'carrier', row.id);
  await context.db.deleteFrom('carriers').where('id', '=', row.id).execute();
  return row;
}

const EMPTY = { maxIn: null, maxOut: null, country: null } as const;

type Columns = Partial<Omit<Row<'carriers'>, 'id' | 'uuid'>>;

function columns(patch: CarrierPatch): Columns {
  const { name, maxIn, maxOut, country, notes } = patch;
  const all = { name, maxIn, maxOut, country, notes, enabled: flag(patch.enabled) };
  return given(all) as Columns;
}

async function replaceParts(context: StoreContext, carrierId: number, patch: CarrierPatch): Promise<void> {
  const { db } = context;
  const { sources, gateways, prefixes } = patch;
  if (sources !== undefined) {
    checkSources('sources', sources);
    await db.deleteFrom('carrierSources').where('carrierId', '=', carrierId).execute();
    for (const source of sources) await db.insertInto('carrierSources').values({ carrierId, source }).execute();
  }
  if (gateways !== undefined) {
    await db.deleteFrom('carrierGateways').where('carrierId', '=', carrierId).execute();
    for (const gateway of gateways)
      await db
        .insertInto('carrierGateways')
        .values({ carrierId, ...gateway })
        .execute();
  }
  if (prefixes !== undefined) {
    await db.deleteFrom('carrierPrefixes').where('carrierId', '=', carrierId).execute();
    for (const prefix of prefixes)
      await db
        .insertInto('carrierPrefixes')
        .values({ carrierId, ...prefix })
        .execute();
  }
}

/** Puts sources, gateways and prefixes to carriers. */
export async function withParts(context: StoreContext, rows: readonly Row<'carriers'>[]): Promise<CarrierRow[]> {
  if (rows.length === 0) return [];
  const { db } = context;
  const ids = rows.map((row) => row.id);
  const sources = await db
    .selectFrom('carrierSources')
    .selectAll()
    .where(anyOf('carrier_id', ids))
    .orderBy('id')
    .execute();
  const gateways = await db
    .selectFrom('carrierGateways')
    .selectAll()
    .where(anyOf('carrier_id', ids))
    .orderBy('priority')
    .orderBy('id')
    .execute();
  const prefixes = await db
    .selectFrom('carrierPrefixes')
    .selectAll()
    .where(anyOf('carrier_id', ids))
    .orderBy('id')
    .execute();
  return rows.map((row) => {
    const { rowVersion, ...rest } = row;
    return {
      ...rest,
      ...stamps(row),
      enabled: row.enabled === 1,
      sources: sources.filter((part) => part.carrierId === row.id).map((part) => part.source),
      gateways: gateways
        .filter((part) => part.carrierId === row.id)
        .map(({ host, port, transport, priority, weight }) => ({ host, port, transport, priority, weight })),
      prefixes: prefixes
        .filter((part) => part.carrierId === row.id)
        .map(({ prefix, costMicros }) => ({ prefix, costMicros })),
    };
  });
}
