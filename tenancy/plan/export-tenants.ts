import { stringify } from 'yaml';
import { notFound } from '../errors.ts';
import type { PolicyOwner } from '../policies/index.ts';
import {
  type AccountRow,
  EVERYTHING,
  findAccount,
  listAccounts,
  listCarriers,
  listDomains,
  listRecordStreams,
  listRoutingPolicies,
  type Ref,
  type StoreContext,
  type TrunkRow,
  type Visible,
  visibleFrom,
} from '../store/index.ts';
import { type AccountState, loadAccountState, nameDestination } from './account-state.ts';
import { namePolicy, nameRegistration, type Policies, policyKey } from './name-policy.ts';
import type { PolicyEntry } from './tenant-schema.ts';

/**
 * The accounts as a tenant file, without secrets: applied to the same store it changes nothing. With
 * `account` that one and those below it; carriers only for the operator's whole.
 */
export async function exportTenants(context: StoreContext, visible: Visible, account?: Ref): Promise<string> {
  const within = account === undefined ? visible : await below(context, account, visible);
  const rows = (await listAccounts(context, {}, EVERYTHING, within)).rows.filter((row) => row.status !== 'closed');
  const policies = await listRoutingPolicies(context);
  const accounts = [];
  for (const row of rows) accounts.push(await exportAccount(context, row, rows, policies));
  const carriers = within === null ? await exportCarriers(context, policies) : undefined;
  return stringify({ version: 1, ...(carriers === undefined ? {} : { carriers }), accounts }, { lineWidth: 0 });
}

async function below(context: StoreContext, ref: Ref, visible: Visible): Promise<Visible> {
  const named =
    typeof ref === 'string'
      ? await context.db.selectFrom('accounts').select('id').where('name', '=', ref).execute()
      : [];
  const [only] = named;
  const row = await findAccount(context, named.length === 1 && only !== undefined ? only.id : ref, visible);
  if (row === undefined) throw notFound('account');
  const ids = await visibleFrom(context, row.id);
  return visible === null ? ids : new Set([...ids].filter((id) => visible.has(id)));
}

async function exportAccount(
  context: StoreContext,
  row: AccountRow,
  all: readonly AccountRow[],
  policies: Policies,
): Promise<object> {
  const state = await loadAccountState(context, 0, { name: row.name }, row);
  const domains = (await listDomains(context, { accountId: row.id }, EVERYTHING, null)).rows;
  const twins = all.filter((other) => other.name === row.name).length > 1;
  const parent = all.find((other) => other.id === row.parentId);
  const ambiguous = parent !== undefined && all.filter((other) => other.name === parent.name).length > 1;
  return {
    ...(twins ? { uuid: row.uuid } : {}),
    name: row.name,
    ...(parent === undefined ? {} : { parent: ambiguous ? parent.uuid : parent.name }),
    ...given({
      is_reseller: row.isReseller || null,
      status: row.status === 'active' ? null : row.status,
      brand_name: row.brandName,
      brand_domain: row.brandDomain,
      timezone: row.timezone,
      language: row.language,
      voice_gender: row.voiceGender,
      default_cid_number: row.defaultCidNumber,
      did_default_dest: nameDestination(state, row.didDefaultDest),
      max_in: row.maxIn,
      max_out: row.maxOut,
      max_dialer: row.maxDialer,
      country: row.country,
      notes: row.notes || null,
      routing: routingOf(policies, 'account', row.id, state),
    }),
    ...list(
      'sip_domains',
      domains.map(({ domain, algorithms }) => ({ domain, ...given({ digest_algorithms: algorithms }) })),
    ),
    ...list(
      'trunks',
      state.trunks.values().map((trunk) => ({
        ...exportTrunk(trunk, context.platformRealm),
        ...given({ routing: routingOf(policies, 'trunk', trunk.id, state) }),
      })),
    ),
    ...list('trunk_groups', exportGroups(state)),
    ...list('dids', exportDids(state, policies)),
    ...list('record_streams', await exportStreams(context, row.id)),
  };
}

/** By address; secrets stay where they are. */
async function exportStreams(context: StoreContext, accountId: number): Promise<object[]> {
  const { rows } = await listRecordStreams(context, { accountId }, EVERYTHING, null);
  return rows.flatMap(({ url, status }) =>
    url === null ? [] : [{ url, ...given({ status: status === 'paused' ? status : null }) }],
  );
}

function exportTrunk(trunk: TrunkRow, platformRealm: string): object {
  return {
    name: trunk.name,
    ...given({ kind: trunk.kind === 'trunk' ? null : trunk.kind }),
    auth_type: trunk.authType,
    ...given({ realm: trunk.realm === platformRealm ? null : trunk.realm }),
    username: trunk.username,
    max_in: trunk.maxIn,
    ...given({
      max_out: trunk.maxOut,
      max_dialer: trunk.maxDialer,
      status: trunk.status === 'suspended' ? trunk.status : null,
      max_contacts: trunk.maxContacts === 3 ? null : trunk.maxContacts,
      contact_policy: trunk.contactPolicy === 'replace_oldest' ? null : trunk.contactPolicy,
      ruri_mode: trunk.ruriMode,
      profile: trunk.profile,
      allow_no_qop: trunk.allowNoQop || null,
      sources: trunk.sources.length === 0 ? null : trunk.sources,
      ip_target: trunk.ipTarget,
      country: trunk.country,
      notes: trunk.notes || null,
    }),
  };
}

function exportGroups(state: AccountState): readonly object[] {
  const names = new Map(state.trunks.values().map((trunk) => [trunk.id, trunk.name]));
  return state.groups.values().map(({ name, strategy, members }) => ({
    name,
    strategy,
    members: members.map(({ trunkId, priority, weight }) => ({ trunk: names.get(trunkId) ?? '', priority, weight })),
  }));
}

function exportDids(state: AccountState, policies: Policies): readonly object[] {
  return [...state.dids.values()].map((did) => ({
    number: did.number,
    ...given({
      block_size: did.blockSize === 1 ? null : did.blockSize,
      destination: nameDestination(state, did.destination),
      status: did.status === 'suspended' ? did.status : null,
      country: did.country,
      type: did.type,
      city: did.city,
      notes: did.notes || null,
      sms_enabled: did.smsEnabled || null,
      routing: routingOf(policies, 'did', did.id, state),
    }),
  }));
}

async function exportCarriers(context: StoreContext, policies: Policies): Promise<readonly object[]> {
  const { rows } = await listCarriers(context, EVERYTHING);
  return rows.map((carrier) => ({
    name: carrier.name,
    enabled: carrier.enabled,
    sources: carrier.sources,
    gateways: carrier.gateways,
    prefixes: carrier.prefixes.map(({ prefix, costMicros }) => ({ prefix, cost_micros: costMicros })),
    ...given({
      max_in: carrier.maxIn,
      max_out: carrier.maxOut,
      country: carrier.country,
      notes: carrier.notes || null,
      routing: routingOf(policies, 'carrier', carrier.id, undefined),
      registration: nameRegistration(policies.get(policyKey('carrier', carrier.id)) ?? {}) ?? null,
    }),
  }));
}

/** `null` when nothing is set. */
function routingOf(
  policies: Policies,
  owner: PolicyOwner,
  id: number,
  state: AccountState | undefined,
): PolicyEntry | null {
  const policy = namePolicy(state, policies.get(policyKey(owner, id)) ?? {});
  return Object.keys(policy).length === 0 ? null : policy;
}

/** Without what is not set. */
function given(fields: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}

function list(name: string, rows: readonly object[]): object {
  return rows.length === 0 ? {} : { [name]: rows };
}
