import { join } from 'node:path';
import { type AddressGuard, RecordStreamer } from '../billing-hooks/index.ts';
import type { Logger } from '../telemetry/index.ts';
import type { Store } from '../tenancy/index.ts';
import { type Repeated, repeat } from './repeat.ts';

/** How often it is looked for records that are to be sent (ms). */
const EVERY_MS = 250;

/** Carries call records to where accounts want them; files are in `records` of the data directory. */
export function watchStreams(store: Store, guard: AddressGuard, dataDir: string, logger: Logger): Repeated {
  const onFault = (error: unknown) => logger.error({ err: error }, 'call records could not be streamed');
  const streamer = new RecordStreamer({ store, guard, folder: join(dataDir, 'records'), onFault });
  const rounds = repeat(EVERY_MS, () => streamer.round(), onFault);
  return {
    async close() {
      await rounds.close();
      await streamer.close();
    },
  };
}
