import { sql } from 'kysely';
import type { Store } from '../../tenancy/index.ts';
import type { MoneyEvent, MoneySink } from './money-sink.ts';

const BATCH = 500;

interface Mark {
  readonly charge: number;
  readonly posting: number;
}

/**
 * Tells a sink what happened since the last time, oldest first; how far it has come is kept in the store, so that a
 * crash repeats a batch and loses none.
 * @returns how many events it took
 */
export async function exportMoney(store: Store, sink: MoneySink): Promise<number> {
  let told = 0;
  for (;;) {
    const mark = await readMark(store, sink);
    const events = [...(await chargesAfter(store, mark.charge)), ...(await postingsAfter(store, mark.posting))];
    if (events.length === 0) return told;
    await sink.take(events);
    const last = (kind: MoneyEvent['kind'], before: number) =>
      events.reduce((most, event) => (event.kind === kind ? Math.max(most, event.id) : most), before);
    await writeMark(store, sink, { charge: last('charge', mark.charge), posting: last('posting', mark.posting) });
    told += events.length;
  }
}

async function chargesAfter(store: Store, id: number): Promise<readonly MoneyEvent[]> {
  const rows = await store.db
    .selectFrom('callCharges')
    .selectAll()
    .where('id', '>', id)
    .orderBy('id')
    .limit(BATCH)
    .execute();
  return rows.map((row) => ({
    kind: 'charge',
    id: row.id,
    call_uuid: row.callUuid,
    account_id: row.accountId,
    carrier_id: row.carrierId,
    revision: row.revision,
    prefix: row.prefix,
    billed_sec: row.billedSec,
    amount_micros: row.amountMicros,
    currency: row.currency,
    called_at: new Date(row.calledAtMs).toISOString(),
  }));
}

async function postingsAfter(store: Store, id: number): Promise<readonly MoneyEvent[]> {
  const rows = await store.db
    .selectFrom('ledgerPostings')
    .innerJoin('ledgerAccounts', 'ledgerAccounts.id', 'ledgerAccountId')
    .innerJoin('ledgerEntries', 'ledgerEntries.id', 'entryId')
    .select(['ledgerPostings.id', 'entryId', 'ledgerPostings.accountId', 'ledgerAccounts.kind', 'amountMicros'])
    .select(['ledgerEntries.currency', 'referenceType', 'referenceId', 'atMs'])
    .where('ledgerPostings.id', '>', id)
    .orderBy('ledgerPostings.id')
    .limit(BATCH)
    .execute();
  return rows.map((row) => ({
    kind: 'posting',
    id: row.id,
    entry_id: row.entryId,
    account_id: row.accountId,
    ledger: row.kind,
    amount_micros: row.amountMicros,
    currency: row.currency,
    reference_type: row.referenceType,
    reference_id: row.referenceId,
    at: new Date(row.atMs).toISOString(),
  }));
}

async function readMark(store: Store, sink: MoneySink): Promise<Mark> {
  const row = await store.db.selectFrom('settings').select('value').where('key', '=', keyOf(sink)).executeTakeFirst();
  return row === undefined ? { charge: 0, posting: 0 } : (JSON.parse(row.value) as Mark);
}

async function writeMark(store: Store, sink: MoneySink, mark: Mark): Promise<void> {
  await sql`INSERT INTO settings (key, value) VALUES (${keyOf(sink)}, ${JSON.stringify(mark)})
    ON CONFLICT (key) DO UPDATE SET value = excluded.value`.execute(store.db);
}

function keyOf({ name }: MoneySink): string {
  return `money_export:${name}`;
}
