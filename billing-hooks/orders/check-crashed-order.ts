import { join } from 'node:path';
import { getBalance, listDids, openStore, verifyLedger } from '../../tenancy/index.ts';
import { CarrierOrders } from './carrier-orders.ts';
import { CarrierReleases } from './carrier-releases.ts';
import { FileCarrier } from './test-carrier.ts';

const EVERYTHING = { afterId: 0, offset: 0, limit: 100 };

/** What stands after recovery, in one line; `whole` and `nothing` are the only two that may be. */
export async function recoverAndJudge(folder: string, openingMicros: number): Promise<string> {
  const store = await openStore({ file: join(folder, 'didfarm.db'), secretKey: Buffer.alloc(32) });
  const carrier = new FileCarrier(join(folder, 'carrier.json'));
  const later = { ...store, clock: { nowMs: () => store.clock.nowMs() + 3_600_000 } };
  await new CarrierOrders({ store: later, carrier: carrier.adapter }).recover();
  const { reserved, bought } = carrier.books;
  const facts = {
    spent: openingMicros - (await getBalance(store, 1)),
    held: await getBalance(store, 1, 'EUR', 'held'),
    numbers: (await listDids(store, {}, EVERYTHING, null)).rows.length,
    orders: (await store.db.selectFrom('orders').select('status').execute()).map(({ status }) => status).join(','),
    open: (await store.db.selectFrom('carrierHolds').selectAll().execute()).length,
    reserved: Object.keys(reserved).length,
    bought: Object.keys(bought).length,
    faults: (await verifyLedger(store)).faults.length,
  };
  await store.close();
  const line = JSON.stringify(facts);
  if (line === JSON.stringify({ ...CLEAN, spent: 2_000_000, numbers: 2, orders: 'completed', bought: 2 }))
    return 'whole';
  if (line === JSON.stringify({ ...CLEAN, orders: 'failed' })) return 'nothing';
  return line === JSON.stringify(CLEAN) ? 'nothing' : line;
}

/** `released`: neither we nor the carrier have the number; `kept`: both have it. */
export async function judgeRelease(folder: string): Promise<string> {
  const store = await openStore({ file: join(folder, 'didfarm.db'), secretKey: Buffer.alloc(32) });
  const carrier = new FileCarrier(join(folder, 'carrier.json'));
  const later = { ...store, clock: { nowMs: () => store.clock.nowMs() + 3_600_000 } };
  await new CarrierReleases({ store: later, carrier: carrier.adapter }).deliver();
  const live = (await listDids(store, {}, EVERYTHING, null)).rows.map(({ number }) => number).sort();
  const waiting = await store.db.selectFrom('carrierReleases').selectAll().execute();
  await store.close();
  const facts = JSON.stringify({ live, bought: Object.keys(carrier.books.bought).sort(), waiting });
  const both = (numbers: readonly string[]) => JSON.stringify({ live: numbers, bought: numbers, waiting: [] });
  if (facts === both(['+12025550102'])) return 'released';
  return facts === both(['+12025550101', '+12025550102']) ? 'kept' : facts;
}

const CLEAN = { spent: 0, held: 0, numbers: 0, orders: '', open: 0, reserved: 0, bought: 0, faults: 0 };
