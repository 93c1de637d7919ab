import { accessSync, constants, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { BindingShare, CallRecord, ListeningAddress, SipEvent } from '../bus/index.ts';
import type { Config } from '../config/index.ts';
import type { Logger } from '../telemetry/index.ts';
import {
  applyRetention,
  beginRun,
  createDemoWorld,
  DirectoryPublisher,
  getNonceSecret,
  isEmptyStore,
  keepRun,
  loadOpenCalls,
  loadSecretKey,
  openStore,
  type Store,
  StoreError,
  saveSipEvents,
  settleOpenCalls,
  shareBindings,
} from '../tenancy/index.ts';

/** What is stored, opened for this process alone. */
export interface World {
  readonly store: Store;
  readonly publisher: DirectoryPublisher;
  readonly nonceSecret: string;
  /** Opens the credentials that the SIP thread is given sealed. */
  readonly secretKey: Buffer;
  readonly shareBindings: (take: (share: BindingShare) => void) => Promise<void>;
  /** Calls that were up when the last run ended without a word. */
  readonly openCalls: readonly CallRecord[];
  /** Closes their records, once both sides are being hung up. */
  readonly settleOpenCalls: () => Promise<void>;
  readonly writeEvents: (events: readonly SipEvent[]) => Promise<void>;
}

const RETENTION_MS = 3_600_000;
/** How much of the time before a crash may count as not seen. */
const ALIVE_MS = 10_000;

/**
 * Opens the data directory: key, store, schema, realm.
 * @throws StoreError with one sentence for the operator
 */
export async function openWorld(config: Config): Promise<World> {
  const { dataDir, secretKeyFile, databaseUrl } = config;
  makeDataDir(dataDir);
  const secretKey = loadSecretKey({ dataDir, secretKeyFile });
  const store = await openStore({
    file: join(dataDir, 'didfarm.db'),
    databaseUrl,
    secretKey,
    platformRealm: config.domain,
    targetAllow: config.calls.targetAllow,
  });
  const openCalls = await loadOpenCalls(store);
  return {
    store,
    publisher: new DirectoryPublisher(store, { algorithms: config.auth.algorithms }),
    nonceSecret: (await getNonceSecret(store)).toString('hex'),
    secretKey,
    shareBindings: (take) => shareBindings(store, take),
    openCalls,
    settleOpenCalls: () => settleOpenCalls(store, openCalls, store.clock.nowMs()),
    writeEvents: (events) => saveSipEvents(store, events),
  };
}

/** What the servers are bound to, for people and scripts to find them. */
export interface Bound {
  readonly sip: readonly ListeningAddress[];
  readonly http: number;
  readonly metrics: number;
}

/**
 * The demo world: made when asked for, or when nobody said no and the store is empty.
 * @returns the file with its credentials when it was made now
 */
export async function prepareDemo(
  store: Store,
  config: Config,
  { sip, http, metrics }: Bound,
  wanted: boolean | undefined,
): Promise<string | undefined> {
  if (wanted === false || !(await isEmptyStore(store))) return undefined;
  const portOf = (transport: string) => sip.find((point) => point.transport === transport)?.port;
  const ports = { sip: portOf('udp') ?? config.sip.port, sipTls: portOf('tls') ?? null, http, metrics };
  await createDemoWorld(store, config, ports);
  return join(config.dataDir, 'demo.json');
}

/**
 * Lets old records go, and notes from when until when the server runs: what it does not see is no outage of a trunk.
 * Ends with the returned call.
 */
export async function watchRecords(store: Store, logger: Logger): Promise<() => Promise<void>> {
  watchRetention(store, logger);
  const run = await beginRun(store);
  const keep = () => keepRun(store, run);
  const timer = setInterval(() => {
    keep().catch((error: unknown) => logger.error({ err: error }, 'that the server runs could not be noted'));
  }, ALIVE_MS);
  timer.unref();
  return () => {
    clearInterval(timer);
    return keep();
  };
}

/** Now and every hour. */
function watchRetention(store: Store, logger: Logger): void {
  const apply = () => {
    applyRetention(store).catch((error: unknown) => logger.error({ err: error }, 'old records could not be removed'));
  };
  apply();
  setInterval(apply, RETENTION_MS).unref();
}

function makeDataDir(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    throw new StoreError('store_read_only', `The data directory ${dataDir} cannot be written (${code}).`, error);
  }
}
