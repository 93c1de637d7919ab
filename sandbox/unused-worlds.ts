import { readdirSync } from 'node:fs';
import type { Store } from '../tenancy/index.ts';
import { accountChain } from '../tenancy/index.ts';

/** A test world on disk that nobody can come into any more. */
export interface UnusedWorld {
  readonly uuid: string;
  /** `undefined` for an account that is gone altogether. */
  readonly accountId: number | undefined;
}

/** Test worlds in that folder whose account, or one above it, is closed. */
export async function findUnusedWorlds(live: Store, folder: string): Promise<readonly UnusedWorld[]> {
  const unused: UnusedWorld[] = [];
  for (const uuid of worldsIn(folder)) {
    const row = await live.db.selectFrom('accounts').select('id').where('uuid', '=', uuid).executeTakeFirst();
    const chain = row === undefined ? [] : await accountChain(live, row.id);
    if (chain.length === 0 || chain.some(({ status }) => status === 'closed'))
      unused.push({ uuid, accountId: row?.id });
  }
  return unused;
}

/** Whether the account still has a key that lets into its test world; what was made in there goes with the last one. */
export async function hasTestKey({ db, clock }: Store, accountId: number): Promise<boolean> {
  const found = await db
    .selectFrom('apiKeys')
    .select('id')
    .where('accountId', '=', accountId)
    .where('mode', '=', 'test')
    .where('revokedAtMs', 'is', null)
    .where((where) => where.or([where('expiresAtMs', 'is', null), where('expiresAtMs', '>', clock.nowMs())]))
    .limit(1)
    .executeTakeFirst();
  return found !== undefined;
}

function worldsIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).flatMap((name) => /^(acc_[0-9a-f]+)\.db$/.exec(name)?.[1] ?? []);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
