import {
  AddressGuard,
  type CallHolds,
  type CarrierAdapter,
  CarrierOrders,
  CarrierReleases,
  createDefaultCarrier,
  createSimulatedProvider,
  type PaymentProvider,
  type RenewalReport,
  runInvoices,
  runRenewals,
  type SendToPbx,
  WebhookSender,
  workOnPorts,
} from '../billing-hooks/index.ts';
import type { Config } from '../config/index.ts';
import type { Logger } from '../telemetry/index.ts';
import type { Store } from '../tenancy/index.ts';
import { type Repeated, repeat } from './repeat.ts';
import { watchDocuments } from './watch-documents.ts';
import { watchFunding } from './watch-funding.ts';
import { watchMessages } from './watch-messages.ts';
import { watchMoney } from './watch-money.ts';
import { watchStreams } from './watch-streams.ts';

/** How often numbers are looked through for what is due (ms). */
const RENEWALS_MS = 60_000;
/** How often months that are over are looked for (ms). */
const INVOICES_MS = 3_600_000;

/** Numbers, renewals and webhooks, on the main thread. */
export interface Commerce {
  readonly carrier: CarrierAdapter;
  readonly guard: AddressGuard;
  readonly holds: CallHolds;
  readonly payments: PaymentProvider | null;
  readonly refundsRent: boolean;
  /** Waits for the answers to events that are on their way; the others go out after the next start. */
  close(): Promise<void>;
}

/** Starts sending events and renewing numbers; what they change reaches SIP as an edit by hand does. */
export function startCommerce(
  config: Config,
  store: Store,
  holds: CallHolds,
  sendToPbx: SendToPbx,
  logger: Logger,
): Commerce {
  const carrier = createDefaultCarrier(store);
  const guard = new AddressGuard(config.webhookAllow);
  const onFault = (error: unknown) => logger.error({ err: error }, 'webhooks could not be worked on');
  const sender = new WebhookSender({ store, guard, onFault });
  sender.start();
  const streams = watchStreams(store, guard, config.dataDir, logger);
  const documents = watchDocuments(store, carrier, logger);
  const messages = watchMessages({ store, carrier, holds, sendToPbx }, logger);
  const money = watchMoney(config, store, carrier, logger);
  const { secret } = config.payments;
  const nowMs = () => store.clock.nowMs();
  const payments = secret === undefined ? null : createSimulatedProvider({ secret, nowMs });
  const funding = watchFunding({ config, store, holds, payments }, logger);
  const renewals = watchRenewals(config, { store, carrier, holds }, logger);
  return {
    carrier,
    guard,
    holds,
    payments,
    refundsRent: config.renewal.prorate,
    async close() {
      const all = [sender, streams, renewals, documents, messages, money, funding];
      await Promise.all(all.map((work) => work.close()));
    },
  };
}

interface Shop {
  readonly store: Store;
  readonly carrier: CarrierAdapter;
  readonly holds: CallHolds;
}

function watchRenewals(config: Config, shop: Shop, logger: Logger): Repeated {
  const { store, carrier, holds } = shop;
  let invoicedAtMs = Number.NEGATIVE_INFINITY;
  const invoice = async () => {
    const nowMs = store.clock.nowMs();
    if (nowMs - invoicedAtMs < INVOICES_MS) return;
    invoicedAtMs = nowMs;
    const issued = await runInvoices(store, holds);
    if (issued > 0) logger.info({ issued }, 'invoices were issued');
  };
  const round = async () => {
    await new CarrierOrders(shop).recover();
    await new CarrierReleases(shop).deliver();
    await workOnPorts(store, carrier);
    try {
      logReport(await runRenewals(store, carrier, config.renewal, holds), logger);
    } finally {
      await invoice();
    }
  };
  return repeat(RENEWALS_MS, round, (error) => logger.error({ err: error }, 'renewals could not be worked on'));
}

function logReport(report: RenewalReport, logger: Logger): void {
  const { renewed, suspended, released } = report;
  if (renewed + suspended + released > 0) logger.info(report, 'numbers were renewed');
}
