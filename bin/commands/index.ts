import { registerAccounts } from './accounts.ts';
import { registerBans } from './bans.ts';
import { registerCalls } from './calls.ts';
import { registerCarriers } from './carriers.ts';
import type { RegisterCommand } from './command.ts';
import { registerCompletion } from './completion.ts';
import { registerDemo } from './demo.ts';
import { registerDids } from './dids.ts';
import { registerDoctor } from './doctor.ts';
import { registerEngine } from './engine.ts';
import { registerExplain } from './explain.ts';
import { registerInventory } from './inventory.ts';
import { registerInvoices } from './invoices.ts';
import { registerKeys } from './keys.ts';
import { registerLedger } from './ledger.ts';
import { registerListen } from './listen.ts';
import { registerMaintenance } from './maintenance.ts';
import { registerPorting } from './porting.ts';
import { registerRates } from './rates.ts';
import { registerRealm } from './realm.ts';
import { registerRegistrations } from './registrations.ts';
import { registerRegulatory } from './regulatory.ts';
import { registerReplay } from './replay.ts';
import { registerSeed } from './seed.ts';
import { registerServe } from './serve.ts';
import { registerTenantFiles } from './tenant-files.ts';
import { registerTest } from './test.ts';
import { registerTrunks } from './trunks.ts';

/** Every command, in the order that help lists them. */
export const COMMANDS: readonly RegisterCommand[] = [
  registerServe,
  registerDemo,
  registerEngine,
  registerDoctor,
  registerTenantFiles,
  registerTest,
  registerReplay,
  registerMaintenance,
  registerRealm,
  registerCompletion,
  registerExplain,
  registerAccounts,
  registerTrunks,
  registerDids,
  registerRegulatory,
  registerPorting,
  registerRegistrations,
  registerCalls,
  registerCarriers,
  registerKeys,
  registerBans,
  registerLedger,
  registerRates,
  registerInventory,
  registerInvoices,
  registerListen,
  registerSeed,
];
