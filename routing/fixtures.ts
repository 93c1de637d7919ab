import type { InboundRequest } from '../auth/index.ts';
import type { BindingRecord, TrunkRecord } from '../bus/index.ts';
import { type CallsConfig, callTargets } from '../config/index.ts';
import { runSteps } from '../telemetry/index.ts';
import { type DeltaFields, Directory, directoryDelta } from '../tenancy/index.ts';
import { MemoryAdmission } from './admission/memory-admission.ts';
import type { CallContext, CallEffects } from './call-context.ts';
import type { CallRates } from './call-rates.ts';
import { type CarrierNodes, NO_CARRIER_NODES } from './carrier/carrier-registrar.ts';
import { type ContextWorld, createContext } from './create-context.ts';
import { CALL_STEPS } from './index.ts';
import { OpenHours } from './open-hours.ts';
import type { AuthVerdict, RoutingBindings } from './ports.ts';
import { CarrierQuality } from './target/carrier-quality.ts';
import { CarrierRoutes } from './target/carrier-routes.ts';
import { GatewayHealth } from './target/gateway-health.ts';

/** Worlds for tests of the call steps: a real directory, real admission, and recorded effects. */
export interface TestWorld {
  readonly directory: Directory;
  readonly admission: MemoryAdmission;
  readonly bridged: CallContext[];
  bindings: BindingRecord[];
  verdict: AuthVerdict;
  loops: readonly string[];
  /** Names in the certificate of whoever calls. */
  peerNames: readonly string[];
  nodes: CarrierNodes;
  nowMs: number;
  /** Counts calls by the second. @default nobody does */
  rates: CallRates | undefined;
  readonly quality: CarrierQuality;
  readonly config: CallsConfig;
}

export const CALLS: CallsConfig = { ringTimeoutSec: 60, maxDurationSec: 14_400, drainSec: 60, cacHierarchical: true };

export function testWorld(fields: DeltaFields, config: Partial<CallsConfig> = {}): TestWorld {
  const directory = new Directory();
  directory.apply(directoryDelta(fields));
  return {
    directory,
    admission: new MemoryAdmission(),
    bridged: [],
    bindings: [],
    verdict: { kind: 'rejected', rejection: { status: 407, reason: 'challenged' } },
    loops: [],
    peerNames: [],
    nodes: NO_CARRIER_NODES,
    nowMs: 0,
    rates: undefined,
    quality: new CarrierQuality(),
    config: { ...CALLS, ...config },
  };
}

export function testBindings(world: Pick<TestWorld, 'bindings'>): RoutingBindings {
  return {
    bindingsOf: (trunkId) => world.bindings.filter((binding) => binding.trunkId === trunkId),
    hasBindingFrom: (address) => world.bindings.some((b) => b.sourceAddress === address),
    findBindingBySource: (address, port) =>
      world.bindings.find((b) => b.sourceAddress === address && b.sourcePort === port),
  };
}

/** Runs an INVITE through the real steps; returns what became of it. */
export function runInvite(world: TestWorld, request: InboundRequest) {
  const effects = testEffects(world);
  const context = createContext(`call_${world.bridged.length}`, request, contextWorld(world), effects);
  return { context, rejection: runSteps(CALL_STEPS, context) };
}

/** What the steps read, as the router composes it. */
export function contextWorld(world: TestWorld): ContextWorld {
  return {
    directory: world.directory,
    bindings: testBindings(world),
    config: world.config,
    callTargets: callTargets(world.config.targetAllow),
    carrierRoutes: new CarrierRoutes(),
    gatewayHealth: new GatewayHealth(() => 0),
    carrierQuality: world.quality,
    carrierNodes: world.nodes,
    openHours: new OpenHours(),
    identitySigner: undefined,
    peerCertificate: () => ({ names: world.peerNames }),
    nowMs: () => world.nowMs,
  };
}

function testEffects(world: TestWorld): CallEffects {
  return {
    authenticate: () => world.verdict,
    takeRates: (rates) => world.rates?.take(rates),
    checkFunds: () => undefined,
    acquire: (context, claims) => world.admission.acquire(context.uuid, claims, Number.MAX_SAFE_INTEGER),
    isLoop: (caller, called, trunkId) => world.loops.includes(`${caller} ${called} ${trunkId}`),
    nextTurn: (groupId, size) => (groupId + world.bridged.length) % size,
    random: () => 0,
    bridge: (context) => {
      world.bridged.push(context);
    },
  };
}

export interface InviteFields {
  readonly uri?: string;
  readonly from?: string;
  readonly source?: string;
  readonly port?: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
}

export function invite(fields: InviteFields = {}): InboundRequest {
  const headers: Record<string, string | readonly string[]> = {
    from: `${fields.from ?? '<sip:+4930111@carrier.example>'};tag=1`,
    contact: '<sip:x@192.0.2.1>',
    ...fields.headers,
  };
  const lines = (name: string) => [headers[name] ?? []].flat();
  return {
    method: 'INVITE',
    uri: fields.uri ?? 'sip:+31201234567@sip.didfarm.com',
    transport: 'udp',
    sourceAddress: fields.source ?? '127.0.0.2',
    sourcePort: fields.port ?? 5080,
    localAddress: '127.0.0.1',
    localPort: 5060,
    flowId: '',
    callId: 'call@test',
    cseq: 1,
    branch: 'z9hG4bK1',
    header: (name) => lines(name)[0],
    headerLines: lines,
  };
}

export function binding(trunk: TrunkRecord, fields: Partial<BindingRecord> = {}): BindingRecord {
  return {
    trunkId: trunk.id,
    accountId: trunk.accountId,
    aor: `sip:${trunk.username}@${trunk.realm}`,
    contact: `sip:${trunk.username}@10.0.0.9:5062;rinstance=abc`,
    contactParams: '',
    instance: null,
    regId: null,
    q: 1,
    callId: 'reg@test',
    cseq: 1,
    path: [],
    transport: 'udp',
    sourceAddress: '203.0.113.9',
    sourcePort: 40_000,
    localAddress: '127.0.0.1',
    localPort: 5060,
    flowId: 'udp/127.0.0.1:5060/203.0.113.9:40000',
    userAgent: 'Yealink',
    registeredAtMs: 0,
    refreshedAtMs: 0,
    expiresAtMs: 1,
    ...fields,
  };
}
