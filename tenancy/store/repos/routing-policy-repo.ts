import { sql } from 'kysely';
import { Check } from 'typebox/value';
import { invalid } from '../../errors.ts';
import { isZone, POLICY_KEYS, type PolicyOwner, STORED_POLICY, type StoredPolicy } from '../../policies/index.ts';
import type { StoreContext } from '../open-store.ts';
import { checkCallTarget } from './validate.ts';

/** What is set for an owner; nothing set is an empty policy. */
export async function getRoutingPolicy(
  context: StoreContext,
  owner: PolicyOwner,
  ownerId: number,
): Promise<StoredPolicy> {
  const { rows } = await sql<{ readonly policy: string }>`
    SELECT policy FROM routing_policies WHERE owner = ${owner} AND owner_id = ${ownerId}`.execute(context.db);
  const stored: unknown = JSON.parse(rows[0]?.policy ?? '{}');
  return Check(STORED_POLICY, stored) ? stored : {};
}

/** Every policy there is, by `owner id`. */
export async function listRoutingPolicies(context: StoreContext): Promise<ReadonlyMap<string, StoredPolicy>> {
  const { rows } = await sql<{ readonly key: string; readonly policy: string }>`
    SELECT owner || ' ' || owner_id AS key, policy FROM routing_policies`.execute(context.db);
  const read = rows.map(({ key, policy }) => [key, JSON.parse(policy) as unknown] as const);
  return new Map(read.filter((row): row is readonly [string, StoredPolicy] => Check(STORED_POLICY, row[1])));
}

/** A key that is left out stays; `null` clears it. */
export type PolicyPatch = { readonly [Key in keyof StoredPolicy]?: StoredPolicy[Key] | null };

/** Call it within `store.write`. @returns the policy before and after */
export async function updateRoutingPolicy(
  context: StoreContext,
  owner: PolicyOwner,
  ownerId: number,
  patch: PolicyPatch,
): Promise<{ readonly before: StoredPolicy; readonly after: StoredPolicy }> {
  if (patch.disaster?.uri !== undefined) checkCallTarget(context, 'disaster.uri', patch.disaster.uri);
  const before = await getRoutingPolicy(context, owner, ownerId);
  const merged = Object.entries({ ...before, ...patch }).filter(([, value]) => value !== null && value !== undefined);
  const after = await checkPolicy(context, owner, ownerId, Object.fromEntries(merged));
  if (Object.keys(after).length === 0) await removeRoutingPolicy(context, owner, ownerId);
  else {
    await sql`INSERT INTO routing_policies (owner, owner_id, policy) VALUES (${owner}, ${ownerId}, ${JSON.stringify(after)})
      ON CONFLICT (owner, owner_id) DO UPDATE SET policy = excluded.policy`.execute(context.db);
  }
  return { before, after };
}

/** Call it within `store.write`. */
export async function removeRoutingPolicy(context: StoreContext, owner: PolicyOwner, ownerId: number): Promise<void> {
  await sql`DELETE FROM routing_policies WHERE owner = ${owner} AND owner_id = ${ownerId}`.execute(context.db);
}

/** The password of a carrier's registration, sealed for that carrier alone. */
export function sealRegistrationPassword(context: StoreContext, carrierId: number, password: string): string {
  return context.secrets.seal(password, registrationContext(carrierId)).toString('base64');
}

/** @internal What a sealed registration password is bound to. */
export function registrationContext(carrierId: number): string {
  return `carrier registration ${carrierId}`;
}

async function checkPolicy(
  context: StoreContext,
  owner: PolicyOwner,
  ownerId: number,
  policy: Readonly<Record<string, unknown>>,
): Promise<StoredPolicy> {
  const known: readonly string[] = [...POLICY_KEYS[owner], ...(owner === 'carrier' ? ['registration'] : [])];
  const foreign = Object.keys(policy).find((key) => !known.includes(key));
  if (foreign !== undefined) throw invalid(foreign, `means nothing for a ${owner}`);
  if (!Check(STORED_POLICY, policy)) throw invalid('routing', 'is no routing policy');
  if (!isZone(policy.hours?.timezone)) {
    throw invalid(
      'hours.timezone',
      `"${policy.hours?.timezone}" is not a time zone; write one such as Europe/Amsterdam`,
    );
  }
  if (policy.disaster !== undefined) await checkDisaster(context, owner, ownerId, policy.disaster);
  return policy;
}

/** A disaster destination is one place, and a trunk only of the owner's own account (F-005). */
async function checkDisaster(
  context: StoreContext,
  owner: PolicyOwner,
  ownerId: number,
  disaster: NonNullable<StoredPolicy['disaster']>,
): Promise<void> {
  const { trunk_id: trunkId, number, uri } = disaster;
  if ([trunkId, number, uri].filter((place) => place !== undefined).length !== 1) {
    throw invalid('disaster', 'must name exactly one of trunk, number and uri');
  }
  if (trunkId === undefined) return;
  const { db } = context;
  const table = owner === 'did' ? 'dids' : 'trunks';
  const holder = await db.selectFrom(table).select('accountId').where('id', '=', ownerId).executeTakeFirst();
  const trunk = await db
    .selectFrom('trunks')
    .select('accountId')
    .where('id', '=', trunkId)
    .where('status', '<>', 'deleted')
    .executeTakeFirst();
  if (trunk === undefined || trunk.accountId !== holder?.accountId) {
    throw invalid('disaster.trunk_id', 'is no trunk of this account');
  }
}
