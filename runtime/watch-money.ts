import { type CarrierAdapter, CarrierBalances, exportMoney, sinkFor } from '../billing-hooks/index.ts';
import type { Config } from '../config/index.ts';
import type { Logger } from '../telemetry/index.ts';
import type { Store } from '../tenancy/index.ts';
import { type Repeated, repeat } from './repeat.ts';

/** How often other systems are told what happened to money, and carriers whose time has come are asked (ms). */
const EVERY_MS = 10_000;

/** Tells charges and postings to where the configuration says, and asks carriers for our balance there. */
export function watchMoney(config: Config, store: Store, carrier: CarrierAdapter, logger: Logger): Repeated {
  const balances = new CarrierBalances(store, [carrier]);
  const { to, token } = config.moneyExport;
  const sinks = to.map((address) => sinkFor(address, token));
  const asking = repeat(
    EVERY_MS,
    () => balances.refresh(),
    (error) => logger.warn({ err: error }, 'a carrier did not say what is left of our money'),
  );
  // Each by itself: one that does not answer keeps nothing from the others.
  const exports = sinks.map((sink) =>
    repeat(
      EVERY_MS,
      () => exportMoney(store, sink),
      (error) => logger.warn({ err: error, sink: sink.name }, 'money could not be told to another system'),
    ),
  );
  return { close: async () => void (await Promise.all([asking, ...exports].map((work) => work.close()))) };
}
