import type { InboundRequest } from '../auth/index.ts';
import type { CallsConfig, OpenAddresses } from '../config/index.ts';
import type { CallContext, CallEffects } from './call-context.ts';
import type { CarrierNodes } from './carrier/carrier-registrar.ts';
import type { IdentitySigner } from './identity/identity-signer.ts';
import { InviteView } from './invite-view.ts';
import type { OpenHours } from './open-hours.ts';
import type { PeerNames, RoutingBindings, RoutingDirectory } from './ports.ts';
import type { CarrierQuality } from './target/carrier-quality.ts';
import type { CarrierRoutes } from './target/carrier-routes.ts';
import type { GatewayHealth } from './target/gateway-health.ts';

export interface ContextWorld {
  readonly directory: RoutingDirectory;
  readonly bindings: RoutingBindings;
  readonly config: CallsConfig;
  readonly callTargets: OpenAddresses;
  readonly carrierRoutes: CarrierRoutes;
  readonly gatewayHealth: GatewayHealth;
  readonly carrierQuality: CarrierQuality;
  readonly carrierNodes: CarrierNodes;
  readonly openHours: OpenHours;
  readonly identitySigner: IdentitySigner | undefined;
  /** The certificate that the flow's peer has proved; nobody's where there is no mutual TLS. */
  peerCertificate(flowId: string): PeerNames | undefined;
  nowMs(): number;
}

/** A call about which nothing is known yet but the request. */
export function createContext(
  uuid: string,
  request: InboundRequest,
  world: ContextWorld,
  effects: CallEffects,
): CallContext {
  return {
    uuid,
    invite: new InviteView(request),
    directory: world.directory,
    bindings: world.bindings,
    config: world.config,
    callTargets: world.callTargets,
    effects,
    carrierRoutes: world.carrierRoutes,
    gatewayHealth: world.gatewayHealth,
    carrierQuality: world.carrierQuality,
    carrierNodes: world.carrierNodes,
    openHours: world.openHours,
    identitySigner: world.identitySigner,
    peerNames: world.peerCertificate(request.flowId)?.names ?? [],
    atMs: world.nowMs(),
    trace: [],
    source: undefined,
    called: [],
    dialled: '',
    caller: '',
    direction: 'in',
    isEmergency: false,
    calledNumber: '',
    did: undefined,
    options: [],
    unreachable: undefined,
    presentation: undefined,
    admitted: 0,
  };
}
