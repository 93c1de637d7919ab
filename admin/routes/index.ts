import { installAccounts } from './accounts.ts';
import { installApiKeys } from './api-keys.ts';
import { installAudit } from './audit.ts';
import { installBans } from './bans.ts';
import { installBilling } from './billing.ts';
import { installBillingTerms } from './billing-terms.ts';
import { installBulk } from './bulk.ts';
import { installCallTests } from './call-tests.ts';
import { installCalls } from './calls.ts';
import { installCarrierMessages } from './carrier-messages.ts';
import { installCarrierRegistrations } from './carrier-registrations.ts';
import { installCarriers } from './carriers.ts';
import { installDidRouting } from './did-routing.ts';
import { installDids } from './dids.ts';
import { installEvents } from './events.ts';
import { installExplain } from './explain.ts';
import { installExports } from './exports.ts';
import type { InstallRoutes } from './install.ts';
import { installInventory } from './inventory.ts';
import { installInvoices } from './invoices.ts';
import { installLedger } from './ledger.ts';
import { installMaintenance } from './maintenance.ts';
import { installMessages } from './messages.ts';
import { installNumberSearch } from './number-search.ts';
import { installNumbers } from './numbers.ts';
import { installOffboarding } from './offboarding.ts';
import { installOrders } from './orders.ts';
import { installPbxConfig } from './pbx-config.ts';
import { installPorting } from './porting.ts';
import { installRateDecks } from './rate-decks.ts';
import { installRecordStreams } from './record-streams.ts';
import { installRegistrations } from './registrations.ts';
import { installRegulatory } from './regulatory.ts';
import { installRegulatoryDocuments } from './regulatory-documents.ts';
import { installRoutingPolicies } from './routing-policies.ts';
import { installSandbox } from './sandbox.ts';
import { installSandboxPeople } from './sandbox-people.ts';
import { installSandboxPhones } from './sandbox-phones.ts';
import { installSeed } from './seed.ts';
import { installSipDomains } from './sip-domains.ts';
import { installExtensions, installSipTrunks } from './sip-trunks.ts';
import { installTenantFiles } from './tenant-files.ts';
import { installTopUps } from './top-ups.ts';
import { installTrunkGroups } from './trunk-groups.ts';
import { installUsers } from './users.ts';
import { installWallet } from './wallet.ts';
import { installWalletExports } from './wallet-exports.ts';
import { installWalletFunding } from './wallet-funding.ts';
import { installWebhookDeliveries } from './webhook-deliveries.ts';
import { installWebhooks } from './webhooks.ts';

/** Every resource under `/api/v1`. */
export const API_ROUTES: readonly InstallRoutes[] = [
  installSipTrunks,
  installPbxConfig,
  installExtensions,
  installTrunkGroups,
  installDidRouting,
  installNumberSearch,
  installNumbers,
  installInventory,
  installWallet,
  installWalletFunding,
  installTopUps,
  installOrders,
  installMessages,
  installCarrierMessages,
  installPorting,
  installRegulatory,
  installRegulatoryDocuments,
  installBilling,
  installBillingTerms,
  installRateDecks,
  installInvoices,
  installWalletExports,
  installOffboarding,
  installWebhooks,
  installRecordStreams,
  installWebhookDeliveries,
  installEvents,
  installCalls,
  installRegistrations,
  installExplain,
  installCallTests,
  installApiKeys,
  installAccounts,
  installSipDomains,
  installDids,
  installCarriers,
  installCarrierRegistrations,
  installRoutingPolicies,
  installBans,
  installAudit,
  installLedger,
  installSeed,
  installMaintenance,
  installTenantFiles,
  installUsers,
  installBulk,
  installExports,
  installSandbox,
  installSandboxPhones,
  installSandboxPeople,
];
