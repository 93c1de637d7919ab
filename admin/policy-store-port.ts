import type { PolicyOwner, StoredPolicy } from '../tenancy/index.ts';
import type { Actor } from './stores.ts';

export type { PolicyOwner, StoredPolicy } from '../tenancy/index.ts';

/** What a policy is set for, as the audit log names it. */
export interface PolicyHolder {
  readonly owner: PolicyOwner;
  readonly id: number;
  readonly uuid: string;
  /** `null`: of the platform itself. */
  readonly accountId: number | null;
}

/** `null` clears a key, an absent one stays. */
export type PolicyFields = Readonly<Record<string, unknown>>;

/** How we register at a carrier; the password is told to nobody. */
export interface RegistrationFields {
  readonly registrar?: string | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly domain?: string | null | undefined;
  readonly auth_username?: string | null | undefined;
  readonly expires_sec?: number | null | undefined;
}

export interface PolicyStore {
  find(holder: PolicyHolder): Promise<StoredPolicy>;
  update(actor: Actor, holder: PolicyHolder, fields: PolicyFields): Promise<StoredPolicy>;
  /** `null` ends it. */
  updateRegistration(actor: Actor, holder: PolicyHolder, fields: RegistrationFields | null): Promise<StoredPolicy>;
}
