import type { CallsConfig } from '../config/index.ts';
import type { Rejection, Step } from '../telemetry/index.ts';
import type { Admission } from './admission/admission.ts';
import type { ReferPolicy } from './bridge/bridge-deps.ts';
import type { PrivateMediaPolicy } from './bridge/private-media.ts';
import type { CallContext } from './call-context.ts';
import type { CarrierRegistrarDeps } from './carrier/carrier-registrar.ts';
import type { ExplainDirectory } from './explain.ts';
import type { SignerOptions } from './identity/identity-signer.ts';
import type {
  CallClock,
  CallFunds,
  CallRandom,
  CallSink,
  PeerNames,
  RoutingAuth,
  RoutingBindings,
  RoutingDirectory,
} from './ports.ts';
import type { SrfPort } from './srf-adapter.ts';
import type { GatewayNews } from './target/gateway-health.ts';

export interface CallRouterDeps {
  readonly directory: RoutingDirectory & ExplainDirectory;
  readonly bindings: RoutingBindings;
  readonly auth: RoutingAuth;
  readonly admission: Admission;
  readonly config: CallsConfig;
  readonly srf: SrfPort;
  readonly sink: CallSink;
  readonly clock: CallClock;
  readonly random: CallRandom;
  /** @default every call is free */
  readonly funds?: CallFunds;
  /** What happens to REFER inside a call. @default 'reject' */
  readonly referPolicy?: ReferPolicy;
  /** Both sides offer private media addresses: say so, or refuse the call. @default 'warn' */
  readonly privateMedia?: PrivateMediaPolicy;
  /** What the peer of a flow has proved by mutual TLS. @default nothing */
  readonly peerCertificate?: (flowId: string) => PeerNames | undefined;
  /** Signs caller numbers towards carriers (RFC 8224). @default no key */
  readonly signIdentity?: SignerOptions | undefined;
  /** Registers at carriers (P26). @default at none */
  readonly registerAtCarriers?: Pick<CarrierRegistrarDeps, 'send' | 'onChange'>;
  /** What calls and probes find out about gateways, for other threads. @default nobody is told */
  readonly gatewayNews?: GatewayNews;
  /** On a thread that has only calls: whether that one is for the thread that has everything. @default none is */
  readonly isForHome?: (context: CallContext, rejection: Rejection | undefined) => boolean;
  /** Whether calls can be served at all. @default always 'ready' */
  readonly readiness?: () => Readiness;
}

export type Readiness = 'ready' | 'loading' | 'draining' | 'overload';

export interface RouterSteps {
  readonly call: readonly Step<CallContext>[];
  /** Of these, what says who calls whom … */
  readonly judge: readonly Step<CallContext>[];
  /** … and what takes money and places, and calls. */
  readonly admit: readonly Step<CallContext>[];
  /** Of a call whose trunk is known, from the numbers on. */
  readonly followOn: readonly Step<CallContext>[];
  /** The same without taking a place or calling anybody. */
  readonly resolve: readonly Step<CallContext>[];
}
