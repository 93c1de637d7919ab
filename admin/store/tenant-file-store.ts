import {
  applyTenants,
  exportTenants,
  listAudit,
  type PlanOptions,
  planTenants,
  type Store,
  type Visible,
} from '../../tenancy/index.ts';
import type { AppliedFile, TenantFileProgress, TenantFileStore } from '../tenant-file-port.ts';

/** Tenant files over the store; the plan writes the audit entries itself. */
export function createTenantFileStore(store: Store): TenantFileStore {
  const underWay = new Map<string, TenantFileProgress>();
  const watched = async <T>(
    work: TenantFileProgress['work'],
    options: PlanOptions,
    run: (options: PlanOptions) => Promise<T>,
  ): Promise<T> => {
    try {
      return await run({ ...options, onProgress: (done, total) => underWay.set(options.actor, { work, done, total }) });
    } finally {
      underWay.delete(options.actor);
    }
  };
  return {
    plan: (yaml, name, options) => watched('plan', options, (watching) => planTenants(store, yaml, name, watching)),
    apply: (yaml, name, options) => watched('apply', options, (watching) => applyTenants(store, yaml, name, watching)),
    progress: (actor) => underWay.get(actor),
    applied: (visible, back) => findApplied(store, visible, back),
    export: (visible, accountId) => exportTenants(store, visible, accountId),
  };
}

/** The file applied so many applies ago; applies that changed nothing do not count. */
async function findApplied(store: Store, visible: Visible, back: number): Promise<AppliedFile | undefined> {
  const filter = { resource: 'tenant_file' };
  const { total } = await listAudit(store, filter, { afterId: 0, offset: 0, limit: 1 }, visible);
  if (back >= total) return undefined;
  const { rows } = await listAudit(store, filter, { afterId: 0, offset: total - 1 - back, limit: 1 }, visible);
  const [row] = rows;
  if (row === undefined) return undefined;
  const { yaml, changes } = row.after as { readonly yaml: string; readonly changes: number };
  return { yaml, changes, name: row.resourceId, actor: row.actor, atMs: row.atMs };
}
