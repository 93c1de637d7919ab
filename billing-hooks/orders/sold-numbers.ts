import { sql } from 'kysely';
import type { Store } from '../../tenancy/index.ts';
import { QUARANTINE_MS } from './release-number.ts';

/** Which of these numbers are in use, alone or within a block, or came back too recently to be sold again. */
export function findSoldNumbers(store: Store, numbers: readonly string[]): Promise<ReadonlySet<string>> {
  return findUsed(store, numbers, store.clock.nowMs() - QUARANTINE_MS);
}

/** Whether a number is in use, alone or within a block. */
export async function isNumberInUse(store: Store, number: string): Promise<boolean> {
  return (await findUsed(store, [number], Number.MAX_SAFE_INTEGER)).has(number);
}

/** @param freeSinceMs what came back later counts as used */
async function findUsed(store: Store, numbers: readonly string[], freeSinceMs: number): Promise<ReadonlySet<string>> {
  const digits = JSON.stringify(numbers.map((number) => Number(number.slice(1))));
  // Numbers in use never overlap, so only the nearest one from below can hold the number asked about.
  const { rows } = await sql<{ readonly digits: number }>`SELECT value AS digits FROM json_each(${digits}) WHERE
    (SELECT last_num FROM dids WHERE status <> 'released' AND first_num <= value ORDER BY first_num DESC LIMIT 1) >= value
    OR EXISTS (SELECT 1 FROM dids WHERE status = 'released' AND first_num = value AND released_at_ms > ${freeSinceMs})`.execute(
    store.db,
  );
  return new Set(rows.map((row) => `+${row.digits}`));
}
