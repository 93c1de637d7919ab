import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { Test } from 'tap';
import { computeHa1, createAuth, type InboundRequest } from '../auth/index.ts';
import type { BindingRecord, CallRecord, TrunkRecord } from '../bus/index.ts';
import type { CallsConfig } from '../config/index.ts';
import { type DeltaFields, Directory, directoryDelta } from '../tenancy/index.ts';
import { CALLS, testBindings } from './fixtures.ts';
import { type CallRouter, type CallRouterDeps, createCallRouter, createInviteAuth, MemoryAdmission } from './index.ts';
import type { ReceivedResponse, SentRequest, SrfDialog, SrfRequest } from './srf-adapter.ts';
import { type CreateStageEngine, startOurs, startUa, type Ua } from './test-ua.ts';

export type { Ua } from './test-ua.ts';
export { crossed, turns, until } from './test-waiting.ts';

export const SDP = (name: string, address = '192.0.2.1') =>
  `v=0\r\no=${name} 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 ${address}\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\na=sendrecv\r\n`;

export interface Stage {
  readonly router: CallRouter;
  readonly ours: Ua;
  readonly carrier: Ua;
  readonly pbx: Ua;
  readonly clock: ManualClock;
  readonly admission: MemoryAdmission;
  readonly records: CallRecord[];
  readonly counted: string[];
  readonly faults: unknown[];
  readonly world: { bindings: BindingRecord[] };
  /** The last record of the only call. */
  ended(): Promise<CallRecord>;
  /** The binding that the PBX endpoint would have made. */
  bindPbx(trunk: TrunkRecord, fields?: Partial<BindingRecord>): void;
}

/** Time that stands still until a test moves it. */
export class ManualClock {
  #nowMs = 1_800_000_000_000;
  #timers: { readonly atMs: number; readonly fn: () => void }[] = [];

  now(): number {
    return this.#nowMs;
  }

  after(ms: number, fn: () => void): () => void {
    const timer = { atMs: this.#nowMs + ms, fn };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  get pending(): number {
    return this.#timers.length;
  }

  advance(ms: number): void {
    this.#nowMs += ms;
    const due = this.#timers.filter((timer) => timer.atMs <= this.#nowMs);
    this.#timers = this.#timers.filter((timer) => !due.includes(timer));
    for (const timer of due) timer.fn();
  }
}

/** The product's call router on 127.0.0.1, a carrier on 127.0.0.2 and a PBX on 127.0.0.3, over real sockets. */
export async function startStage(
  t: Test,
  createEngine: CreateStageEngine,
  fields: (carrier: Ua) => DeltaFields,
  config: Partial<CallsConfig> = {},
  options: Pick<CallRouterDeps, 'privateMedia' | 'referPolicy' | 'readiness' | 'signIdentity'> = {},
): Promise<Stage> {
  const [ours, carrier, pbx] = await Promise.all([
    startOurs(t, createEngine, '127.0.0.1'),
    startUa(t, createEngine, '127.0.0.2'),
    startUa(t, createEngine, '127.0.0.3'),
  ]);
  const directory = new Directory();
  directory.apply(directoryDelta(fields(carrier)));
  const stage = assemble({ ours, carrier, pbx, directory, config: { ...CALLS, ...config }, options });
  ours.onInvite((req, res) => stage.router.handleInvite(req, res));
  t.teardown(() => stage.router.close());
  return stage;
}

interface Parts {
  readonly ours: Ua;
  readonly carrier: Ua;
  readonly pbx: Ua;
  readonly directory: Directory;
  readonly config: CallsConfig;
  readonly options: Pick<CallRouterDeps, 'privateMedia' | 'referPolicy' | 'readiness' | 'signIdentity'>;
}

function assemble({ ours, carrier, pbx, directory, config, options }: Parts): Stage {
  const clock = new ManualClock();
  const admission = new MemoryAdmission();
  const world: { bindings: BindingRecord[] } = { bindings: [] };
  const records: CallRecord[] = [];
  const counted: string[] = [];
  const faults: unknown[] = [];
  const ended = Promise.withResolvers<CallRecord>();
  const router = createCallRouter({
    ...options,
    directory,
    bindings: testBindings(world),
    auth: testAuth(directory, clock),
    admission,
    config,
    srf: ours.srf,
    clock,
    random: { float: Math.random, hex: (length) => randomBytes(length).toString('hex').slice(0, length) },
    sink: {
      emit: (record) => {
        records.push(record);
        if (record.endedAtMs !== null) ended.resolve(record);
      },
      count: (direction, result, reason) => counted.push(`${direction} ${result} ${reason}`),
      log: () => undefined,
      fault: (error) => faults.push(error),
    },
  });
  const bindPbx = (trunk: TrunkRecord, more: Partial<BindingRecord> = {}) => {
    world.bindings.unshift(pbxBinding(trunk, ours, pbx, more));
  };
  return {
    router,
    ours,
    carrier,
    pbx,
    clock,
    admission,
    records,
    counted,
    faults,
    world,
    ended: () => ended.promise,
    bindPbx,
  };
}

function testAuth(directory: Directory, clock: ManualClock) {
  return createInviteAuth(
    createAuth({
      directory,
      config: {
        nonceLifetimeSec: 300,
        algorithms: ['MD5'],
        trustedNetworks: [],
        banIdentitiesPerMinute: 10,
        banFirstSec: 60,
        banMaxSec: 600,
      },
      nowMs: () => clock.now(),
      nonceSecret: 'a secret of enough random bits for a test',
      startEpoch: 1,
      rateLimits: false,
      defaultRealm: undefined,
      ownNames: [],
      scanners: [],
      emitBan: () => undefined,
      isPeer: () => false,
      holdsBinding: () => false,
      isBound: (_trunkId: number, _request: InboundRequest) => false,
    }),
  );
}

function pbxBinding(trunk: TrunkRecord, ours: Ua, pbx: Ua, fields: Partial<BindingRecord>): BindingRecord {
  return {
    trunkId: trunk.id,
    accountId: trunk.accountId,
    aor: `sip:${trunk.username}@${trunk.realm}`,
    contact: `sip:${trunk.username}@${pbx.host}:${pbx.port};rinstance=a1`,
    contactParams: '',
    instance: null,
    regId: null,
    q: 1,
    callId: 'reg',
    cseq: 1,
    path: [],
    transport: 'udp',
    sourceAddress: pbx.host,
    sourcePort: pbx.port,
    localAddress: ours.host,
    localPort: ours.port,
    flowId: '',
    userAgent: '',
    registeredAtMs: 0,
    refreshedAtMs: 0,
    expiresAtMs: Number.MAX_SAFE_INTEGER,
    ...fields,
  };
}

export function ha1Of(username: string, realm: string, password: string) {
  return { MD5: computeHa1('MD5', username, realm, password) };
}

export interface PlacedCall {
  readonly dialog: Promise<SrfDialog>;
  readonly provisional: ReceivedResponse[];
  readonly sent: Promise<SentRequest>;
}

/** Calls through the product from one of the endpoints. */
export function call(from: Ua, to: Ua, user: string, more: Record<string, unknown> = {}): PlacedCall {
  const provisional: ReceivedResponse[] = [];
  const sent = Promise.withResolvers<SentRequest>();
  const options = {
    uri: `sip:${user}@${to.host}:${to.port}`,
    localSdp: SDP('caller'),
    ...more,
    headers: { From: `"Al" <sip:+4930111222@${from.host}>`, ...(more.headers as object | undefined) },
  };
  const dialog = from.srf.createUAC(options, {
    cbRequest: (error, request) => (request === undefined ? sent.reject(error) : sent.resolve(request)),
    cbProvisional: (response) => provisional.push(response),
  }) as Promise<SrfDialog>;
  dialog.catch(() => undefined);
  sent.promise.catch(() => undefined);
  return { dialog, provisional, sent: sent.promise };
}

/** Resolves with the status of a call that must fail, and its final response. */
export async function refused(
  placed: PlacedCall,
): Promise<{ readonly status: number; readonly res: ReceivedResponse }> {
  try {
    await placed.dialog;
  } catch (error) {
    return error as { status: number; res: ReceivedResponse };
  }
  throw new Error('the call was answered');
}

/** A way to that endpoint, as a carrier has them. */
export function gatewayTo(ua: Pick<Ua, 'host' | 'port'>, priority = 1) {
  return { host: ua.host, port: ua.port, transport: 'udp', priority, weight: 1 } as const;
}

/** Answers every further call at that endpoint; resolves with the first one. */
export function answerCalls(
  ua: Ua,
  localSdp = SDP('callee'),
  headers: Record<string, string> = {},
): Promise<{ readonly req: SrfRequest; readonly dialog: SrfDialog }> {
  return new Promise((resolve, reject) => {
    ua.onInvite((req, res) => {
      ua.srf.createUAS(req, res, { localSdp, headers }).then((dialog) => resolve({ req, dialog }), reject);
    });
  });
}

export function bye(dialog: SrfDialog): unknown {
  return dialog.destroy({ headers: {} }, () => undefined);
}

export function destroyed(dialog: SrfDialog): Promise<unknown> {
  return once(dialog as unknown as NodeJS.EventEmitter, 'destroy');
}

/** Nothing of any call is left. */
export function assertClean(t: Test, stage: Stage): void {
  t.equal(stage.router.activeCalls, 0, 'no live call');
  t.same(stage.router.leases(), [], 'no lease');
  t.same(stage.faults, [], 'no fault');
}

/** A UDP port of that address where everything is heard and nothing answered. */
export async function silentPort(t: Test, host: string, onMessage: () => void = () => undefined): Promise<number> {
  const socket = createSocket('udp4');
  socket.on('message', onMessage);
  await new Promise<void>((resolve) => socket.bind(0, host, resolve));
  t.teardown(() => socket.close());
  return socket.address().port;
}
