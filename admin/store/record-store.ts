import { sql } from 'kysely';
import type { CallRecord, RegisterFailure } from '../../bus/index.ts';
import { PROVEN_REASONS } from '../../registrar/index.ts';
import { inSlice, readAvailability, type Store, within } from '../../tenancy/index.ts';
import type { RecordStore, StoredFailure } from '../ports.ts';

/** Call records and failed REGISTERs as the journal has written them. */
export function createRecordStore(store: Store): RecordStore {
  return {
    listCalls: (visible, slice, filter) => listCalls(store, visible, slice, filter),
    findCall: async (ref) => {
      const byId = /^\d{1,15}$/.test(String(ref));
      const query = store.db.selectFrom('calls').select(['id', 'record']);
      const row = await query.where(byId ? 'id' : 'uuid', '=', byId ? Number(ref) : String(ref)).executeTakeFirst();
      return row === undefined ? undefined : { ...(JSON.parse(row.record) as CallRecord), id: row.id };
    },
    listRegisterFailures: (visible, slice, filter) => listFailures(store, visible, slice, filter),
    lastFailures: (trunkIds) => lastFailures(store, trunkIds),
    availability: (trunkId, query) => readAvailability(store, trunkId, query),
  };
}

async function listCalls(store: Store, ...[visible, slice, filter]: Parameters<RecordStore['listCalls']>) {
  let query = store.db.selectFrom('calls').where(within(visible, 'calls.account_id'));
  if (filter.accountId !== undefined) query = query.where('accountId', '=', filter.accountId);
  if (filter.trunkId !== undefined) query = query.where('trunkId', '=', filter.trunkId);
  if (filter.result !== undefined) query = query.where('result', '=', filter.result);
  if (filter.reason !== undefined) query = query.where('reason', '=', filter.reason);
  if (filter.direction !== undefined) query = query.where('direction', '=', filter.direction);
  const { number } = filter;
  if (number !== undefined)
    query = query.where((eb) => eb.or([eb('fromNumber', '=', number), eb('toNumber', '=', number)]));
  if (filter.live !== undefined) query = query.where('endedAtMs', filter.live ? 'is' : 'is not', null);
  const { total } = await query.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
  const rows = await inSlice(query.select(['id', 'record']), slice).execute();
  return { total, rows: rows.map((row) => ({ ...(JSON.parse(row.record) as CallRecord), id: row.id })) };
}

async function listFailures(
  store: Store,
  ...[visible, slice, filter]: Parameters<RecordStore['listRegisterFailures']>
) {
  let query = store.db.selectFrom('registerFailures').where(within(visible, 'register_failures.account_id'));
  if (filter.trunkId !== undefined) query = query.where('trunkId', '=', filter.trunkId);
  if (filter.isProven === true) {
    const reasons = JSON.stringify(PROVEN_REASONS);
    const overConnection = sql<boolean>`json_extract(record, '$.transport') <> 'udp'`;
    query = query.where(sql<boolean>`(reason IN (SELECT value FROM json_each(${reasons})) OR ${overConnection})`);
  }
  const { total } = await query.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
  const rows = await inSlice(query.select(['id', 'record']), slice).execute();
  return { total, rows: rows.map((row) => ({ ...(JSON.parse(row.record) as RegisterFailure), id: row.id })) };
}

async function lastFailures(store: Store, trunkIds: readonly number[]): Promise<ReadonlyMap<number, StoredFailure>> {
  const newest = sql<number>`(SELECT max(f.id) FROM register_failures f WHERE f.trunk_id = ids.value)`;
  const rows = await store.db
    .selectFrom('registerFailures')
    .select(['id', 'record'])
    .where(sql<boolean>`id IN (SELECT ${newest} FROM json_each(${JSON.stringify(trunkIds)}) ids)`)
    .execute();
  const failures = rows.map((row) => ({ ...(JSON.parse(row.record) as RegisterFailure), id: row.id }));
  return new Map(failures.map((failure) => [failure.trunkId ?? 0, failure]));
}
