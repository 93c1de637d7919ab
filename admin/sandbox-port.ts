import type { IncomingMessage, ServerResponse } from 'node:http';
import type { StoredCall } from './ports.ts';

/** Whom a `df_test_` key lets in, as far as it is decided before a test world is asked. */
export interface TestCaller {
  /** Whose test world it is; an account of the live side. */
  readonly worldAccountId: number;
  /** The account that the key belongs to, in that world. */
  readonly accountId: number;
  /** For the audit log: `key:key_…`. */
  readonly actor: string;
  readonly scopes: readonly string[];
  /** Where the key may be used; empty: everywhere. */
  readonly allowedAddresses: readonly string[];
  /** The live account is suspended: it may only read. */
  readonly suspended: boolean;
  /** Requests a minute. */
  readonly ratePerMinute: number;
}

/** What the live API knows of test worlds: that they answer by themselves. */
export interface SandboxPort {
  /**
   * Has the test world of that caller answer the request, whose body nobody has read yet.
   * @throws {ApiError} `sandbox_not_available`
   */
  answer(caller: TestCaller, request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Whom a key lets in that was made inside a test world; `undefined` when there is no such key. */
  findCaller(token: string): Promise<TestCaller | undefined>;
}

/** One kind of work that a clock moved by hand did. */
export interface TimelineEvent {
  readonly id: number;
  readonly event: string;
  readonly atMs: number;
  readonly data: object;
}

/** What happened while the clock was moved. */
export interface Advanced {
  readonly fromMs: number;
  readonly nowMs: number;
  /** `false`: it took too long, and the clock stands before what was asked for. */
  readonly reached: boolean;
  /** How often each kind of work was due. */
  readonly work: Readonly<Record<string, number>>;
  /** The first of the events that were caused and may be seen, oldest first. */
  readonly events: readonly TimelineEvent[];
  readonly totalEvents: number;
}

export type PbxBehaviour = 'answer' | 'busy' | 'no_answer' | 'reject';

export interface SimulatedPbx {
  readonly id: number;
  readonly trunkId: number;
  /** Owner of the trunk. */
  readonly accountId: number;
  readonly trunkUuid: string;
  readonly username: string;
  readonly realm: string;
  readonly behaviour: PbxBehaviour;
  /** The final status of its REGISTER; 0 when nobody answered. */
  readonly registerStatus: number;
  /** Numbers that were called here, oldest first. */
  readonly rang: readonly string[];
  /** Messages that came as SIP MESSAGE, oldest first. */
  readonly received: readonly { readonly from: string; readonly body: string }[];
}

export interface NewPbx {
  readonly trunkId: number;
  readonly behaviour: PbxBehaviour;
  /** What it registers with. @default the trunk's own */
  readonly password?: string | undefined;
}

export interface CallRequest {
  readonly from: string;
  readonly to: string;
  /** A PBX that calls out; absent: the simulated carrier calls in. */
  readonly pbxId?: number | undefined;
  /** An answered call is hung up after this (ms). */
  readonly talkMs: number;
  /** The caller gives up after this without an answer (ms). */
  readonly patienceMs: number;
}

export interface CallOutcome {
  /** The final status that the caller got; 487 when it gave up. */
  readonly status: number;
  readonly phrase: string;
  /** Ids of the simulated PBXes that rang, in that order. */
  readonly rang: readonly number[];
  /** As it was stored; `undefined` when the caller was turned away before there was a call. */
  readonly call: StoredCall | undefined;
}

/** A test world, as its own API acts on it. */
export interface TestWorldPort {
  callerOf(request: IncomingMessage): TestCaller | undefined;
  readonly startedAtMs: number;
  nowMs(): number;
  /** What is done next when nobody does anything. */
  nextDue(): Promise<{ readonly work: string; readonly atMs: number } | undefined>;
  /**
   * Moves the clock, and does what is due on the way, each at its time.
   * @param visible the accounts whose events are told of; `null`: all
   */
  advance(toMs: number, visible: ReadonlySet<number> | null): Promise<Advanced>;
  /** The world ends with the answer to this request; the next one finds a new one. */
  reset(): void;
  readonly phones: TestPhones;
}

export interface TestPhones {
  list(): readonly SimulatedPbx[];
  /** @throws {ApiError} `conflict` when there are too many */
  open(pbx: NewPbx): Promise<SimulatedPbx>;
  change(id: number, behaviour: PbxBehaviour): SimulatedPbx;
  /** Unregisters it. */
  close(id: number): Promise<void>;
  call(request: CallRequest): Promise<CallOutcome>;
}
