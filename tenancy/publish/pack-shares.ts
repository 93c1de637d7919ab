import type { Columns, DidColumn, DirectoryShare, Policies, TrunkColumn } from '../../bus/index.ts';
import { parseRoutingPolicy } from '../policies/index.ts';
import type { SqliteConnection } from '../store/index.ts';

/** Rows of one share: enough to make the cost of a message small, few enough for both threads to work at once. */
const SHARE_ROWS = 5000;

/** Every column that the directory holds of a trunk, by the expression that reads it. */
const TRUNK: Readonly<Record<TrunkColumn, string>> = {
  id: 'id',
  uuid: 'uuid',
  accountId: 'account_id',
  name: 'name',
  kind: 'kind',
  authType: 'auth_type',
  realm: 'realm',
  username: 'username',
  ha1Sealed: 'hex(ha1_sealed)',
  previousHa1Sealed: 'hex(previous_ha1_sealed)',
  previousHa1UntilMs: 'previous_ha1_until_ms',
  status: 'status',
  maxIn: 'max_in',
  maxOut: 'max_out',
  maxDialer: 'max_dialer',
  maxContacts: 'max_contacts',
  contactPolicy: 'contact_policy',
  ruriMode: 'ruri_mode',
  profile: 'profile',
  allowNoQop: 'allow_no_qop',
  sources: 'sources',
  ipTarget: 'ip_target',
  country: 'country',
};

const DID: Readonly<Record<DidColumn, string>> = {
  id: 'id',
  uuid: 'uuid',
  accountId: 'account_id',
  number: 'number',
  blockSize: 'block_size',
  status: 'status',
  destKind: 'dest_kind',
  destId: 'dest_id',
  destUri: 'dest_uri',
  smsEnabled: 'sms_enabled',
};

const TRUNKS = "trunks WHERE status <> 'deleted'";
const DIDS = "dids WHERE status <> 'released'";
const POLICIES = 'SELECT owner_id AS id, policy FROM routing_policies WHERE owner = ?';

/** Hands over all trunks and numbers in shares, each as soon as it is read: whoever takes them works beside. */
export function packShares(connection: SqliteConnection, version: number, take: (share: DirectoryShare) => void): void {
  const trunks = packed(TRUNK, `${TRUNKS} AND id > ?`, SHARE_ROWS);
  eachShare<TrunkColumn>(connection, trunks, 'trunk', (columns, policies) =>
    take({ kind: 'trunks', version, columns, policies }),
  );
  const dids = packed(DID, `${DIDS} AND id > ?`, SHARE_ROWS);
  eachShare<DidColumn>(connection, dids, 'did', (columns, policies) =>
    take({ kind: 'dids', version, columns, policies }),
  );
}

/** Rows of a part of a step: what the thread that serves SIP takes in between two requests. */
const STAGE_ROWS = 250;

/** Hands over those trunks and numbers in small parts; ids of rows that are gone are skipped. */
export function packRows(
  connection: SqliteConnection,
  version: number,
  ids: { readonly trunks: readonly number[]; readonly dids: readonly number[] },
  take: (share: DirectoryShare) => void,
): void {
  eachPart<TrunkColumn>(connection, TRUNK, TRUNKS, 'trunk', ids.trunks, (columns, policies) =>
    take({ kind: 'trunks', version, columns, policies }),
  );
  eachPart<DidColumn>(connection, DID, DIDS, 'did', ids.dids, (columns, policies) =>
    take({ kind: 'dids', version, columns, policies }),
  );
}

function eachPart<Name extends string>(
  connection: SqliteConnection,
  columns: Readonly<Record<Name, string>>,
  from: string,
  owner: 'trunk' | 'did',
  ids: readonly number[],
  take: (columns: Columns<Name>, policies: Policies) => void,
): void {
  const statement = connection.prepare(packed(columns, `${from} AND id IN (SELECT value FROM json_each(?))`));
  for (let at = 0; at < ids.length; at += STAGE_ROWS) {
    const some = JSON.stringify(ids.slice(at, at + STAGE_ROWS));
    const { last, ...rows } = statement.all([some])[0] as Columns<Name> & { readonly last: number | null };
    if (last === null) continue;
    const policies = connection
      .prepare(`${POLICIES} AND owner_id IN (SELECT value FROM json_each(?))`)
      .all([owner, some]) as readonly StoredPolicyRow[];
    take(rows as unknown as Columns<Name>, policies.map(toPolicy));
  }
}

/** One row of JSON arrays for many; SQLite writes them without a value crossing into JavaScript. */
function packed(columns: Readonly<Record<string, string>>, from: string, limit?: number): string {
  const names = Object.keys(columns);
  const inner = Object.entries(columns).map(([name, expression]) => `${expression} AS "${name}"`);
  const outer = names.map((name) => `json_group_array("${name}") AS "${name}"`);
  return `SELECT ${outer.join(', ')}, max(id) AS last
    FROM (SELECT ${inner.join(', ')} FROM ${from} ORDER BY id${limit === undefined ? '' : ` LIMIT ${limit}`})`;
}

function eachShare<Name extends string>(
  connection: SqliteConnection,
  sql: string,
  owner: 'trunk' | 'did',
  take: (columns: Columns<Name>, policies: Policies) => void,
): void {
  const statement = connection.prepare(sql);
  for (let after = 0; ; ) {
    const { last, ...columns } = statement.all([after])[0] as Columns<Name> & { readonly last: number | null };
    if (last === null) return;
    take(columns as unknown as Columns<Name>, policiesOf(connection, owner, after, last));
    after = last;
  }
}

function policiesOf(connection: SqliteConnection, owner: 'trunk' | 'did', after: number, last: number): Policies {
  const rows = connection
    .prepare(`${POLICIES} AND owner_id > ? AND owner_id <= ?`)
    .all([owner, after, last]) as readonly StoredPolicyRow[];
  return rows.map(toPolicy);
}

interface StoredPolicyRow {
  readonly id: number;
  readonly policy: string;
}

function toPolicy({ id, policy }: StoredPolicyRow): Policies[number] {
  return [id, parseRoutingPolicy(policy)];
}
