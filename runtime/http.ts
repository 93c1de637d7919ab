import { createAdminStore, createDomainCheck, createRecordStore, sipAccessOf } from '../admin/index.ts';
import type { RatingService } from '../billing-hooks/index.ts';
import type { SipBus } from '../bus/index.ts';
import type { Config } from '../config/index.ts';
import type { Logger } from '../telemetry/index.ts';
import { type AdminApps, prepareAdmin } from './admin-listeners.ts';
import type { Commerce } from './commerce.ts';
import { createSandbox } from './sandbox.ts';
import { createSipPort } from './sip-port.ts';
import { VERSION } from './version.ts';
import type { World } from './world.ts';

export { listenAdmin } from './admin-listeners.ts';

export interface HttpParts {
  readonly config: Config;
  readonly world: World;
  readonly bus: SipBus;
  readonly commerce: Commerce;
  readonly rating: RatingService | undefined;
  readonly publish: () => Promise<void>;
  readonly isReady: () => boolean;
  readonly logger: Logger;
}

/** The API over everything else, with the test worlds of its accounts, ready to listen. */
export async function prepareHttp(parts: HttpParts): Promise<AdminApps> {
  const { config, world, bus, commerce, rating, publish, isReady, logger } = parts;
  const sandbox = createSandbox(config, world, commerce.guard, logger);
  const apps = await prepareAdmin({
    store: createAdminStore(world.store, { ...commerce, rating, sip: config }),
    records: createRecordStore(world.store),
    sip: createSipPort(bus),
    publish,
    isReady,
    version: VERSION,
    domain: world.store.platformRealm,
    access: sipAccessOf(config),
    domainCheck: createDomainCheck(config),
    rateLimits: config.rateLimits,
    nowMs: Date.now,
    logger: logger.child({ part: 'http' }),
    sandbox,
  });
  return { ...apps, close: () => sandbox.close() };
}
