import type { CallRecord, CarrierRecord, DidRecord, TrunkRecord } from '../bus/index.ts';
import type { CallsConfig, OpenAddresses } from '../config/index.ts';
import type { Rejection, Traced, TraceLine } from '../telemetry/index.ts';
import type { AdmissionResult, Claim } from './admission/admission.ts';
import type { CallRate } from './call-rates.ts';
import type { CarrierNodes } from './carrier/carrier-registrar.ts';
import type { DigestLogin } from './carrier/digest-client.ts';
import type { IdentitySigner } from './identity/identity-signer.ts';
import type { InviteView } from './invite-view.ts';
import type { OpenHours } from './open-hours.ts';
import type { AuthVerdict, RoutingBindings, RoutingDirectory } from './ports.ts';
import type { CarrierQuality } from './target/carrier-quality.ts';
import type { CarrierRoutes } from './target/carrier-routes.ts';
import type { GatewayHealth } from './target/gateway-health.ts';

export type CallDirection = 'in' | 'out' | 'internal';

export type CallSource =
  | {
      readonly kind: 'carrier';
      readonly carrier: CarrierRecord;
      /** The Request-URI names our Contact at the carrier, and not what was dialled. */
      readonly isOurContact?: boolean;
    }
  | { readonly kind: 'trunk'; readonly trunk: TrunkRecord };

/** One place to send the INVITE to. */
export interface LegTarget {
  readonly kind: 'binding' | 'address' | 'gateway' | 'uri';
  /** Request-URI of the B leg. */
  readonly uri: string;
  /** Next hop, `undefined` where the Request-URI is resolved. */
  readonly proxy: string | undefined;
  /** The flow that `proxy` names, as the embedded engine calls it. */
  readonly flowId?: string;
  /** Route headers, in order: the Path that the PBX registered with (RFC 3327 section 5.4). */
  readonly routes?: readonly string[];
  /** What records and traces call it. */
  readonly label: string;
  /** Address that in-dialog requests of this leg come from, `''` while unknown. */
  readonly remoteAddress: string;
  /** What its challenges are answered with; absent: they are failures. */
  readonly login?: DigestLogin;
}

/** Targets that share one trunk or carrier, and so the same ceilings. */
export interface RouteOption {
  /** The trunk that is called, `undefined` for carriers and plain URIs. */
  readonly trunk: TrunkRecord | undefined;
  readonly carrier: CarrierRecord | undefined;
  readonly legs: readonly LegTarget[];
  /** Go on to the next option when nobody answers for so long (ms). */
  readonly ringMs?: number;
  /** Another caller number than the caller's (F-116). */
  readonly callerId?: string;
  /** Another called number than the one dialled. */
  readonly calledNumber?: string;
  /** New calls a second that it may be given. */
  readonly rate?: CallRate;
  /** Who pays when it is not the calling trunk. */
  readonly payerAccountId?: number;
  /** The trunk that sent it on, where one did. */
  readonly payerTrunkId?: number;
}

/** How the caller is shown to the called side. */
export interface Presentation {
  /** User part of From. */
  readonly user: string;
  readonly display: string;
  readonly isPrivate: boolean;
  /** User part of P-Asserted-Identity, `undefined` where none is sent. */
  readonly asserted: string | undefined;
  /** The caller number was replaced, so that signatures over it (RFC 8224) no longer hold. */
  readonly replaced: boolean;
}

/** What a step may cause. The simulator's version takes and starts nothing. */
export interface CallEffects {
  authenticate(context: CallContext): AuthVerdict;
  /** Counts a new call under each rate, or none and names the first that is full. */
  takeRates(rates: readonly CallRate[]): CallRate | undefined;
  /** Whether the payer can pay; reads only. @param option @default the admitted one */
  checkFunds(context: CallContext, option?: RouteOption): Rejection | undefined;
  acquire(context: CallContext, claims: readonly Claim[]): AdmissionResult;
  /** Whether caller and DID make the third live call in a circle through that trunk. */
  isLoop(caller: string, called: string, trunkId: number): boolean;
  /** The next turn of a round-robin group, 0 … `size - 1`. */
  nextTurn(groupId: number, size: number): number;
  /** A float in [0, 1) for weighted choices. */
  random(): number;
  bridge(context: CallContext): void;
}

/** What one call has become so far; each step fills in what the next ones read. */
export interface CallContext extends Traced {
  readonly uuid: string;
  readonly invite: InviteView;
  readonly directory: RoutingDirectory;
  readonly bindings: RoutingBindings;
  readonly config: CallsConfig;
  /** Where words of tenants may lead, of `config.targetAllow`. */
  readonly callTargets: OpenAddresses;
  readonly effects: CallEffects;
  readonly carrierRoutes: CarrierRoutes;
  readonly gatewayHealth: GatewayHealth;
  readonly carrierQuality: CarrierQuality;
  readonly carrierNodes: CarrierNodes;
  /** Names of the certificate that the peer has proved (F-128), none without mutual TLS. */
  readonly peerNames: readonly string[];
  readonly openHours: OpenHours;
  /** Signs caller numbers; absent without a key. */
  readonly identitySigner: IdentitySigner | undefined;
  /** When the INVITE came (epoch ms). */
  readonly atMs: number;
  readonly trace: TraceLine[];
  /** Set by identifySource or authenticate; `undefined` in between means "must be challenged". */
  source: CallSource | undefined;
  /** Set by normalizeNumbers: E.164 readings of the dialled text, the likeliest first. */
  called: readonly string[];
  /** What was dialled, after the dial plan. */
  dialled: string;
  /** E.164 of the caller, or the text as sent. */
  caller: string;
  direction: CallDirection;
  /** A number of help: nothing that limits, charges or rewrites applies (F-114). */
  isEmergency: boolean;
  /** What is shown as called number: E.164, an extension, or the text as sent. */
  calledNumber: string;
  did: DidRecord | undefined;
  options: readonly RouteOption[];
  /** The trunk that should have been called, but is offline or suspended: the refused call is shown as its. */
  unreachable: TrunkRecord | undefined;
  presentation: Presentation | undefined;
  /** Index into `options` of the one that was admitted. */
  admitted: number;
}

/** The caller's trunk, `undefined` for a carrier's call. */
export function callerTrunk(context: CallContext): TrunkRecord | undefined {
  return context.source?.kind === 'trunk' ? context.source.trunk : undefined;
}

/** The leg that an option sends on into the public network, as records say it. */
export function onwardOf(context: CallContext, option = context.options[context.admitted]): Pick<CallRecord, 'onward'> {
  if (option?.carrier === undefined || option.payerAccountId === undefined) return NOT_ONWARD;
  const { carrier, payerAccountId, payerTrunkId = null, calledNumber = context.calledNumber } = option;
  return { onward: { accountId: payerAccountId, trunkId: payerTrunkId, carrierId: carrier.id, to: calledNumber } };
}

const NOT_ONWARD: Pick<CallRecord, 'onward'> = Object.freeze({});
