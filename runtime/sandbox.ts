import { join } from 'node:path';
import { sipAccessOf } from '../admin/index.ts';
import type { AddressGuard } from '../billing-hooks/index.ts';
import type { Config } from '../config/index.ts';
import { Sandbox } from '../sandbox/index.ts';
import type { Logger } from '../telemetry/index.ts';
import { VERSION } from './version.ts';
import type { World } from './world.ts';
import { worldSipStarter } from './world-sip.ts';

/** The test worlds of this server's accounts, in a folder of their own. */
export function createSandbox(config: Config, world: World, guard: AddressGuard, logger: Logger): Sandbox {
  return new Sandbox({
    live: world.store,
    folder: join(config.dataDir, 'sandbox'),
    secretKey: world.secretKey,
    renewal: config.renewal,
    version: VERSION,
    access: sipAccessOf(config),
    realMs: Date.now,
    startSip: worldSipStarter(config, logger),
    guard,
    logger,
  });
}
