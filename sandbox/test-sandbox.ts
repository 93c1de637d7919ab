import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createAdminApp, createAdminStore, createRecordStore } from '../admin/index.ts';
import { AddressGuard } from '../billing-hooks/index.ts';
import { createLogger } from '../telemetry/index.ts';
import { createAccount, createKey, openStore, type Store } from '../tenancy/index.ts';
import { Sandbox, type SandboxOptions } from './sandbox.ts';
import type { StartWorldSip } from './world-sip.ts';

interface Test {
  testdir(): string;
  teardown(work: () => Promise<void>): void;
}

export interface TestSandbox {
  readonly live: Store;
  readonly sandbox: Sandbox;
  readonly folder: string;
  readonly app: Awaited<ReturnType<typeof createAdminApp>>;
  /** Real time, moved by hand. */
  readonly clock: { nowMs(): number; advance(ms: number): void };
  /** Account ids: msp, and a reseller with a child. */
  readonly accounts: Readonly<Record<'msp' | 'reseller' | 'bistro', number>>;
  readonly keys: Readonly<Record<'live' | 'test' | 'reseller' | 'bistro', string>>;
  send(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, options?: SendOptions): Promise<Answer>;
}

export interface SendOptions {
  /** @default the test key of `msp` */
  readonly key?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of many shapes
  readonly body: any;
  readonly headers: Readonly<Record<string, unknown>>;
}

const PLACE = {
  version: '0.0.0-test',
  access: { proxy: null, port: 5060, tlsPort: null, addresses: [], expiresSec: 3600 },
};

/** A world without telephones. */
const NO_SIP: StartWorldSip = () => Promise.reject(new Error('this test has no SIP side'));

/** A live API over a real database, and the test worlds of its accounts beside it. */
export async function openTestSandbox(
  t: Test,
  options: Partial<Pick<SandboxOptions, 'mostWorlds' | 'idleMs' | 'startSip' | 'realMs'>> = {},
): Promise<TestSandbox> {
  let now = Date.UTC(2026, 10, 21, 9);
  const clock = {
    nowMs: () => now,
    advance: (ms: number) => {
      now += ms;
    },
  };
  const folder = t.testdir();
  const secretKey = randomBytes(32);
  const file = join(folder, 'didfarm.db');
  const live = await openStore({ file, secretKey, platformRealm: 'sip.didfarm.com', clock });
  const logger = createLogger({ level: 'error' });
  const sandbox = new Sandbox({
    ...{ live, secretKey, logger, ...PLACE, renewal: {}, realMs: clock.nowMs, startSip: NO_SIP },
    folder: join(folder, 'sandbox'),
    guard: new AddressGuard(['127.0.0.0/8']),
    ...options,
  });
  const app = await createAdminApp({
    ...{ channel: 'network', ...PLACE, domain: live.platformRealm, nowMs: clock.nowMs, rateLimits: false, sandbox },
    store: createAdminStore(live),
    records: createRecordStore(live),
    sip: { request: () => Promise.reject(new Error('this test has no SIP side')) },
    publish: async () => {},
    isReady: () => true,
  });
  t.teardown(async () => {
    await app.close();
    await sandbox.close();
    await live.close();
  });
  const { accounts, keys } = await createTenants(live);
  const send: TestSandbox['send'] = async (method, path, { key = keys.test, body, headers } = {}) => {
    const response = await app.inject({
      ...{ method, url: `/api/v1${path}`, headers: { authorization: `Bearer ${key}`, ...headers } },
      ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
    });
    return { status: response.statusCode, body: JSON.parse(response.body), headers: response.headers };
  };
  return { live, sandbox, folder: join(folder, 'sandbox'), app, clock, accounts, keys, send };
}

function createTenants(live: Store) {
  return live.write(async (context) => {
    const account = async (name: string, parentId: number | null, isReseller = false) =>
      (await createAccount(context, { name, parentId, isReseller, maxIn: 7 })).id;
    const msp = await account('MSP', null);
    const reseller = await account('Reseller', null, true);
    const bistro = await account('Bistro', reseller);
    const key = async (accountId: number, mode: 'live' | 'test') =>
      (await createKey(context, { accountId, name: mode, scopes: ['admin'], mode })).key;
    const keys = {
      live: await key(msp, 'live'),
      test: await key(msp, 'test'),
      reseller: await key(reseller, 'test'),
      bistro: await key(bistro, 'test'),
    };
    return { accounts: { msp, reseller, bistro }, keys };
  });
}
