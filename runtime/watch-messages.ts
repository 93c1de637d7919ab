import { type CarrierAdapter, carryMessages } from '../billing-hooks/index.ts';
import type { Logger } from '../telemetry/index.ts';
import type { Store } from '../tenancy/index.ts';
import { type Repeated, repeat } from './repeat.ts';

/** How often messages are handed to the carrier and fetched from it (ms). */
const EVERY_MS = 1000;

export function watchMessages(store: Store, carrier: CarrierAdapter, logger: Logger): Repeated {
  return repeat(
    EVERY_MS,
    () => carryMessages(store, carrier),
    (error) => logger.error({ err: error }, 'messages could not be worked on'),
  );
}
