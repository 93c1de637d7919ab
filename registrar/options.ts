import type { AuthService, IdentityDirectory } from '../auth/index.ts';
import type {
  BindingChange,
  CarrierRecord,
  RegisterFailure,
  TrunkRecord,
  TrunkStateChange,
  TrunkTransition,
} from '../bus/index.ts';
import type { RegistrationConfig } from '../config/index.ts';
import type { Reason, Result } from '../telemetry/index.ts';
import type { LiveBinding } from './binding.ts';
import type { SendProbe } from './prober.ts';

/** What the registrar reads of the directory; `Directory` of tenancy is one. */
export interface RegistrarDirectory extends IdentityDirectory {
  findTrunk(id: number): TrunkRecord | undefined;
  findCarrierBySource(address: string): CarrierRecord | undefined;
  findIpTrunks(address: string): readonly TrunkRecord[];
}

/** What the registrar tells the outside. */
export interface RegistrarEvents {
  binding(change: BindingChange): void;
  /**
   * Bindings that were registered again and changed in nothing but their times, each once, within half a second; not
   * those whose expiry has moved by less than a tenth of the time granted, and 30 s, since it was told. Valid during the call. Without it each
   * refresh is told by `binding` at once.
   */
  refreshed?(bindings: readonly LiveBinding[]): void;
  /** A binding of the trunk came, went, moved, fell silent or woke. */
  reached?(trunkId: number): void;
  trunkState(change: TrunkStateChange): void;
  /** The same undamped, for who counts time and not events. */
  trunkTransition?(transition: TrunkTransition): void;
  registerFailure(failure: RegisterFailure): void;
  /** Once per answered or dropped REGISTER. */
  count(result: Result, reason: Reason): void;
  /** A PBX used the new password for the first time while the old one was still good (credential rotation). */
  passwordMoved?(trunkId: number): void;
}

/** What the registrar needs of a SIP engine beyond requests and answers; an engine without flows leaves it out. */
export interface RegistrarEngine {
  readonly send: SendProbe;
  readonly isFlowOpen?: (flowId: string) => boolean;
  readonly holdFlow?: (flowId: string) => void;
  readonly releaseFlow?: (flowId: string) => void;
}

export interface RegistrarOptions {
  readonly directory: RegistrarDirectory;
  readonly auth: AuthService;
  readonly config: RegistrationConfig;
  readonly engine: RegistrarEngine | undefined;
  readonly events: RegistrarEvents;
  /** Epoch milliseconds. */
  readonly nowMs: () => number;
  /** A float in [0, 1), for jitter. */
  readonly random: () => number;
  /** Runs it after so many milliseconds, so that what is to be sent need not go out in one go. @default it does */
  readonly later?: (delayMs: number, run: () => void) => void;
  /** `false` for drachtio-server, which tells connections apart by their Contact's user@host alone. @default true */
  readonly hasFlows?: boolean;
  /** Whether REGISTERs can be taken now; else 503. @default always ready */
  readonly readiness?: () => 'ready' | 'loading' | 'draining' | 'overload';
}
