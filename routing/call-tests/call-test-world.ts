import type { FundsUpdate } from '../../bus/index.ts';
import type { AuthConfig, CallsConfig, RegistrationConfig } from '../../config/index.ts';
import type { Directory } from '../../tenancy/index.ts';

/** What call tests run against: tenants as SIP would read them, and nothing that is live. */
export interface CallTestWorld {
  readonly directory: Directory;
  readonly calls: CallsConfig;
  readonly auth: AuthConfig;
  readonly registration: RegistrationConfig;
  /** Realm of REGISTERs to an address instead of a domain. @default none */
  readonly defaultRealm?: string | undefined;
  /** Wallets and prices. @default every call is free */
  readonly funds?: FundsUpdate | undefined;
  /** The accounts that may be named and whose numbers may be called; `null`: all. */
  readonly visible: ReadonlySet<number> | null;
  /** Epoch milliseconds; cases may set their own time. */
  nowMs(): number;
}

/** What a case asks for does not exist, or is not for who asks. */
export class CaseError extends Error {
  readonly code = 'call_test_case';

  constructor(message: string) {
    super(message);
    this.name = 'CaseError';
  }
}
