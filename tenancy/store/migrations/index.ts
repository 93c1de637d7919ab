import { accounts } from './0001-accounts.ts';
import { trunks } from './0002-trunks.ts';
import { numbers } from './0003-numbers.ts';
import { carriers } from './0004-carriers.ts';
import { keys } from './0005-keys.ts';
import { live } from './0006-live.ts';
import { ledger } from './0007-ledger.ts';
import { commerce } from './0008-commerce.ts';
import { routingPolicies } from './0009-routing-policies.ts';
import { registrations } from './0010-registrations.ts';
import { webhookDelivery } from './0011-webhook-delivery.ts';
import { administration } from './0012-administration.ts';
import { money } from './0013-money.ts';
import { regulatory } from './0014-regulatory.ts';
import { certifiedTrunks } from './0015-certified-trunks.ts';
import { idempotentWrites } from './0016-idempotent-writes.ts';
import { carrierReleases } from './0017-carrier-releases.ts';
import { messages } from './0018-messages.ts';
import { sipMessages } from './0019-sip-messages.ts';
import { moneyOnward } from './0020-money-onward.ts';
import { operatorEvents } from './0021-operator-events.ts';
import { webhookChanges } from './0022-webhook-changes.ts';
import { recordNumbers } from './0023-record-numbers.ts';
import { porting } from './0024-porting.ts';
import { messageTurns } from './0025-message-turns.ts';
import { search } from './0026-search.ts';
import { fundingCurrencies } from './0027-funding-currencies.ts';
import { callQueues } from './0028-call-queues.ts';
import { unscheduledNumbers } from './0029-unscheduled-numbers.ts';
import type { Migration } from './migration.ts';

/** All steps in order; the position is the version. */
export const MIGRATIONS: readonly Migration[] = [
  accounts,
  trunks,
  numbers,
  carriers,
  keys,
  live,
  ledger,
  commerce,
  routingPolicies,
  registrations,
  webhookDelivery,
  administration,
  money,
  regulatory,
  certifiedTrunks,
  idempotentWrites,
  carrierReleases,
  messages,
  sipMessages,
  moneyOnward,
  operatorEvents,
  webhookChanges,
  recordNumbers,
  porting,
  messageTurns,
  search,
  fundingCurrencies,
  callQueues,
  unscheduledNumbers,
];

export type { Migration };
