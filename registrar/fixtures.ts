import { randomUUID } from 'node:crypto';
import type { AuthService } from '../auth/index.ts';
import { answerChallenge, computeHa1, inboundRequest, type RequestFields } from '../auth/index.ts';
import type {
  BindingChange,
  Ha1Set,
  RegisterFailure,
  TrunkRecord,
  TrunkStateChange,
  TrunkTransition,
} from '../bus/index.ts';
import type { AuthConfig, RegistrationConfig } from '../config/index.ts';
import { accountRecord, type DeltaFields, Directory, directoryDelta, trunkRecord } from '../tenancy/index.ts';
import { createRegistration, type RegisterOutcome, type Registrar } from './index.ts';
import type { RegistrarEvents, RegistrarOptions } from './options.ts';
import type { ProbeRequest, ProbeResult } from './prober.ts';

export const START_MS = Date.UTC(2026, 10, 2, 8, 0, 0);

export const REALM = 'sip.didfarm.com';

/** A probe that waits for a test to answer it. */
export interface SentProbe {
  readonly request: ProbeRequest;
  readonly done: (result: ProbeResult) => void;
}

/** A registrar over made-up tenants, with a clock that stands still until it is told to go on. */
export interface TestRegistrar {
  readonly registrar: Registrar;
  readonly auth: AuthService;
  readonly directory: Directory;
  readonly clock: { nowMs: number; advance(seconds: number): void };
  readonly changes: BindingChange[];
  readonly states: TrunkStateChange[];
  readonly transitions: TrunkTransition[];
  readonly failures: RegisterFailure[];
  readonly counted: string[];
  readonly moved: number[];
  readonly probes: SentProbe[];
  readonly bans: string[];
  readonly closedFlows: Set<string>;
  apply(fields: DeltaFields): void;
}

export interface TestOptions {
  readonly registration?: Partial<RegistrationConfig>;
  readonly auth?: Partial<AuthConfig>;
  readonly trunks?: readonly TrunkRecord[];
  readonly rateLimits?: boolean;
  readonly hasEngine?: boolean;
  readonly defaultRealm?: string;
  readonly startEpoch?: number;
  readonly startMs?: number;
  readonly delta?: DeltaFields;
  readonly refreshed?: RegistrarEvents['refreshed'];
  readonly reached?: RegistrarEvents['reached'];
  readonly readiness?: RegistrarOptions['readiness'];
}

export const REGISTRATION: RegistrationConfig = {
  minExpiresSec: 60,
  maxExpiresSec: 7200,
  defaultExpiresSec: 3600,
  maxContacts: 3,
  probeIntervalSec: 60,
  flapDampingSec: 30,
};

export const AUTH: AuthConfig = {
  nonceLifetimeSec: 300,
  algorithms: ['MD5', 'SHA-256'],
  trustedNetworks: [],
  banIdentitiesPerMinute: 10,
  banFirstSec: 60,
  banMaxSec: 86_400,
};

/** The hashes that are stored of a password. */
export function ha1Set(username: string, realm: string, password: string): Ha1Set {
  return {
    MD5: computeHa1('MD5', username, realm, password),
    'SHA-256': computeHa1('SHA-256', username, realm, password),
    'SHA-512-256': computeHa1('SHA-512-256', username, realm, password),
  };
}

/** A trunk with a password, `acme`/`secret` by default. */
export function digestTrunk(
  fields: Partial<TrunkRecord> & { readonly id: number; readonly password?: string },
): TrunkRecord {
  const { password = 'secret', ...rest } = fields;
  const username = rest.username ?? 'acme';
  const realm = rest.realm ?? REALM;
  return trunkRecord({ ha1: ha1Set(username, realm, password), username, realm, ...rest });
}

export function testRegistrar(options: TestOptions = {}): TestRegistrar {
  const directory = new Directory();
  const first = directoryDelta({
    version: 1,
    reset: true,
    platformRealm: REALM,
    accounts: [accountRecord({ id: 1 }), accountRecord({ id: 2 })],
    realms: [
      { realm: REALM, accountId: null, algorithms: ['MD5', 'SHA-256'] },
      { realm: 'clinic.example', accountId: 2, algorithms: ['SHA-256', 'MD5'] },
    ],
    trunks: options.trunks ?? [digestTrunk({ id: 7 })],
    ...options.delta,
  });
  directory.apply(first);
  const clock = {
    nowMs: options.startMs ?? START_MS,
    advance(seconds: number) {
      for (let second = 0; second < seconds; second += 1) {
        clock.nowMs += 1000;
        registration.registrar.tick();
      }
    },
  };
  const seen = recorder();
  const closedFlows = new Set<string>();
  const registration = createRegistration({
    directory,
    nowMs: () => clock.nowMs,
    random: () => 0.5,
    ...(options.readiness === undefined ? {} : { readiness: options.readiness }),
    registration: { ...REGISTRATION, ...options.registration },
    engine:
      options.hasEngine === false
        ? undefined
        : {
            send: (request, done) => seen.probes.push({ request, done }),
            isFlowOpen: (flowId) => flowId !== '' && !closedFlows.has(flowId),
          },
    events: {
      ...seen.events,
      ...(options.refreshed !== undefined && { refreshed: options.refreshed }),
      ...(options.reached !== undefined && { reached: options.reached }),
    },
    auth: {
      config: { ...AUTH, ...options.auth },
      nonceSecret: 'a secret of this test',
      startEpoch: options.startEpoch ?? 1,
      rateLimits: options.rateLimits ?? true,
      defaultRealm: options.defaultRealm,
      ownNames: ['node1.didfarm.example'],
      scanners: ['friendly-scanner'],
      emitBan: (ban) => seen.bans.push(`${ban.op} ${ban.address}`),
    },
  });
  registration.registrar.directoryChanged(first);
  const apply = (fields: DeltaFields) => {
    const delta = directoryDelta({ version: directory.version + 1, reset: false, platformRealm: REALM, ...fields });
    directory.apply(delta);
    registration.registrar.directoryChanged(delta);
  };
  return { ...registration, directory, clock, closedFlows, apply, ...seen.lists };
}

function recorder() {
  const lists = {
    changes: [] as BindingChange[],
    states: [] as TrunkStateChange[],
    transitions: [] as TrunkTransition[],
    failures: [] as RegisterFailure[],
    counted: [] as string[],
    moved: [] as number[],
    probes: [] as SentProbe[],
    bans: [] as string[],
  };
  const events = {
    binding: (change: BindingChange) => lists.changes.push(change),
    trunkState: (change: TrunkStateChange) => lists.states.push(change),
    trunkTransition: (transition: TrunkTransition) => lists.transitions.push(transition),
    registerFailure: (failure: RegisterFailure) => lists.failures.push(failure),
    count: (result: string, reason: string) => lists.counted.push(`${result} ${reason}`),
    passwordMoved: (trunkId: number) => lists.moved.push(trunkId),
  };
  return { ...lists, lists, events };
}

/** How a made-up PBX registers; every field has a default that works. */
export interface PbxFields extends RequestFields {
  readonly username?: string;
  readonly password?: string;
  readonly domain?: string;
  readonly contact?: string | readonly string[];
  readonly expires?: number | string;
  readonly to?: string;
}

/** The REGISTER of that PBX, without credentials unless `headers` has them. */
export function registerRequest(fields: PbxFields = {}): ReturnType<typeof inboundRequest> {
  const {
    username = 'acme',
    domain = REALM,
    contact = `<sip:${username}@192.168.1.10:5060>`,
    expires,
    to,
    headers,
    password: _,
    ...rest
  } = fields;
  return inboundRequest({
    uri: `sip:${domain}`,
    branch: `z9hG4bK-${randomUUID()}`,
    ...rest,
    headers: {
      to: to ?? `<sip:${username}@${domain}>`,
      from: `<sip:${username}@${domain}>;tag=1`,
      'user-agent': 'Test PBX 1.0',
      ...(contact.length === 0 ? {} : { contact }),
      ...(expires === undefined ? {} : { expires: String(expires) }),
      ...headers,
    },
  });
}

/** Takes the challenge and answers it, as a PBX does; returns the final outcome. */
export function register(test: Pick<TestRegistrar, 'registrar'>, fields: PbxFields = {}): RegisterOutcome {
  const cseq = fields.cseq ?? 1;
  const challenged = test.registrar.handle(registerRequest({ ...fields, cseq }));
  if (challenged.status !== 401) return challenged;
  return test.registrar.handle(authorizedRequest(challenged, { ...fields, cseq: cseq + 1 }));
}

/** The REGISTER that answers the first challenge of an outcome. */
export function authorizedRequest(challenged: RegisterOutcome, fields: PbxFields = {}, nc = 1) {
  const challenge = challenged.lines.find((line) => line.startsWith('WWW-Authenticate')) ?? '';
  const { username = 'acme', password = 'secret', domain = REALM } = fields;
  const authorization = answerChallenge({
    challenge,
    username,
    password,
    method: 'REGISTER',
    uri: fields.uri ?? `sip:${domain}`,
    nc,
  });
  return registerRequest({ ...fields, headers: { ...fields.headers, authorization } });
}

/** The Contact lines of an answer, without the name. */
export function contactsOf(outcome: RegisterOutcome): readonly string[] {
  return outcome.lines.filter((line) => line.startsWith('Contact: ')).map((line) => line.slice(9));
}
