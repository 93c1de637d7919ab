import { sql } from 'kysely';
import t from 'tap';
import { Directory } from '../directory/index.ts';
import {
  createAccount,
  createCarrier,
  createDid,
  createDomain,
  createGroup,
  createTrunk,
  deleteDomain,
  deleteTrunk,
  regenerateCredentials,
  releaseDid,
  type Store,
  updateAccount,
  updateCarrier,
  updateTrunk,
} from '../store/index.ts';
import { openTestStore } from '../store/test-store.ts';
import { DirectoryPublisher } from './index.ts';

async function world(t: Parameters<typeof openTestStore>[0]) {
  const store = await openTestStore(t);
  const made = await store.write(async (tx) => {
    const account = await createAccount(tx, { name: 'MSP', isReseller: true, maxIn: 5 });
    const { trunk } = await createTrunk(tx, { accountId: account.id, name: 'Acme', maxIn: 2 });
    const did = await createDid(tx, {
      accountId: account.id,
      number: '+31201234567',
      destination: { kind: 'trunk', trunkId: trunk.id },
    });
    const carrier = await createCarrier(tx, {
      name: 'up',
      sources: ['192.0.2.1'],
      gateways: [{ host: '192.0.2.1', port: 5060, transport: 'udp', priority: 1, weight: 1 }],
    });
    return { account, trunk, did, carrier };
  });
  const publisher = new DirectoryPublisher(store, { algorithms: ['MD5', 'SHA-256'] });
  const directory = new Directory();
  directory.apply(await publisher.fullDelta());
  const sync = async () => {
    const delta = await publisher.takeDelta();
    if (delta !== undefined) directory.apply(delta);
    return delta;
  };
  return { store, publisher, directory, sync, ...made };
}

/** What a thread that starts now would know. */
async function fresh(store: Store): Promise<Directory> {
  const directory = new Directory();
  directory.apply(await new DirectoryPublisher(store, { algorithms: ['MD5', 'SHA-256'] }).fullDelta());
  return directory;
}

t.test('the full delta holds the world, with usable credentials', async (t) => {
  const { directory, trunk, did, account } = await world(t);
  const found = directory.findCredential(trunk.username, 'sip.didfarm.com');
  t.match(found, { id: trunk.id, accountId: account.id, maxIn: 2, previousHa1: null });
  t.match(found?.ha1.MD5, /^[0-9a-f]{32}$/);
  t.match(found?.ha1['SHA-512-256'], /^[0-9a-f]{64}$/);
  t.match(directory.findDid('+31201234567'), { id: did.id, destination: { kind: 'trunk', trunkId: trunk.id } });
  t.equal(directory.findCarrierBySource('192.0.2.1')?.name, 'up');
  t.strictSame(directory.findRealm('sip.didfarm.com'), {
    realm: 'sip.didfarm.com',
    accountId: null,
    algorithms: ['MD5', 'SHA-256'],
  });
  t.equal(directory.version, 1);
});

t.test('a delta holds the changed rows alone, and nothing when nothing changed', async (t) => {
  const { store, sync, directory, trunk, account, publisher } = await world(t);
  t.equal(await sync(), undefined);
  await store.write((tx) => updateTrunk(tx, trunk.id, { maxIn: 7 }, null));
  const delta = await sync();
  t.match(delta, { version: 2, reset: false, trunks: { upserts: [{ id: trunk.id, maxIn: 7 }], deletes: [] } });
  t.strictSame([delta?.accounts, delta?.dids, delta?.carriers], Array(3).fill({ upserts: [], deletes: [] }));
  t.equal(await publisher.hasChanges(), false);
  await store.write((tx) => updateTrunk(tx, trunk.id, { notes: 'no business of SIP' }, null));
  t.equal(await sync(), undefined);
  await store.write((tx) => updateAccount(tx, account.id, { status: 'suspended' }, null));
  await sync();
  t.notOk(directory.isActive(account.id));
  t.equal(directory.version, 3);
});

t.test('a trunk created, regenerated and deleted is known, changed and gone at once', async (t) => {
  const { store, sync, directory, account, did, trunk } = await world(t);
  const made = await store.write((tx) => createTrunk(tx, { accountId: account.id, name: 'New' }));
  await sync();
  const before = directory.findCredential(made.trunk.username, 'sip.didfarm.com');
  t.ok(before);
  await store.write((tx) => regenerateCredentials(tx, made.trunk.id, { overlapSec: 60 }, null));
  await sync();
  const after = directory.findTrunk(made.trunk.id);
  t.not(after?.ha1.MD5, before?.ha1.MD5);
  t.equal(after?.previousHa1?.ha1.MD5, before?.ha1.MD5);
  t.equal(after?.previousHa1?.untilMs, store.clock.nowMs() + 60_000);
  await store.write((tx) => deleteTrunk(tx, trunk.uuid, null));
  const delta = await sync();
  t.strictSame(delta?.trunks, { upserts: [], deletes: [trunk.id] });
  t.equal(directory.findCredential(trunk.username, 'sip.didfarm.com'), undefined);
  t.equal(directory.findDid(did.number)?.destination, null, 'its number is unassigned in the same step');
});

t.test('a write that is rolled back is never published', async (t) => {
  const { store, sync, trunk } = await world(t);
  await t.rejects(
    store.write(async (tx) => {
      await updateTrunk(tx, trunk.id, { maxIn: 99 }, null);
      throw new Error('no');
    }),
    { message: 'no' },
  );
  t.equal(await sync(), undefined);
});

t.test('an edit by hand in SQL is published like any other', async (t) => {
  const { store, sync, directory, publisher, did } = await world(t);
  await sql`UPDATE dids SET dest_kind = 'reject', dest_id = NULL WHERE id = ${did.id}`.execute(store.db);
  t.equal(await publisher.hasChanges(), true);
  await sync();
  t.strictSame(directory.findDid(did.number)?.destination, { kind: 'reject' });
  await sql`DELETE FROM dids WHERE id = ${did.id}`.execute(store.db);
  await sync();
  t.equal(directory.findDid(did.number), undefined);
});

t.test('domains, groups, carriers and releases travel in deltas; the result equals a fresh start', async (t) => {
  const { store, sync, directory, account, trunk, carrier } = await world(t);
  await store.write(async (tx) => {
    await createDomain(tx, { accountId: account.id, domain: 'Acme.Example', algorithms: ['SHA-256'] });
    await createDomain(tx, { accountId: account.id, domain: 'short.example' });
    const group = await createGroup(tx, {
      accountId: account.id,
      name: 'both',
      members: [{ trunkId: trunk.id, priority: 1, weight: 1 }],
    });
    await createDid(tx, {
      accountId: account.id,
      number: '+4930100',
      blockSize: 100,
      destination: { kind: 'trunk_group', groupId: group.id },
    });
    await updateCarrier(tx, carrier.id, { sources: ['198.51.100.0/24'], enabled: true });
  });
  await sync();
  t.strictSame(directory.findRealm('acme.example')?.algorithms, ['SHA-256']);
  const block = directory.findDid('+4930142');
  t.match(block, { blockSize: 100, destination: { kind: 'trunk_group' } });
  t.equal(directory.findCarrierBySource('192.0.2.1'), undefined);
  t.equal(directory.findCarrierBySource('198.51.100.9')?.id, carrier.id);
  await store.write(async (tx) => {
    await deleteDomain(tx, 'short.example', null);
    await releaseDid(tx, '+4930100', null);
  });
  await sync();
  t.equal(directory.findRealm('short.example'), undefined);
  t.equal(directory.findDid('+4930142'), undefined);
  const started = await fresh(store);
  t.strictSame(directory.size, started.size);
  t.strictSame(directory.findGroup(1), started.findGroup(1));
  t.strictSame(directory.carriers(), started.carriers());
});

t.test('a thread that starts late gets a copy on which the next delta fits', async (t) => {
  const { store, publisher, sync, trunk, directory } = await world(t);
  await store.write((tx) => updateTrunk(tx, trunk.id, { maxIn: 3 }, null));
  const late = new Directory();
  late.apply(await publisher.fullDelta());
  t.equal(late.version, directory.version);
  t.equal(late.findTrunk(trunk.id)?.maxIn, 3);
  const delta = await sync();
  if (delta !== undefined) late.apply(delta);
  t.strictSame(late.findTrunk(trunk.id), directory.findTrunk(trunk.id));
});

t.test('two callers that take at the same moment get each change once and in order', async (t) => {
  const { store, publisher, trunk } = await world(t);
  const versions = await Promise.all(
    [1, 2, 3, 4].map(async (maxIn) => {
      await store.write((tx) => updateTrunk(tx, trunk.id, { maxIn }, null));
      return (await publisher.takeDelta())?.version;
    }),
  );
  const taken = versions.filter((version) => version !== undefined);
  t.strictSame(
    taken,
    taken.map((_, i) => i + 2),
  );
  t.equal(publisher.version, taken.length + 1);
  t.equal((await fresh(store)).findTrunk(trunk.id)?.maxIn, 4);
});
