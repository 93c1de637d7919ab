import type { BulkRunner } from './bulk/bulk-runner.ts';
import type { DomainCheck } from './domain-check.ts';
import type { SipAccess } from './pbx/sip-access.ts';
import type { RecordStore, SipPort } from './ports.ts';
import type { SandboxPort, TestWorldPort } from './sandbox-port.ts';
import type { AdminStore } from './stores.ts';

/** What the composition root hands to the admin side. */
export interface AdminDeps {
  /** `network`: Bearer keys. `control`: whoever can open the socket is the operator. `sandbox`: a test world. */
  readonly channel: 'network' | 'control' | 'sandbox';
  readonly store: AdminStore;
  readonly records: RecordStore;
  readonly sip: SipPort;
  /** Resolves when every SIP thread has acknowledged the directory version of the write just made. */
  readonly publish: () => Promise<void>;
  /** Whether SIP listens and demo.json, if any, is written. */
  readonly isReady: () => boolean;
  readonly version: string;
  /** The platform realm. */
  readonly domain: string;
  /** How PBXes reach this server. */
  readonly access: SipAccess;
  /** `false` switches the limits off (DIDFARM_RATE_LIMITS=off). */
  readonly rateLimits: boolean;
  /** Milliseconds since the epoch. */
  readonly nowMs: () => number;
  readonly logger?: object;
  /** @default no check */
  readonly domainCheck?: DomainCheck;
  /** Answers what comes with a test key. @default nothing does */
  readonly sandbox?: SandboxPort;
  /** The test world that this is the API of. @default it is the live one */
  readonly testWorld?: TestWorldPort;
  /** Works on bulk jobs; the app makes it. */
  readonly bulkRunner?: BulkRunner;
}
