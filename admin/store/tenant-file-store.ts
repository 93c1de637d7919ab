import { applyTenants, exportTenants, planTenants, type Store } from '../../tenancy/index.ts';
import type { TenantFileStore } from '../stores.ts';

/** Tenant files over the store; the plan writes the audit entries itself. */
export function createTenantFileStore(store: Store): TenantFileStore {
  return {
    plan: (yaml, name, options) => planTenants(store, yaml, name, options),
    apply: (yaml, name, options) => applyTenants(store, yaml, name, options),
    export: (visible, accountId) => exportTenants(store, visible, accountId),
  };
}
