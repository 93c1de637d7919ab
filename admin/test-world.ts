import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { createSimulatedProvider } from '../billing-hooks/index.ts';
import { openStore, type Store } from '../tenancy/index.ts';
import { createAdminApp } from './app.ts';
import type { DomainCheck } from './domain-check.ts';
import type { RecordStore, RegistrationStatus, SipPort, SipQueries, SipQuery, StoredCall } from './ports.ts';
import type { SandboxPort } from './sandbox-port.ts';
import { createAdminStore, createRecordStore } from './store/index.ts';
import type { AdminStore } from './stores.ts';

/** Signs the notices of the payment provider. */
export const PAYMENT_SECRET = 'whsec_test';

/** A clock that a test moves by hand. */
export interface TestClock {
  nowMs(): number;
  advance(ms: number): void;
}

/** What the SIP side answers in a test; everything is set by the test itself. */
export interface TestSip {
  readonly registrations: Map<number, RegistrationStatus>;
  readonly bans: Map<string, { address: string; untilMs: number; reason: string }>;
  readonly explained: SipQueries['explain']['args'][];
  /** Whom an explained call is of, whatever it was asked with. */
  readonly reached: number[];
  /** How many trunks each question about registrations was about. */
  readonly asked: number[];
}

export interface TestWorld {
  readonly app: FastifyInstance;
  readonly control: FastifyInstance;
  readonly store: Store;
  readonly admin: AdminStore;
  readonly clock: TestClock;
  readonly sip: TestSip;
  readonly calls: StoredCall[];
  /** How often the app waited for the SIP side. */
  readonly published: { count: number; fail: boolean };
  /** Account ids by name: msp, reseller, bistro, clinic (both below the reseller). */
  readonly accounts: Readonly<Record<'msp' | 'reseller' | 'bistro' | 'clinic', number>>;
  /** A live admin key of each account, and an operator's. */
  readonly keys: Readonly<Record<'msp' | 'reseller' | 'bistro' | 'clinic' | 'operator' | 'test', string>>;
}

interface Test {
  testdir(): string;
  teardown(work: () => Promise<void>): void;
}

/** A real database with a small tree of accounts, and the app over it, as users and as the operator meet it. */
export async function openTestWorld(
  t: Test,
  options: {
    readonly rateLimits?: boolean;
    readonly domainCheck?: DomainCheck;
    readonly sandbox?: SandboxPort;
  } = {},
): Promise<TestWorld> {
  let now = Date.UTC(2026, 10, 21, 9);
  const clock: TestClock = {
    nowMs: () => now,
    advance: (ms) => {
      now += ms;
    },
  };
  // Not in the folder of the test, which is made anew whenever the test asks for one.
  const folder = mkdtempSync(join(tmpdir(), 'didfarm-'));
  const file = join(folder, 'didfarm.db');
  const store = await openStore({ file, secretKey: randomBytes(32), platformRealm: 'sip.didfarm.com', clock });
  const payments = createSimulatedProvider({ secret: PAYMENT_SECRET, nowMs: clock.nowMs });
  const admin = createAdminStore(store, { payments });
  const sip: TestSip = { registrations: new Map(), bans: new Map(), explained: [], reached: [], asked: [] };
  const calls: StoredCall[] = [];
  const published = { count: 0, fail: false };
  const deps = {
    store: admin,
    records: testRecords(store, calls),
    sip: testSipPort(sip),
    publish: async () => {
      published.count += 1;
      if (published.fail) throw new Error('no acknowledgement');
    },
    ...PLACE,
    rateLimits: options.rateLimits ?? false,
    nowMs: clock.nowMs,
    ...(options.domainCheck === undefined ? {} : { domainCheck: options.domainCheck }),
    ...(options.sandbox === undefined ? {} : { sandbox: options.sandbox }),
  };
  const app = await createAdminApp({ ...deps, channel: 'network' });
  const control = await createAdminApp({ ...deps, channel: 'control' });
  t.teardown(async () => {
    await app.close();
    await control.close();
    await store.close();
    rmSync(folder, { recursive: true });
  });
  const accounts = await createTree(admin);
  const keys = await createKeys(admin, accounts);
  return { app, control, store, admin, clock, sip, calls, published, accounts, keys };
}

const PLACE = {
  isReady: () => true,
  version: '0.0.0-test',
  domain: 'sip.didfarm.com',
  access: { proxy: null, port: 5060, tlsPort: null, addresses: [], expiresSec: 3600 },
};

/** The app over a store as the operator meets it, where SIP always has everything. */
export function createControlApp(store: Store): Promise<FastifyInstance> {
  const sip = testSipPort({ registrations: new Map(), bans: new Map(), explained: [], reached: [], asked: [] });
  return createAdminApp({
    ...PLACE,
    store: createAdminStore(store),
    records: testRecords(store, []),
    sip,
    publish: async () => {},
    rateLimits: false,
    nowMs: store.clock.nowMs,
    channel: 'control',
  });
}

async function createTree(admin: AdminStore): Promise<TestWorld['accounts']> {
  const create = (name: string, parentId: number | null, isReseller: boolean) =>
    admin.accounts.create('test', { name, parentId, isReseller });
  const msp = await create('MSP', null, false);
  const reseller = await create('Reseller', null, true);
  const bistro = await create('Bistro', reseller.id, false);
  const clinic = await create('Clinic', reseller.id, false);
  return { msp: msp.id, reseller: reseller.id, bistro: bistro.id, clinic: clinic.id };
}

async function createKeys(admin: AdminStore, accounts: TestWorld['accounts']): Promise<TestWorld['keys']> {
  const create = async (accountId: number | null, mode: 'live' | 'test' = 'live') => {
    const fields = { accountId, name: 'test', mode, scopes: ['admin'], allowedAddresses: [], expiresAtMs: null };
    return (await admin.keys.create('test', fields)).secret;
  };
  return {
    msp: await create(accounts.msp),
    reseller: await create(accounts.reseller),
    bistro: await create(accounts.bistro),
    clinic: await create(accounts.clinic),
    operator: await create(null),
    test: await create(accounts.msp, 'test'),
  };
}

function testSipPort(sip: TestSip): SipPort {
  const answers: { [Q in SipQuery]: (args: SipQueries[Q]['args']) => SipQueries[Q]['answer'] } = {
    registrations: ({ trunkIds }) => {
      sip.asked.push(trunkIds.length);
      return trunkIds.flatMap((id) => sip.registrations.get(id) ?? []);
    },
    bans: () => [...sip.bans.values()],
    carrier_registrations: () => [],
    lift_ban: ({ address }) => sip.bans.delete(address),
    stats: () => ({ listening: ['udp:127.0.0.1:5060'], trunksRegistered: sip.registrations.size, callsActive: 0 }),
    explain: (args) => {
      sip.explained.push(args);
      const steps = [{ step: 'resolveTarget', saw: args.to, decided: 'trunk' }];
      const why = {
        result: 'client_error',
        reason: 'trunk_offline',
        sentence: 'Offline.',
        remedy: 'Register.',
      } as const;
      return { ...why, steps, accountIds: sip.reached };
    },
  };
  return { request: async (name, args) => answers[name](args) };
}

function testRecords(store: Store, calls: readonly StoredCall[]): RecordStore {
  const { listRegisterFailures, lastFailures, availability } = createRecordStore(store);
  return {
    listCalls: async (visible, slice) => {
      const mine = calls.filter((call) => visible === null || (call.accountId !== null && visible.has(call.accountId)));
      return { total: mine.length, rows: mine.slice(slice.offset, slice.offset + slice.limit) };
    },
    findCall: async (ref) => calls.find((call) => call.uuid === ref || call.id === Number(ref)),
    listRegisterFailures,
    lastFailures,
    availability,
  };
}

function isJson({
  headers,
  body,
}: {
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}): boolean {
  return body !== '' && String(headers['content-type']).includes('json');
}

/** One request; the answer's JSON, or text where it is none, beside its status and headers. */
export async function send(
  app: FastifyInstance,
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  path: string,
  options: { key?: string; body?: unknown; headers?: Record<string, string> } = {},
) {
  const response = await app.inject({
    method,
    url: path.startsWith('/api/') ? path : `/api/v1${path}`,
    headers: {
      ...(options.key === undefined ? {} : { authorization: `Bearer ${options.key}` }),
      ...options.headers,
    },
    ...(options.body === undefined
      ? {}
      : { payload: typeof options.body === 'string' ? options.body : JSON.stringify(options.body) }),
  });
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of many shapes
  const body = (isJson(response) ? JSON.parse(response.body) : response.body) as any;
  return { status: response.statusCode, body, headers: response.headers };
}
