import type { BanChange, BindingRecord, CallRecord, OfflineCause, RegisterFailure } from '../bus/index.ts';
import type { CarrierRegistrationStatus, ExplainQuery, Explanation } from '../routing/index.ts';
import type { Availability, PeriodUnit } from '../tenancy/index.ts';
import type { Found, Ref, Slice, Visible } from './store-port.ts';

export type { CarrierRegistrationStatus } from '../routing/index.ts';

/** What the admin side asks of the SIP threads, and of the replica that their batches keep up to date. */
export interface SipQueries {
  readonly explain: { readonly args: ExplainQuery; readonly answer: Explanation };
  readonly registrations: {
    readonly args: { readonly trunkIds: readonly number[] };
    readonly answer: readonly RegistrationStatus[];
  };
  readonly bans: { readonly args: Record<string, never>; readonly answer: readonly Ban[] };
  /** Answers whether there was such a ban. */
  readonly lift_ban: { readonly args: { readonly address: string }; readonly answer: boolean };
  readonly stats: { readonly args: Record<string, never>; readonly answer: SipStats };
  readonly carrier_registrations: {
    readonly args: Record<string, never>;
    readonly answer: readonly CarrierRegistrationStatus[];
  };
}

export type SipQuery = keyof SipQueries;

export interface SipPort {
  request<Q extends SipQuery>(name: Q, args: SipQueries[Q]['args']): Promise<SipQueries[Q]['answer']>;
}

export interface RegistrationStatus {
  readonly trunkId: number;
  readonly state: 'never' | 'registered' | 'offline';
  /** When that state began, epoch ms; `null` for `never`. */
  readonly sinceMs: number | null;
  /** Why it is offline; `null` otherwise. */
  readonly reason: OfflineCause | null;
  /** The newest first. */
  readonly contacts: readonly RegisteredContact[];
  /** The newest failed REGISTER of the trunk, where it has been looked up. */
  readonly lastFailure?: StoredFailure;
}

export interface RegisteredContact extends BindingRecord {
  /** Round-trip time of the last answered probe (ms); `null` before one. */
  readonly rttMs?: number | null;
}

export interface AvailabilityQuery {
  readonly unit: PeriodUnit;
  /** Days of the time zone, both included. */
  readonly from: string;
  readonly to: string;
  readonly timezone: string;
}

export type Ban = Omit<BanChange, 'op'>;

export interface SipStats {
  /** `udp:127.0.0.1:5060` and so on; empty until SIP listens. */
  readonly listening: readonly string[];
  readonly trunksRegistered: number;
  readonly callsActive: number;
}

/** Call records and failed REGISTERs as the main thread persists them. */
export interface RecordStore {
  /** By id. */
  listCalls(visible: Visible, slice: Slice, filter: CallFilter): Promise<Found<StoredCall>>;
  /** By integer id or uuid, of whatever account. */
  findCall(ref: Ref): Promise<StoredCall | undefined>;
  listRegisterFailures(visible: Visible, slice: Slice, filter: FailureFilter): Promise<Found<StoredFailure>>;
  /** The newest failed REGISTER of each of these trunks that has one. */
  lastFailures(trunkIds: readonly number[]): Promise<ReadonlyMap<number, StoredFailure>>;
  /** Of whatever account. */
  availability(trunkId: number, query: AvailabilityQuery): Promise<readonly Availability[]>;
}

export type StoredCall = CallRecord & { readonly id: number };
export type StoredFailure = RegisterFailure & { readonly id: number };

export interface FailureFilter {
  readonly trunkId?: number;
  /** Only those that came from where they say (`isProvenFailure`). */
  readonly isProven?: boolean;
}

export interface CallFilter {
  readonly accountId?: number | undefined;
  readonly trunkId?: number | undefined;
  readonly result?: string | undefined;
  readonly reason?: string | undefined;
  readonly direction?: string | undefined;
  readonly live?: boolean | undefined;
  /** Either side. */
  readonly number?: string | undefined;
}
