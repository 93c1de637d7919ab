import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  ApiError,
  createAdminApp,
  createAdminStore,
  createRecordStore,
  type SipPort,
  type SipQueries,
  sipAccessOf,
} from '../../admin/index.ts';
import type { Config } from '../../config/index.ts';
import { createRating } from '../../runtime/rating.ts';
import { loadSecretKey, openStore, type Store } from '../../tenancy/index.ts';
import { CliError } from '../cli-error.ts';
import type { Channel, ChannelResponse, Method } from './channel.ts';
import type { ChannelOptions } from './open-channel.ts';
import { DATABASE_FILE } from './places.ts';
import { parseText } from './socket-channel.ts';

/**
 * The same API over the database, while no server runs: one implementation, whoever asks. Only commands that
 * fill a new database may make one; for the others a missing one is a wrong directory.
 */
export async function openOfflineChannel(config: Config, options: ChannelOptions): Promise<Channel> {
  const store = await openDatabase(config, options);
  const app = await createAdminApp({
    channel: 'control',
    store: createAdminStore(store, { sip: config, rating: createRating(config, () => undefined) }),
    records: createRecordStore(store),
    sip: offlineSip(store),
    // Nothing to wait for: the server reads everything when it starts.
    publish: () => Promise.resolve(),
    isReady: () => false,
    version: '',
    domain: config.domain,
    access: sipAccessOf(config),
    rateLimits: false,
    nowMs: Date.now,
  });
  return {
    kind: 'offline',
    request: async (method: Method, path: string, body?: unknown): Promise<ChannelResponse> => {
      const payload = body === undefined ? {} : { payload: JSON.stringify(body) };
      const response = await app.inject({ method, url: path, ...payload });
      return { status: response.statusCode, body: parseText(response.body) };
    },
    close: async () => {
      await app.close();
      await store.close();
    },
  };
}

function openDatabase(config: Config, { mayCreate = false, orEmpty = false }: ChannelOptions): Promise<Store> {
  const { dataDir, databaseUrl, secretKeyFile, domain: platformRealm } = config;
  const { targetAllow } = config.calls;
  const common = { databaseUrl, platformRealm, targetAllow };
  const file = join(dataDir, DATABASE_FILE);
  if (!mayCreate && !existsSync(file)) {
    if (orEmpty) return openStore({ file: ':memory:', secretKey: randomBytes(32), ...common });
    throw new CliError(`${file} does not exist: set DIDFARM_DATA_DIR to the server's, or start didfarm serve`);
  }
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  return openStore({ file, secretKey: loadSecretKey({ dataDir, secretKeyFile }), ...common });
}

/** What can be told without SIP: the last known state of trunks; nobody is registered, nobody banned. */
function offlineSip(store: Store): SipPort {
  return {
    request: async (name, args) => {
      if (name === 'registrations') {
        const { trunkIds } = args as SipQueries['registrations']['args'];
        return (await lastStates(store, trunkIds)) as never;
      }
      if (name === 'bans' || name === 'carrier_registrations') return [] as never;
      throw new ApiError(
        'sip_unavailable',
        'The server is not running, and only it can tell this; start didfarm serve.',
      );
    },
  };
}

async function lastStates(store: Store, trunkIds: readonly number[]): Promise<SipQueries['registrations']['answer']> {
  const wanted = new Set(trunkIds);
  const rows = await store.db.selectFrom('trunkStates').select(['trunkId', 'sinceMs']).execute();
  const known = rows.filter((row) => wanted.has(row.trunkId));
  return known.map(({ trunkId, sinceMs }) => ({ trunkId, state: 'offline', sinceMs, reason: null, contacts: [] }));
}
