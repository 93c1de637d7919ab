import type { AuthService, AuthServiceOptions } from '../../auth/index.ts';
import {
  CallFundsWatch,
  type CallRouter,
  type CallRouterDeps,
  createInviteAuth,
  MemoryAdmission,
  SharedAdmission,
} from '../../routing/index.ts';
import type { EnginePorts, SipEngine } from '../../sip-engine/index.ts';
import type { SipMetrics } from '../../telemetry/index.ts';
import { createCallSink } from './call-sink.ts';
import { readIdentityKey } from './identity-key.ts';
import { createCallPolicy, watchOverload } from './overload-watch.ts';
import { ownNames } from './own-names.ts';
import { createCallRandom } from './system.ts';
import type { ThreadBase } from './thread-base.ts';
import type { NewsHandlers } from './thread-news.ts';

/** How far the record of a call that a crash cut off may lag behind (ms). */
const CALLS_ALIVE_MS = 1000;

/** How requests are authenticated, and who is banned, in every thread that has calls. */
export function authOptions({ born, bus, logger, news }: ThreadBase, metrics: () => SipMetrics) {
  const { config, nonceSecret, startEpoch } = born;
  return {
    config: config.auth,
    nonceSecret,
    startEpoch,
    rateLimits: config.rateLimits,
    defaultRealm: config.sip.defaultRealm,
    ownNames: ownNames(config.sip),
    scanners: config.sip.scanners,
    overload: watchOverload(logger, metrics),
    emitBan(ban) {
      bus.emit({ kind: 'ban', ban });
      news.tell({ kind: 'ban', ban });
    },
  } satisfies Partial<AuthServiceOptions>;
}

/** What live calls may cost; those of an account that is closed end, too. */
export function watchFunds(
  { keeper, directory, clock, bus }: ThreadBase,
  hangUp: CallRouter['hangUp'],
): CallFundsWatch {
  return new CallFundsWatch({
    ...{ keeper, directory, clock, hangUp },
    onAlarm: (alarm) => bus.emit({ kind: 'spend_alarm', alarm }),
    onEnding: (ending) => bus.emit({ kind: 'funds_ending', ending }),
  });
}

interface CallParts {
  readonly base: ThreadBase;
  readonly auth: AuthService;
  readonly metrics: () => SipMetrics;
  readonly funds: CallFundsWatch;
  readonly ports: EnginePorts;
  /** Absent where a drachtio-server has the sockets. */
  readonly engine: SipEngine | undefined;
}

/** What the calls of every thread need; where they are answered from is each thread's own. */
export function callDeps({ base, auth, metrics, funds, ports, engine }: CallParts) {
  const { born, bus, logger, directory, clock, news } = base;
  const { config, beside } = born;
  return {
    directory,
    auth: createInviteAuth(auth),
    admission: beside === undefined ? new MemoryAdmission() : new SharedAdmission(beside.places),
    gatewayNews: (key, hasResponded) => news.tell({ kind: 'gateway', key, hasResponded }),
    config: config.calls,
    sink: funds.watch(createCallSink(bus, logger, metrics, directory)),
    funds,
    clock,
    random: createCallRandom(ports.random),
    peerCertificate: (flowId) => engine?.peerCertificate(flowId),
    signIdentity: readIdentityKey(config.calls),
  } satisfies Partial<CallRouterDeps>;
}

/** Who may come in, and whose calls are taken up first where there are too many. */
export function guardEngine(
  engine: SipEngine,
  { directory, logger }: ThreadBase,
  auth: AuthService,
  metrics: () => SipMetrics,
): void {
  engine.setPreFilter(auth.preFilter);
  engine.setCallPolicy(createCallPolicy({ auth, directory, logger, metrics }));
}

/** Takes what other SIP threads tell. */
export function hearNews(
  { news }: ThreadBase,
  auth: AuthService,
  router: CallRouter,
  own: Pick<NewsHandlers, 'onBindings'> = {},
): void {
  news.listen({
    ...own,
    onBan: (ban) => auth.bans.hear(ban),
    onGateway: (key, hasResponded) => router.hearOfGateway(key, hasResponded),
  });
}

/** Tells the main thread that calls are up, until stopped: what a crash cuts off is charged up to then. */
export function tellOfCalls({ bus }: ThreadBase, router: CallRouter): () => void {
  const timer = setInterval(() => {
    if (router.activeCalls > 0) bus.emit({ kind: 'calls_alive', atMs: Date.now() });
  }, CALLS_ALIVE_MS);
  return () => clearInterval(timer);
}
