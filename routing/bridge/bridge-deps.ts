import type { InboundRequest } from '../../auth/index.ts';
import type { ReferPolicy, TrunkRecord } from '../../bus/index.ts';
import type { Rejection } from '../../telemetry/index.ts';
import type { Admission } from '../admission/admission.ts';
import type { CallContext } from '../call-context.ts';
import type { RoutingAuth } from '../ports.ts';
import type { SrfPort, SrfRequest, SrfResponse } from '../srf-adapter.ts';
import type { Call } from './call.ts';
import type { ConnectLegs } from './connect-legs.ts';
import type { JoinedLegs } from './joined-legs.ts';
import type { PrivateMediaPolicy } from './private-media.ts';

export type { ReferPolicy } from '../../bus/index.ts';

/** A call that one side of another call has asked for. */
export interface FollowOn {
  /** On whose behalf, and at whose cost. */
  readonly trunk: TrunkRecord;
  /** The INVITE that it would have sent. */
  readonly request: InboundRequest;
  readonly req: SrfRequest;
  readonly res: SrfResponse;
  /** What happens when the new target answers. */
  readonly connect: ConnectLegs;
}

/** What carries a call once it is admitted. */
export interface BridgeDeps {
  readonly srf: SrfPort;
  readonly auth: RoutingAuth;
  readonly admission: Admission;
  readonly referPolicy: ReferPolicy;
  readonly privateMedia: PrivateMediaPolicy;
  /** Legs of trunks whose transfers are carried out here. */
  readonly joinedLegs: JoinedLegs;
  /** Epoch ms at which a lease taken now ends at the latest. */
  leaseUntilMs(): number;
  /** Runs the steps for such a call and places it; or says why not, and records that. */
  placeFollowOn(order: FollowOn): Call | Rejection;
  /** Where a trunk that redirects a call sends it, by its own rights; or why it may not. */
  resolveFor(trunk: TrunkRecord, request: InboundRequest): CallContext | Rejection;
}
