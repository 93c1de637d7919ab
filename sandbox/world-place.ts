import type { SipAccess } from '../admin/index.ts';
import type { AddressGuard, RenewalRules } from '../billing-hooks/index.ts';
import type { Logger } from '../telemetry/index.ts';
import type { StartWorldSip } from './world-sip.ts';

/** What a test world is given of the outside. */
export interface WorldPlace {
  readonly secretKey: Buffer;
  /** Where webhooks may go: as on the live side. */
  readonly guard: AddressGuard;
  readonly renewal: RenewalRules;
  readonly version: string;
  readonly access: SipAccess;
  readonly logger: Logger;
  /** Real time, epoch ms. */
  readonly realMs: () => number;
  readonly startSip: StartWorldSip;
  /** Ends the world as soon as nobody asks it anything. */
  reset(): void;
  /** Notes that a key with that hash lets into this world. */
  keepKey(hash: string): void;
}
