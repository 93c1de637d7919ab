import type { Admission } from '../admission/admission.ts';
import type { RoutingAuth } from '../ports.ts';
import type { SrfPort } from '../srf-adapter.ts';
import type { PrivateMediaPolicy } from './private-media.ts';

/** `reject`: 603; `pass`: the other side is asked. */
export type ReferPolicy = 'pass' | 'reject';

/** What carries a call once it is admitted. */
export interface BridgeDeps {
  readonly srf: SrfPort;
  readonly auth: RoutingAuth;
  readonly admission: Admission;
  readonly referPolicy: ReferPolicy;
  readonly privateMedia: PrivateMediaPolicy;
  /** Epoch ms at which a lease taken now ends at the latest. */
  leaseUntilMs(): number;
}
