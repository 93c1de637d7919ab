import { sql } from 'kysely';
import type { Store, StoreContext } from '../../tenancy/index.ts';

/** The store as it looks inside one of its transactions: a write there is a part that can fail by itself. */
export function nest(store: Store, context: StoreContext): Store {
  return {
    ...store,
    ...context,
    write: async (work) => {
      await sql`SAVEPOINT part`.execute(context.db);
      try {
        const result = await work(context);
        await sql`RELEASE part`.execute(context.db);
        return result;
      } catch (error) {
        await sql`ROLLBACK TO part`.execute(context.db);
        await sql`RELEASE part`.execute(context.db);
        throw error;
      }
    },
  };
}
