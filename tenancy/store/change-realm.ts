import { sql } from 'kysely';
import { invalid } from '../errors.ts';
import type { Store, StoreContext } from './open-store.ts';
import { writeAudit } from './repos/audit-repo.ts';
import { regenerateCredentials } from './repos/trunk-credentials.ts';
import type { Credentials } from './repos/trunk-repo.ts';
import type { TrunkRow } from './repos/trunk-rows.ts';
import { TRUNK_COLUMNS, toTrunkRow } from './repos/trunk-rows.ts';
import { checkDomain } from './repos/validate.ts';

/** The trunks that register to the platform realm: each has a password that is bound to it. */
export async function trunksOfPlatform(context: StoreContext): Promise<readonly TrunkRow[]> {
  const query = context.db.selectFrom('trunks').where('realm', '=', context.platformRealm);
  const alive = query.where(sql<boolean>`status <> 'deleted'`).orderBy('id');
  return (await alive.select(TRUNK_COLUMNS).execute()).map(toTrunkRow);
}

/**
 * Gives the platform another realm, all or nothing. Every trunk of it needs a new password, since the realm is part of
 * what is stored; they are told here once. No server may run on the database meanwhile, or after it with the old realm.
 */
export function changePlatformRealm(store: Store, realm: string, actor: string): Promise<readonly Credentials[]> {
  const wanted = realm.toLowerCase();
  checkDomain('realm', wanted);
  if (wanted === store.platformRealm) throw invalid('realm', `is ${wanted} already`);
  return store.write(async (context) => {
    const taken = await context.db
      .selectFrom('sipDomains')
      .select('id')
      .where('domain', '=', wanted)
      .executeTakeFirst();
    if (taken !== undefined) throw invalid('realm', `${wanted} is the SIP domain of an account`);
    const trunks = await trunksOfPlatform(context);
    await context.db.updateTable('settings').set({ value: wanted }).where('key', '=', 'platform_realm').execute();
    const made: Credentials[] = [];
    for (const { id } of trunks) made.push(await regenerateCredentials(context, id, { realm: wanted }, null));
    await writeAudit(context, {
      actor,
      accountId: null,
      action: 'change_realm',
      resource: 'platform',
      resourceId: 'realm',
      before: { realm: store.platformRealm },
      after: { realm: wanted, trunks: trunks.length },
    });
    return made;
  });
}
