import {
  createCarrier,
  createDomain,
  deleteCarrier,
  deleteDomain,
  findCarrier,
  findDomain,
  getCarrier,
  listAudit,
  listCarriers,
  listDomains,
  type Store,
  updateCarrier,
  updateDomain,
} from '../../tenancy/index.ts';
import type { AuditStore } from '../audit-store-port.ts';
import type { CarrierStore, DomainStore } from '../stores.ts';
import { audited, given } from './audited.ts';

/** Carriers belong to no account. */
export function createCarrierStore(store: Store): CarrierStore {
  const resource = 'carrier';
  return {
    list: (slice, filter) => listCarriers(store, slice, filter),
    find: (ref) => findCarrier(store, ref),
    create: (actor, fields) =>
      audited(store, actor, 'create', resource, async (context) => {
        const after = await createCarrier(context, given(fields) as Parameters<typeof createCarrier>[1]);
        return { result: after, accountId: null, resourceId: after.uuid, before: null, after };
      }),
    update: (actor, id, fields) =>
      audited(store, actor, 'update', resource, async (context) => {
        const before = await getCarrier(context, id);
        const after = await updateCarrier(context, id, given(fields) as object);
        return { result: after, accountId: null, resourceId: after.uuid, before, after };
      }),
    remove: (actor, id) =>
      audited(store, actor, 'delete', resource, async (context) => {
        const before = await deleteCarrier(context, id);
        return { result: undefined, accountId: null, resourceId: before.uuid, before, after: null };
      }),
  };
}

export function createDomainStore(store: Store): DomainStore {
  const resource = 'sip_domain';
  return {
    list: (visible, slice, filter) => listDomains(store, filter, slice, visible),
    find: (visible, ref) => findDomain(store, ref, visible),
    create: (actor, fields) =>
      audited(store, actor, 'create', resource, async (context) => {
        const after = await createDomain(context, given(fields) as Parameters<typeof createDomain>[1]);
        return { result: after, accountId: after.accountId, resourceId: after.uuid, before: null, after };
      }),
    update: (actor, id, algorithms) =>
      audited(store, actor, 'update', resource, async (context) => {
        const before = await findDomain(context, id, null);
        const after = await updateDomain(context, id, { algorithms }, null);
        return { result: after, accountId: after.accountId, resourceId: after.uuid, before: before ?? null, after };
      }),
    markVerified: (actor, id, verifiedAtMs) =>
      audited(store, actor, 'verify', resource, async (context) => {
        const before = await findDomain(context, id, null);
        const after = await updateDomain(context, id, { verifiedAtMs }, null);
        return { result: after, accountId: after.accountId, resourceId: after.uuid, before: before ?? null, after };
      }),
    remove: (actor, id) =>
      audited(store, actor, 'delete', resource, async (context) => {
        const before = await deleteDomain(context, id, null);
        const { accountId, uuid } = before;
        return { result: undefined, accountId, resourceId: uuid, before, after: null };
      }),
  };
}

export function createAuditStore(store: Store): AuditStore {
  return {
    list: (visible, slice, filter) => listAudit(store, filter, slice, visible),
    record: ({ actor, action, resource, accountId, resourceId, ...entry }) =>
      audited(store, actor, action, resource, async () => ({
        result: undefined,
        accountId,
        resourceId,
        before: asObject(entry.before),
        after: asObject(entry.after),
      })),
  };
}

function asObject(value: unknown): object | null {
  return typeof value === 'object' ? value : null;
}
