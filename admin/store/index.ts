import {
  AddressGuard,
  type CallHolds,
  type CarrierAdapter,
  createDefaultCarrier,
  NO_CALLS,
  type PaymentProvider,
  type RatingService,
} from '../../billing-hooks/index.ts';
import { createYamlReader, type Store, seedBench, type YamlReader } from '../../tenancy/index.ts';
import type { AdminStore } from '../stores.ts';
import { createAccountStore } from './account-store.ts';
import { createBulkStore } from './bulk-store.ts';
import { createDidStore } from './did-store.ts';
import { createEventStore } from './event-store.ts';
import { createGroupStore } from './group-store.ts';
import { IdempotentWrites } from './idempotency-store.ts';
import { createInvoiceStore } from './invoice-store.ts';
import { createKeyStore } from './key-store.ts';
import { createMessageStore } from './message-store.ts';
import { createMoneyStore } from './money-store.ts';
import { nest } from './nest.ts';
import { createCostStore, createInventoryStore, createOrderStore } from './order-store.ts';
import { createAuditStore, createCarrierStore, createDomainStore } from './platform-stores.ts';
import { createPolicyStore } from './policy-store.ts';
import { createPortingStore } from './porting-store.ts';
import { createRecordStore } from './record-store.ts';
import { createRecordStreamStore } from './record-stream-store.ts';
import { createRegulatoryStore } from './regulatory-store.ts';
import { createRehearsalStore, type RehearsalConfig } from './rehearsal-store.ts';
import { createTenantFileStore } from './tenant-file-store.ts';
import { createTrunkStore } from './trunk-store.ts';
import { createUserStore } from './user-store.ts';
import { createWalletStore } from './wallet-store.ts';
import { createWebhookStore } from './webhook-store.ts';

export interface AdminStoreOptions {
  /** Where numbers come from. @default the simulated carrier */
  readonly carrier?: CarrierAdapter;
  /** Where webhooks may go. @default public addresses only */
  readonly guard?: AddressGuard;
  /** What calls hold of wallets. @default there are no calls */
  readonly holds?: CallHolds;
  /** Where payments go. @default nowhere */
  readonly payments?: PaymentProvider | null;
  /** Whether unused days of a number that is released early are given back. @default false */
  readonly refundsRent?: boolean;
  /** Who else prices ended calls. @default nobody */
  readonly rating?: RatingService | undefined;
  /** What rehearsed calls are decided by. @default as without a configuration */
  readonly sip?: RehearsalConfig;
  /** Who reads tenant files. @default a thread of its own for long ones */
  readonly yaml?: YamlReader;
}

/** The routes' view of the store: every write is one transaction with its audit entry. */
export function createAdminStore(opened: Store, options: AdminStoreOptions = {}): AdminStore {
  const idempotency = new IdempotentWrites(opened);
  const store = idempotency.watched;
  const {
    carrier = createDefaultCarrier(store),
    guard = new AddressGuard([]),
    holds = NO_CALLS,
    payments = null,
    refundsRent = false,
    yaml = createYamlReader(),
  } = options;
  return {
    keys: createKeyStore(store),
    accounts: createAccountStore(store),
    trunks: createTrunkStore(store),
    groups: createGroupStore(store),
    dids: createDidStore(store, carrier, refundsRent),
    carriers: createCarrierStore(store),
    policies: createPolicyStore(store),
    domains: createDomainStore(store),
    wallet: createWalletStore(store, holds),
    inventory: createInventoryStore(store, carrier),
    orders: createOrderStore({ store, carrier, holds, refundsRent }),
    porting: createPortingStore(store, carrier),
    regulatory: createRegulatoryStore(store, carrier),
    messages: createMessageStore(store, carrier, holds),
    costs: createCostStore(store),
    money: createMoneyStore(store, payments, options.rating),
    invoices: createInvoiceStore(store, holds),
    webhooks: createWebhookStore(store, guard),
    recordStreams: createRecordStreamStore(store),
    events: createEventStore(store),
    audit: createAuditStore(store),
    tenantFiles: createTenantFileStore(store, yaml),
    rehearsals: createRehearsalStore(store, options.sip, yaml),
    users: createUserStore(store),
    bulk: createBulkStore(store),
    idempotency,
    // Within a transaction nobody can wait for SIP; nothing is bought there.
    atOnce: (work) =>
      store.write((context) => work(createAdminStore(nest(store, context), { ...options, yaml, holds: NO_CALLS }))),
    backup: (file) => store.backup(file),
    seed: (trunks, files) => seedBench(store, trunks, files),
  };
}

export { createRecordStore };
