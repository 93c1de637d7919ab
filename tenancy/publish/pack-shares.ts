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

/** Hands over all trunks and numbers in shares, each as soon as it is read: whoever takes them works beside. */
export function packShares(connection: SqliteConnection, version: number, take: (share: DirectoryShare) => void): void {
  const trunks = packed(TRUNK, "trunks WHERE status <> 'deleted'");
  eachShare<TrunkColumn>(connection, trunks, 'trunk', (columns, policies) =>
    take({ kind: 'trunks', version, columns, policies }),
  );
  const dids = packed(DID, "dids WHERE status <> 'released'");
  eachShare<DidColumn>(connection, dids, 'did', (columns, policies) =>
    take({ kind: 'dids', version, columns, policies }),
  );
}

/** One row of JSON arrays for the next rows behind an id; SQLite writes them without a value crossing into JavaScript. */
function packed(columns: Readonly<Record<string, string>>, from: string): string {
  const names = Object.keys(columns);
  const inner = Object.entries(columns).map(([name, expression]) => `${expression} AS "${name}"`);
  const outer = names.map((name) => `json_group_array("${name}") AS "${name}"`);
  return `SELECT ${outer.join(', ')}, max(id) AS last
    FROM (SELECT ${inner.join(', ')} FROM ${from} AND id > ? ORDER BY id LIMIT ${SHARE_ROWS})`;
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
    .prepare('SELECT owner_id AS id, policy FROM routing_policies WHERE owner = ? AND owner_id > ? AND owner_id <= ?')
    .all([owner, after, last]) as readonly { readonly id: number; readonly policy: string }[];
  return rows.map(({ id, policy }) => [id, parseRoutingPolicy(policy)]);
}
