import type { SipPort } from '../admin/index.ts';
import type { CallHolds } from '../billing-hooks/index.ts';
import type { Store } from '../tenancy/index.ts';

/** The SIP side of a test world: a registrar and router of its own, on the loopback interface. */
export interface WorldSip {
  /** UDP on 127.0.0.1. */
  readonly port: number;
  readonly queries: SipPort;
  readonly holds: CallHolds;
  /** Resolves when it knows everything that was written to the world before. */
  publish(): Promise<void>;
  /** Resolves when the record of the call with that Call-ID is stored whole. */
  callStored(callId: string): Promise<void>;
  stop(): Promise<void>;
}

export interface WorldSipParts {
  readonly store: Store;
  readonly secretKey: Buffer;
  /** How far the world's clock is ahead of the machine's, which is SIP's (ms). */
  readonly aheadMs: () => number;
}

export type StartWorldSip = (parts: WorldSipParts) => Promise<WorldSip>;
