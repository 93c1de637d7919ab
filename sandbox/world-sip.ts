import type { SipPort } from '../admin/index.ts';
import type { CallHolds, SendToPbx } from '../billing-hooks/index.ts';
import type { Store } from '../tenancy/index.ts';

/** The SIP side of a test world: a registrar and router of its own, on the loopback interface. */
export interface WorldSip {
  /** UDP on 127.0.0.1. */
  readonly port: number;
  readonly queries: SipPort;
  readonly holds: CallHolds;
  /** Brings messages to the PBXes of their numbers. */
  readonly sendToPbx: SendToPbx;
  /** Resolves when it knows everything that was written to the world before. */
  publish(): Promise<void>;
  /**
   * Resolves when it is stored, or does not come: `call CALL-ID` that is over (with its uuid), `put CONTACT`,
   * `remove CONTACT`.
   */
  stored(what: string): Promise<string | undefined>;
  /** Resolves when it has ended without being asked to. */
  readonly died: Promise<void>;
  stop(): Promise<void>;
}

export interface WorldSipParts {
  readonly store: Store;
  readonly secretKey: Buffer;
  /** The simulated carrier (`address:port`), to whom SIP may go besides those it comes from. */
  readonly carrier: string;
  /** How far the world's clock is ahead of the machine's, which is SIP's (ms). */
  readonly aheadMs: () => number;
}

export type StartWorldSip = (parts: WorldSipParts) => Promise<WorldSip>;
