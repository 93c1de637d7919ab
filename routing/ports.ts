/**
 * What routing needs of its neighbours, as the least shape that does: the directory, the registrar's
 * bindings, digest authentication, and the way out for records. All of it answers from memory.
 */
import type { InboundRequest } from '../auth/index.ts';
import type { BindingRecord, CallRecord, TrunkRecord } from '../bus/index.ts';
import type { Reason, Rejection, Result } from '../telemetry/index.ts';
import type { Directory } from '../tenancy/index.ts';
import type { CallContext, RouteOption } from './call-context.ts';

/** The snapshot that is read; its cost does not grow with the number of tenants. */
export type RoutingDirectory = Pick<
  Directory,
  | 'platformRealm'
  | 'getAccount'
  | 'chain'
  | 'isActive'
  | 'findTrunk'
  | 'findRealm'
  | 'findCredential'
  | 'findDid'
  | 'findGroup'
  | 'resolveDestination'
  | 'findCarrier'
  | 'findCarrierBySource'
  | 'findCarrierBySubject'
  | 'findTrunksBySubject'
  | 'findIpTrunks'
  | 'carriers'
  | 'nearestDids'
>;

/** What a peer has proved by mutual TLS. */
export interface PeerNames {
  /** Lower-case domains of its certificate. */
  readonly names: readonly string[];
}

/** Live registrations; the registrar is one. */
export interface RoutingBindings {
  /** Live bindings of the trunk, newest first. */
  bindingsOf(trunkId: number): readonly BindingRecord[];
  /** Whether a binding came from that address, on any port. */
  hasBindingFrom(address: string): boolean;
  /** The live binding of exactly that address and port. */
  findBindingBySource(address: string, port: number): BindingRecord | undefined;
}

export type AuthVerdict =
  | { readonly kind: 'accepted'; readonly trunk: TrunkRecord }
  | { readonly kind: 'rejected'; readonly rejection: Rejection };

/** Digest of requests other than REGISTER: 407 and Proxy-Authorization. */
export interface RoutingAuth {
  authenticate(request: InboundRequest): AuthVerdict;
}

/** Where the end and the progress of calls are told. */
export interface CallSink {
  emit(record: CallRecord): void;
  /** Once a call, at its end. */
  count(direction: CallRecord['direction'], result: Result, reason: Reason): void;
  /** One line a finished call. */
  log(record: CallRecord): void;
  fault(error: unknown, callId: string): void;
}

/** Who knows the wallets; answers from memory and takes nothing. */
export interface CallFunds {
  /** `insufficient_balance`, or nothing. */
  check(context: CallContext, option?: RouteOption): Rejection | undefined;
}

/** Injected time: epoch milliseconds and timers, so that tests need no sleep. */
export interface CallClock {
  now(): number;
  /** Calls `fn` once after `ms`; the returned function stops it. */
  after(ms: number, fn: () => void): () => void;
}

export interface CallRandom {
  /** A float in [0, 1). */
  float(): number;
  /** Lower-case hexadecimal text of `length` characters. */
  hex(length: number): string;
}
