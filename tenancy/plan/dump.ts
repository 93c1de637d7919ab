import type { Store } from '../store/index.ts';

/** Everything that is stored but the journals, as one text that tests compare. */
export async function dump(store: Store): Promise<string> {
  const tables = [
    'accounts',
    'trunks',
    'dids',
    'trunkGroups',
    'trunkGroupMembers',
    'sipDomains',
    'carriers',
    'carrierSources',
    'carrierGateways',
    'carrierPrefixes',
    'audit',
    'directoryChanges',
  ] as const;
  return JSON.stringify(await Promise.all(tables.map((table) => store.db.selectFrom(table).selectAll().execute())));
}
