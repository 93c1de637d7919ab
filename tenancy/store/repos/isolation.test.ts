import t from 'tap';
import type { Store, StoreContext } from '../open-store.ts';
import { openTestStore } from '../test-store.ts';
import * as repo from './index.ts';

const { EVERYTHING } = repo;

/** A tenant with one of everything. */
async function tenant(context: StoreContext, name: string, digit: number, parentId: number | null) {
  const account = await repo.createAccount(context, { name, parentId, isReseller: true });
  const accountId = account.id;
  const { trunk } = await repo.createTrunk(context, { accountId, name: 'Main' });
  const did = await repo.createDid(context, { accountId, number: `+3120123450${digit}` });
  const group = await repo.createGroup(context, {
    accountId,
    name: 'Group',
    members: [{ trunkId: trunk.id, priority: 1, weight: 1 }],
  });
  const domain = await repo.createDomain(context, { accountId, domain: `tenant${digit}.example` });
  const { row: key } = await repo.createKey(context, { accountId, name: 'key', scopes: ['admin'] });
  await repo.writeAudit(context, {
    accountId,
    actor: 'test',
    action: 'create',
    resource: 'account',
    resourceId: accountId,
    before: null,
    after: null,
  });
  return { account, trunk, did, group, domain, key };
}

async function twoTenants(t: Parameters<typeof openTestStore>[0]) {
  const store = await openTestStore(t);
  return store.write(async (tx) => {
    const mine = await tenant(tx, 'Mine', 1, null);
    const child = await tenant(tx, 'Child', 2, mine.account.id);
    const theirs = await tenant(tx, 'Theirs', 3, null);
    await repo.createKey(tx, { accountId: null, name: 'operator', scopes: ['admin'] });
    return { store, mine, child, theirs, visible: await repo.visibleFrom(tx, mine.account.id) };
  });
}

t.test('every list shows the own subtree and nothing else', async (t) => {
  const { store, mine, child, visible } = await twoTenants(t);
  const own = [mine.account.id, child.account.id];
  const lists: Readonly<
    Record<string, Promise<repo.Found<{ readonly accountId?: number | null; readonly id: number }>>>
  > = {
    trunks: repo.listTrunks(store, {}, EVERYTHING, visible),
    dids: repo.listDids(store, {}, EVERYTHING, visible),
    groups: repo.listGroups(store, {}, EVERYTHING, visible),
    domains: repo.listDomains(store, {}, EVERYTHING, visible),
    keys: repo.listKeys(store, {}, EVERYTHING, visible),
    audit: repo.listAudit(store, {}, EVERYTHING, visible),
  };
  for (const [name, list] of Object.entries(lists)) {
    const { total, rows } = await list;
    t.strictSame(
      rows.map((row) => row.accountId),
      own,
      name,
    );
    t.equal(total, 2, `${name}: the total does not count foreign rows`);
  }
  const accounts = await repo.listAccounts(store, {}, EVERYTHING, visible);
  t.strictSame(
    accounts.rows.map((row) => row.id),
    own,
  );
  t.equal(accounts.total, 2);
});

t.test('a filter that names a foreign account or trunk finds nothing', async (t) => {
  const { store, theirs, visible } = await twoTenants(t);
  const accountId = theirs.account.id;
  t.equal((await repo.listTrunks(store, { accountId }, EVERYTHING, visible)).total, 0);
  t.equal((await repo.listDids(store, { accountId }, EVERYTHING, visible)).total, 0);
  t.equal((await repo.listDids(store, { trunkId: theirs.trunk.id }, EVERYTHING, visible)).total, 0);
  t.equal((await repo.listGroups(store, { accountId }, EVERYTHING, visible)).total, 0);
  t.equal((await repo.listDomains(store, { accountId }, EVERYTHING, visible)).total, 0);
  t.equal((await repo.listKeys(store, { accountId }, EVERYTHING, visible)).total, 0);
  t.equal((await repo.listAudit(store, { accountId }, EVERYTHING, visible)).total, 0);
  t.equal((await repo.listAccounts(store, { search: 'Theirs' }, EVERYTHING, visible)).total, 0);
});

t.test('a foreign row is answered like one that does not exist, by every name and for every verb', async (t) => {
  const { store, mine, theirs, visible } = await twoTenants(t);
  const snapshot = await everything(store);
  type Attempt = (tx: StoreContext, ref: repo.Ref) => Promise<unknown>;
  const verbs: readonly (readonly [string, { readonly id: number; readonly uuid: string }, readonly Attempt[]])[] = [
    [
      'account',
      theirs.account,
      [
        (tx, ref) => repo.getAccount(tx, ref, visible),
        (tx, ref) => repo.updateAccount(tx, ref, { name: 'x' }, visible),
      ],
    ],
    [
      'trunk',
      theirs.trunk,
      [
        (tx, ref) => repo.getTrunk(tx, ref, visible),
        (tx, ref) => repo.updateTrunk(tx, ref, { name: 'x' }, visible),
        (tx, ref) => repo.deleteTrunk(tx, ref, visible),
        (tx, ref) => repo.regenerateCredentials(tx, ref, {}, visible),
      ],
    ],
    [
      'number',
      theirs.did,
      [
        (tx, ref) => repo.getDid(tx, ref, visible),
        (tx, ref) => repo.assignDid(tx, ref, { kind: 'reject' }, visible),
        (tx, ref) => repo.moveDid(tx, ref, mine.account.id, visible),
        (tx, ref) => repo.releaseDid(tx, ref, visible),
      ],
    ],
    [
      'trunk group',
      theirs.group,
      [
        (tx, ref) => repo.getGroup(tx, ref, visible),
        (tx, ref) => repo.updateGroup(tx, ref, { name: 'x' }, visible),
        (tx, ref) => repo.deleteGroup(tx, ref, visible),
      ],
    ],
    [
      'SIP domain',
      theirs.domain,
      [
        (tx, ref) => repo.updateDomain(tx, ref, { algorithms: ['MD5'] }, visible),
        (tx, ref) => repo.deleteDomain(tx, ref, visible),
      ],
    ],
    ['API key', theirs.key, [(tx, ref) => repo.revokeKey(tx, ref, visible)]],
  ];
  for (const [what, row, attempts] of verbs) {
    for (const attempt of attempts) {
      for (const ref of [row.id, row.uuid, row.uuid.slice(0, 14), 999_999]) {
        await t.rejects(
          store.write((tx) => attempt(tx, ref)),
          { code: 'not_found', message: `There is no such ${what}.` },
        );
      }
    }
  }
  t.equal(await repo.findDomain(store, theirs.domain.domain, visible), undefined);
  t.equal(await repo.findDid(store, theirs.did.number, visible), undefined);
  t.strictSame(await everything(store), snapshot, 'and nothing has changed');
});

t.test('nothing of a tenant can be pointed at, or moved to, another', async (t) => {
  const { store, mine, child, theirs, visible } = await twoTenants(t);
  const refused = (
    work: (tx: StoreContext) => Promise<unknown>,
    expected: { readonly code?: string; readonly field?: string },
  ) => t.rejects(store.write(work), { message: /./, ...expected });
  const toTrunk = { kind: 'trunk', trunkId: theirs.trunk.id } as const;
  await refused((tx) => repo.assignDid(tx, mine.did.id, toTrunk, visible), { field: 'dest_id' });
  await refused((tx) => repo.assignDid(tx, mine.did.id, { kind: 'trunk_group', groupId: theirs.group.id }, visible), {
    field: 'dest_id',
  });
  await refused((tx) => repo.updateAccount(tx, mine.account.id, { didDefaultDest: toTrunk }, visible), {
    field: 'did_default_dest_id',
  });
  await refused(
    (tx) =>
      repo.updateGroup(tx, mine.group.id, { members: [{ trunkId: theirs.trunk.id, priority: 1, weight: 1 }] }, visible),
    { field: 'trunk_id' },
  );
  await refused((tx) => repo.moveDid(tx, mine.did.id, theirs.account.id, visible), { code: 'not_found' });
  await refused((tx) => repo.updateAccount(tx, child.account.id, { parentId: theirs.account.id }, visible), {
    code: 'not_found',
  });
  await refused((tx) => repo.updateAccount(tx, child.account.id, { parentId: null }, visible), { code: 'not_found' });
  await refused(
    (tx) => repo.createTrunk(tx, { accountId: mine.account.id, name: 'x', realm: theirs.domain.domain, username: 'x' }),
    { field: 'realm' },
  );
  t.ok(
    await store.write((tx) =>
      repo.createTrunk(tx, { accountId: child.account.id, name: 'x', realm: mine.domain.domain, username: 'x' }),
    ),
    'a child may use the domain of its reseller',
  );
});

async function everything(store: Store): Promise<unknown> {
  const { db } = store;
  return Promise.all(
    (['accounts', 'trunks', 'dids', 'trunkGroups', 'trunkGroupMembers', 'sipDomains', 'apiKeys'] as const).map(
      (table) => db.selectFrom(table).selectAll().execute(),
    ),
  );
}
