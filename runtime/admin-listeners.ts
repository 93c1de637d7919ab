import { chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type AdminDeps, createAdminApp } from '../admin/index.ts';
import type { Config } from '../config/index.ts';
import { portOf } from './listen.ts';
import { StartError } from './start-error.ts';

/** Longest path of a Unix socket that Linux takes. */
const MAX_SOCKET_PATH = 107;

export interface AdminListeners {
  /** The HTTP port in use. */
  readonly port: number;
  close(): Promise<void>;
}

type App = Awaited<ReturnType<typeof createAdminApp>>;

/** The API, ready to listen: on HTTP by Bearer keys, and on the control socket with operator rights. */
export interface AdminApps {
  readonly network: App;
  readonly control: App;
  /** Ends what answers beside them, once they have closed. */
  readonly close: () => Promise<void>;
}

/** Makes both and compiles their schemas, which takes long enough to be done while the SIP thread loads. */
export async function prepareAdmin(deps: Omit<AdminDeps, 'channel'>): Promise<Omit<AdminApps, 'close'>> {
  const network = await createAdminApp({ ...deps, channel: 'network' });
  const control = await createAdminApp({ ...deps, channel: 'control' });
  await network.ready();
  await control.ready();
  return { network, control };
}

/** Serves them. */
export async function listenAdmin(config: Config, { network, control, close }: AdminApps): Promise<AdminListeners> {
  await network.listen({ host: config.http.host, port: config.http.port });
  await control.listen({ path: freshSocket(config.dataDir) });
  chmodSync(socketPath(config.dataDir), 0o600);
  return {
    port: portOf(network.server),
    async close() {
      await Promise.all([network.close(), control.close()]);
      await close();
      rmSync(socketPath(config.dataDir), { force: true });
    },
  };
}

function socketPath(dataDir: string): string {
  return join(dataDir, 'control.sock');
}

/** We hold the store's lock, so a socket that is there belongs to a process that has died. */
function freshSocket(dataDir: string): string {
  const path = socketPath(dataDir);
  if (path.length > MAX_SOCKET_PATH) {
    throw new StartError(
      `the path ${path} is too long for a socket (${MAX_SOCKET_PATH} characters): choose a shorter data directory`,
    );
  }
  rmSync(path, { force: true });
  return path;
}
