import { type Store, seedBench } from '../../tenancy/index.ts';
import type { AdminStore } from '../stores.ts';
import { createAccountStore } from './account-store.ts';
import { createDidStore } from './did-store.ts';
import { createGroupStore } from './group-store.ts';
import { createKeyStore } from './key-store.ts';
import { createAuditStore, createCarrierStore, createDomainStore } from './platform-stores.ts';
import { createRecordStore } from './record-store.ts';
import { createTenantFileStore } from './tenant-file-store.ts';
import { createTrunkStore } from './trunk-store.ts';
import { createWalletStore } from './wallet-store.ts';

/** The routes' view of the store: every write is one transaction with its audit entry. */
export function createAdminStore(store: Store): AdminStore {
  return {
    keys: createKeyStore(store),
    accounts: createAccountStore(store),
    trunks: createTrunkStore(store),
    groups: createGroupStore(store),
    dids: createDidStore(store),
    carriers: createCarrierStore(store),
    domains: createDomainStore(store),
    wallet: createWalletStore(store),
    audit: createAuditStore(store),
    tenantFiles: createTenantFileStore(store),
    seed: (trunks, files) => seedBench(store, trunks, files),
  };
}

export { createRecordStore };
