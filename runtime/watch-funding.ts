import {
  type CallHolds,
  createHttpService,
  fundedByPayment,
  type PaymentProvider,
  runFunding,
} from '../billing-hooks/index.ts';
import type { Config } from '../config/index.ts';
import type { Logger } from '../telemetry/index.ts';
import type { Store } from '../tenancy/index.ts';
import { type Repeated, repeat } from './repeat.ts';

/** How often wallets are looked at (ms): well within what a call has reserved. */
const EVERY_MS = 2_000;

interface Desk {
  readonly config: Pick<Config, 'billingService'>;
  readonly store: Store;
  readonly holds: CallHolds;
  readonly payments: PaymentProvider | null;
}

/** Fills wallets that are to be filled by themselves, from the payment provider or an operator's own service. */
export function watchFunding({ config, store, holds, payments }: Desk, logger: Logger): Repeated {
  const { url, token } = config.billingService;
  const sources = {
    ...fundedByPayment(payments),
    ...(url === undefined ? {} : { service: createHttpService({ url, ...(token === undefined ? {} : { token }) }) }),
  };
  return repeat(
    EVERY_MS,
    () => runFunding(store, sources, holds),
    (error) => logger.error({ err: error }, 'wallets could not be filled'),
  );
}
