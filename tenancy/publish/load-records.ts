import type {
  AccountRecord,
  CarrierRecord,
  DidRecord,
  DigestAlgorithm,
  RealmRecord,
  RoutingPolicy,
  TrunkGroupRecord,
  TrunkRecord,
} from '../../bus/index.ts';
import { parseRoutingPolicy } from '../policies/index.ts';
import type { SecretBox } from '../secrets/index.ts';
import {
  type DestinationColumns,
  fromDestinationColumns,
  registrationContext,
  type SqliteConnection,
  type TrunkRecordColumns,
  toTrunkRecord,
} from '../store/index.ts';

/** Which rows: all, or those with these ids. */
export type Which = readonly number[] | 'all';

/** Reads rows straight off prepared statements: a start with a million numbers takes seconds, not minutes. */
export function loadAccounts(connection: SqliteConnection, which: Which): readonly AccountRecord[] {
  type Columns = Omit<AccountRecord, 'isReseller' | 'didDefaultDest'> &
    DestinationColumns & { readonly isReseller: number };
  const rows = read<Columns>(connection, ACCOUNTS, 'id', which);
  const routing = routingOf(connection, 'account', which);
  return rows.map(({ isReseller, destKind, destId, destUri, ...rest }) => ({
    ...rest,
    ...routing(rest.id),
    isReseller: isReseller === 1,
    didDefaultDest: fromDestinationColumns({ destKind, destId, destUri }),
  }));
}

export function loadTrunks(connection: SqliteConnection, which: Which, secrets: SecretBox): readonly TrunkRecord[] {
  const routing = routingOf(connection, 'trunk', which);
  return read<TrunkRecordColumns>(connection, TRUNKS, 'id', which).map((row) => {
    const record = toTrunkRecord(row, secrets);
    const policy = routing(row.id);
    return policy === undefined ? record : { ...record, ...policy };
  });
}

export function loadDids(connection: SqliteConnection, which: Which): readonly DidRecord[] {
  type Columns = Omit<DidRecord, 'destination' | 'smsEnabled'> & DestinationColumns & { readonly smsEnabled: number };
  const routing = routingOf(connection, 'did', which);
  return read<Columns>(connection, DIDS, 'id', which).map((row) => ({
    id: row.id,
    uuid: row.uuid,
    accountId: row.accountId,
    number: row.number,
    blockSize: row.blockSize,
    status: row.status,
    destination: fromDestinationColumns(row),
    ...(row.smsEnabled === 1 && SMS),
    ...routing(row.id),
  }));
}

/** By name; a domain without algorithms of its own offers those of the platform. */
export function loadRealms(
  connection: SqliteConnection,
  which: readonly string[] | 'all',
  platform: readonly DigestAlgorithm[],
): readonly RealmRecord[] {
  type Columns = { readonly realm: string; readonly accountId: number; readonly algorithms: string | null };
  return read<Columns>(connection, REALMS, 'domain', which).map(({ realm, accountId, algorithms }) => ({
    realm,
    accountId,
    algorithms: algorithms === null ? platform : (JSON.parse(algorithms) as DigestAlgorithm[]),
  }));
}

export function loadGroups(connection: SqliteConnection, which: Which): readonly TrunkGroupRecord[] {
  type Member = TrunkGroupRecord['members'][number] & { readonly groupId: number };
  const members = Map.groupBy(read<Member>(connection, MEMBERS, 'group_id', which), (member) => member.groupId);
  return read<Omit<TrunkGroupRecord, 'members'>>(connection, GROUPS, 'id', which).map((row) => ({
    ...row,
    members: (members.get(row.id) ?? []).map(({ groupId, ...member }) => member),
  }));
}

export function loadCarriers(connection: SqliteConnection, which: Which, secrets: SecretBox): readonly CarrierRecord[] {
  type Owned<T> = T & { readonly carrierId: number };
  type Columns = Omit<CarrierRecord, 'enabled' | 'sources' | 'gateways' | 'prefixes'> & { readonly enabled: number };
  const part = <T>(sql: string) =>
    Map.groupBy(read<Owned<T>>(connection, sql, 'carrier_id', which), (row) => row.carrierId);
  const sources = part<{ readonly source: string }>(SOURCES);
  const gateways = part<CarrierRecord['gateways'][number]>(GATEWAYS);
  const prefixes = part<CarrierRecord['prefixes'][number]>(PREFIXES);
  const routing = routingOf(connection, 'carrier', which, secrets);
  return read<Columns>(connection, CARRIERS, 'id', which).map((row) => ({
    ...row,
    ...routing(row.id),
    enabled: row.enabled === 1,
    sources: (sources.get(row.id) ?? []).map(({ source }) => source),
    gateways: (gateways.get(row.id) ?? []).map(({ carrierId, ...gateway }) => gateway),
    prefixes: (prefixes.get(row.id) ?? []).map(({ carrierId, ...prefix }) => prefix),
  }));
}

/** What routing is told of an owner beyond its columns; few have any. */
function routingOf(connection: SqliteConnection, owner: string, which: Which, secrets?: SecretBox) {
  type Row = { readonly id: number; readonly policy: string };
  const sql = `SELECT owner_id AS id, policy FROM routing_policies WHERE owner = '${owner}'`;
  const rows = read<Row>(connection, sql, 'owner_id', which);
  const policy = ({ id, policy }: Row) => parseRoutingPolicy(policy, (sealed) => openPassword(secrets, sealed, id));
  const found = new Map(rows.map((row) => [row.id, { routing: policy(row) }]));
  return (id: number): { readonly routing: RoutingPolicy } | undefined => found.get(id);
}

/** A password that was copied from another row, or sealed with another key, is none. */
function openPassword(secrets: SecretBox | undefined, sealed: string, carrierId: number): string | undefined {
  try {
    return secrets?.open(Buffer.from(sealed, 'base64'), registrationContext(carrierId));
  } catch {
    return undefined;
  }
}

function read<T>(connection: SqliteConnection, sql: string, key: string, which: readonly unknown[] | 'all'): T[] {
  const [select, order] = sql.split(' ORDER BY ');
  const only = which === 'all' ? '' : ` AND ${key} IN (SELECT value FROM json_each(?))`;
  const statement = connection.prepare(`${select}${only}${order === undefined ? '' : ` ORDER BY ${order}`}`);
  return statement.all(which === 'all' ? [] : [JSON.stringify(which)]) as T[];
}

const ACCOUNTS = `SELECT id, uuid, parent_id AS parentId, name, is_reseller AS isReseller, status, max_in AS maxIn,
  max_out AS maxOut, max_dialer AS maxDialer, country, default_cid_number AS defaultCidNumber,
  did_default_dest_kind AS destKind, did_default_dest_id AS destId, did_default_dest_uri AS destUri
  FROM accounts WHERE 1`;
const TRUNKS = `SELECT id, uuid, account_id AS accountId, name, kind, auth_type AS authType, realm, username,
  ha1_sealed AS ha1Sealed, previous_ha1_sealed AS previousHa1Sealed, previous_ha1_until_ms AS previousHa1UntilMs,
  status, max_in AS maxIn, max_out AS maxOut, max_dialer AS maxDialer, max_contacts AS maxContacts,
  contact_policy AS contactPolicy, ruri_mode AS ruriMode, profile, allow_no_qop AS allowNoQop, sources,
  ip_target AS ipTarget, country FROM trunks WHERE status <> 'deleted'`;
const SMS = { smsEnabled: true } as const;
const DIDS = `SELECT id, uuid, account_id AS accountId, number, block_size AS blockSize, status, dest_kind AS destKind,
  dest_id AS destId, dest_uri AS destUri, sms_enabled AS smsEnabled FROM dids WHERE status <> 'released'`;
const REALMS =
  'SELECT domain AS realm, account_id AS accountId, digest_algorithms AS algorithms FROM sip_domains WHERE 1';
const GROUPS = 'SELECT id, uuid, account_id AS accountId, name, strategy FROM trunk_groups WHERE 1';
const MEMBERS = `SELECT group_id AS groupId, trunk_id AS trunkId, priority, weight FROM trunk_group_members WHERE 1
  ORDER BY priority, id`;
const CARRIERS = 'SELECT id, uuid, name, enabled, max_in AS maxIn, max_out AS maxOut, country FROM carriers WHERE 1';
const SOURCES = 'SELECT carrier_id AS carrierId, source FROM carrier_sources WHERE 1 ORDER BY id';
const GATEWAYS = `SELECT carrier_id AS carrierId, host, port, transport, priority, weight FROM carrier_gateways WHERE 1
  ORDER BY priority, id`;
const PREFIXES =
  'SELECT carrier_id AS carrierId, prefix, cost_micros AS costMicros FROM carrier_prefixes WHERE 1 ORDER BY id';
