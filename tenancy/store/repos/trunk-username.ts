import { sql } from 'kysely';
import { makeUsername } from '../../secrets/index.ts';
import type { StoreContext } from '../open-store.ts';

const TRIES = 20;

// Written out, not a parameter: only so does SQLite use the index of living trunks.
const ALIVE = sql<boolean>`status <> 'deleted'`;

/** A generated name that no trunk of any realm has, so that a PBX which sends a wrong realm is still told apart. */
export async function freeUsername(context: StoreContext, trunkName: string, realm: string): Promise<string> {
  let username = makeUsername(trunkName);
  for (let tries = 0; tries < TRIES; tries++) {
    const query = context.db.selectFrom('trunks').select('id').where('username', '=', username).where(ALIVE);
    const taken = await (realm === context.platformRealm ? query : query.where('realm', '=', realm)).executeTakeFirst();
    if (taken === undefined) return username;
    username = makeUsername(trunkName);
  }
  return username;
}
