import {
  applyTenants,
  exportTenants,
  listAudit,
  type PlanOptions,
  planTenants,
  type Store,
  type YamlReader,
} from '../../tenancy/index.ts';
import type { AppliedFile, TenantFileProgress, TenantFileStore } from '../tenant-file-port.ts';

/** Tenant files over the store; the plan writes the audit entries itself. */
export function createTenantFileStore(store: Store, yaml: YamlReader): TenantFileStore {
  const underWay = new Map<string, TenantFileProgress>();
  const watched = async <T>(
    work: TenantFileProgress['work'],
    options: PlanOptions,
    run: (options: PlanOptions) => Promise<T>,
  ): Promise<T> => {
    try {
      const onProgress = (done: number, total: number) => underWay.set(options.actor, { work, done, total });
      return await run({ ...options, yaml, onProgress });
    } finally {
      underWay.delete(options.actor);
    }
  };
  return {
    plan: (yaml, name, options) => watched('plan', options, (watching) => planTenants(store, yaml, name, watching)),
    apply: (yaml, name, options) => watched('apply', options, (watching) => applyTenants(store, yaml, name, watching)),
    progress: (actor) => underWay.get(actor),
    applied: (accountId, back) => findApplied(store, accountId, back),
    export: (visible, accountId) => exportTenants(store, visible, accountId),
  };
}

/**
 * The file applied so many applies ago; applies that changed nothing do not count, nor those of others: what a client
 * applies is no step back of its reseller's.
 */
async function findApplied(store: Store, accountId: number | null, back: number): Promise<AppliedFile | undefined> {
  const filter = { resource: 'tenant_file', accountId };
  const { total } = await listAudit(store, filter, { afterId: 0, offset: 0, limit: 1 }, null);
  if (back >= total) return undefined;
  const { rows } = await listAudit(store, filter, { afterId: 0, offset: total - 1 - back, limit: 1 }, null);
  const [row] = rows;
  if (row === undefined) return undefined;
  const { yaml, changes } = row.after as { readonly yaml: string; readonly changes: number };
  return { yaml, changes, name: row.resourceId, actor: row.actor, atMs: row.atMs };
}
