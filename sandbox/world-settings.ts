import type { Store } from '../tenancy/index.ts';

/** What a test world knows of its own time; ms. */
export interface WorldTime {
  readonly startedAtMs: number;
  /** How far its clock is ahead of real time. */
  readonly aheadMs: number;
  /** Until when everything was done that was due. */
  readonly doneAtMs: number;
}

const KEY = 'sandbox_time';

/** As it was left; `undefined` in a world that has just begun. */
export async function readWorldTime(store: Store): Promise<WorldTime | undefined> {
  const row = await store.db.selectFrom('settings').select('value').where('key', '=', KEY).executeTakeFirst();
  return row === undefined ? undefined : (JSON.parse(row.value) as WorldTime);
}

/** Remembers it over a restart. */
export async function keepWorldTime(store: Store, time: WorldTime): Promise<void> {
  const value = JSON.stringify(time);
  await store.db
    .insertInto('settings')
    .values({ key: KEY, value })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
    .execute();
}
