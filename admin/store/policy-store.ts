import {
  getRoutingPolicy,
  type PolicyPatch,
  type Store,
  type StoreContext,
  type StoredPolicy,
  type StoredRegistration,
  sealRegistrationPassword,
  TenancyError,
  updateRoutingPolicy,
} from '../../tenancy/index.ts';
import type { PolicyHolder, PolicyStore, RegistrationFields } from '../policy-store-port.ts';
import { audited } from './audited.ts';

const RESOURCE = 'routing_policy';

/** What routing is told of accounts, trunks, numbers and carriers beyond their own fields. */
export function createPolicyStore(store: Store): PolicyStore {
  const change = (
    actor: string,
    holder: PolicyHolder,
    patchOf: (context: StoreContext) => Promise<PolicyPatch> | PolicyPatch,
  ) =>
    audited(store, actor, 'update', RESOURCE, async (context) => {
      const changed = await updateRoutingPolicy(context, holder.owner, holder.id, await patchOf(context));
      const [before, after] = [withoutSecret(changed.before), withoutSecret(changed.after)];
      return { result: changed.after, accountId: holder.accountId, resourceId: holder.uuid, before, after };
    });
  return {
    find: (holder) => getRoutingPolicy(store, holder.owner, holder.id),
    update: (actor, holder, fields) => change(actor, holder, () => fields as PolicyPatch),
    updateRegistration: (actor, holder, fields) =>
      change(actor, holder, async (context) => ({
        registration: fields === null ? null : await mergeRegistration(context, holder.id, fields),
      })),
  };
}

async function mergeRegistration(
  context: StoreContext,
  carrierId: number,
  { password, ...fields }: RegistrationFields,
): Promise<StoredRegistration> {
  const { registration } = await getRoutingPolicy(context, 'carrier', carrierId);
  const sealed =
    password === undefined ? {} : { password_sealed: sealRegistrationPassword(context, carrierId, password) };
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  const merged = Object.entries({ ...registration, ...Object.fromEntries(given), ...sealed });
  const result = Object.fromEntries(merged.filter(([, value]) => value !== null)) as Partial<StoredRegistration>;
  for (const [field, name] of [
    ['registrar', 'registrar'],
    ['username', 'username'],
    ['password_sealed', 'password'],
  ] as const) {
    if (result[field] === undefined)
      throw new TenancyError('validation_failed', `${name}: is required`, { field: name });
  }
  return result as StoredRegistration;
}

/** For the audit log: neither a password nor its sealed form. */
function withoutSecret({ registration, ...policy }: StoredPolicy): object {
  if (registration === undefined) return policy;
  const { password_sealed: _, ...shown } = registration;
  return { ...policy, registration: shown };
}
