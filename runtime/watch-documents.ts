import { askCarrier, type CarrierAdapter } from '../billing-hooks/index.ts';
import type { Logger } from '../telemetry/index.ts';
import { deleteDueDocuments, type Store } from '../tenancy/index.ts';
import { type Repeated, repeat } from './repeat.ts';

/** How often carriers are asked about documents, and documents looked through whose day has come (ms). */
const EVERY_MS = 15_000;

export function watchDocuments(store: Store, carrier: CarrierAdapter, logger: Logger): Repeated {
  const work = async () => {
    const decided = await askCarrier(store, carrier);
    const deleted = await store.write(deleteDueDocuments);
    if (decided + deleted > 0) logger.info({ decided, deleted }, 'documents were decided about or deleted');
  };
  return repeat(EVERY_MS, work, (error) => logger.error({ err: error }, 'documents could not be worked on'));
}
