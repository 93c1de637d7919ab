import { sql } from 'kysely';
import type { Store } from '../tenancy/index.ts';

/** The least `at` of those rows. */
export async function least(store: Store, rows: ReturnType<typeof sql>): Promise<number | undefined> {
  const found = await sql<{ readonly at: number | null }>`SELECT min(at) AS at FROM (${rows})`.execute(store.db);
  return found.rows[0]?.at ?? undefined;
}
