import { sql } from 'kysely';
import t from 'tap';
import type { DirectoryDelta, DirectoryShare } from '../../bus/index.ts';
import { Directory } from '../directory/index.ts';
import { SecretBox } from '../secrets/index.ts';
import {
  createAccount,
  createDid,
  createTrunk,
  deleteTrunk,
  regenerateCredentials,
  type Store,
} from '../store/index.ts';
import { openTestStore } from '../store/test-store.ts';
import { DirectoryPublisher, unpackShare } from './index.ts';

async function shareAll(publisher: DirectoryPublisher) {
  const deltas: DirectoryDelta[] = [];
  const shares: DirectoryShare[] = [];
  // As between threads: nothing but what can be cloned arrives.
  await publisher.shareAll({
    delta: (delta) => deltas.push(structuredClone(delta)),
    share: (share) => shares.push(structuredClone(share)),
  });
  return { deltas, shares };
}

async function loadShared(store: Store, publisher: DirectoryPublisher): Promise<Directory> {
  const { deltas, shares } = await shareAll(publisher);
  const directory = new Directory();
  for (const delta of deltas) directory.apply(delta);
  for (const share of shares) directory.extend(share.version, unpackShare(share, store.secrets));
  return directory;
}

async function world(t: Parameters<typeof openTestStore>[0]) {
  const store = await openTestStore(t);
  const trunks = await store.write(async (tx) => {
    const account = await createAccount(tx, { name: 'Acme' });
    const make = async (name: string, more: object = {}) =>
      (await createTrunk(tx, { accountId: account.id, name, ...more })).trunk;
    const plain = await make('quote " and \\ and é');
    const ip = await make('by address', {
      authType: 'ip',
      sources: ['192.0.2.0/24', '2001:db8::1'],
      ipTarget: '192.0.2.9',
    });
    const rotated = await make('rotated', { maxIn: 0, maxOut: -1, country: 'NL' });
    const gone = await make('gone');
    await deleteTrunk(tx, gone.id, null);
    await regenerateCredentials(tx, rotated.id, { overlapSec: 600 }, null);
    await createDid(tx, {
      accountId: account.id,
      number: '+31201234567',
      destination: { kind: 'trunk', trunkId: plain.id },
    });
    await createDid(tx, { accountId: account.id, number: '+49301000', blockSize: 100 });
    await createDid(tx, {
      accountId: account.id,
      number: '+4930555',
      destination: { kind: 'uri', uri: 'sip:"a,b"@x' },
    });
    return [plain, ip, rotated];
  });
  await sql`INSERT INTO routing_policies VALUES ('trunk', ${trunks[0]?.id}, '{"calls_per_second": 3}')`.execute(
    store.db,
  );
  return { store, publisher: new DirectoryPublisher(store, { algorithms: ['MD5'] }), trunks };
}

t.test('a directory that came in shares says what the full delta says', async (t) => {
  const { store, publisher } = await world(t);
  const shared = await loadShared(store, publisher);
  const whole = new Directory();
  whole.apply(await publisher.fullDelta());
  t.strictSame(shared.size, whole.size);
  t.equal(shared.version, whole.version);
  for (const trunk of whole.trunks()) {
    const found = shared.findTrunk(trunk.id);
    for (const [key, value] of Object.entries(trunk)) {
      t.strictSame(found?.[key as keyof typeof trunk], value, `${trunk.name}: ${key}`);
    }
    t.equal(shared.findCredential(trunk.username, trunk.realm), found);
  }
  t.equal(shared.findIpTrunks('192.0.2.77')[0]?.name, 'by address');
  for (const number of ['+31201234567', '+4930100042', '+4930555']) {
    t.strictSame(shared.findDid(number), whole.findDid(number), number);
  }
});

t.test('credentials cross between threads sealed, and open for their own trunk alone', async (t) => {
  const { store, publisher, trunks } = await world(t);
  const { shares } = await shareAll(publisher);
  const whole = new Directory();
  whole.apply(await publisher.fullDelta());
  const ha1 = whole.findTrunk(trunks[0]?.id ?? 0)?.ha1.MD5 ?? '';
  t.match(ha1, /^[0-9a-f]{32}$/);
  t.notOk(JSON.stringify(shares).includes(ha1));
  const [share] = shares;
  if (share?.kind !== 'trunks') throw new Error('trunks come first');
  const stranger = unpackShare(share, new SecretBox(Buffer.alloc(32, 7)));
  t.throws(() => stranger.trunks[0]?.ha1);
  const uuids = JSON.stringify((JSON.parse(share.columns.uuid) as string[]).toReversed());
  const mixed = unpackShare({ ...share, columns: { ...share.columns, uuid: uuids } }, store.secrets);
  t.throws(() => mixed.trunks[0]?.ha1);
});

t.test('the deltas behind the shares fit on them, and a share of another version does not', async (t) => {
  const { store, publisher, trunks } = await world(t);
  const directory = await loadShared(store, publisher);
  await store.write((tx) => deleteTrunk(tx, trunks[1]?.id ?? 0, null));
  const delta = await publisher.takeDelta();
  if (delta === undefined) throw new Error('nothing to take');
  directory.apply(delta);
  t.equal(directory.findTrunk(trunks[1]?.id ?? 0), undefined);
  t.throws(() => directory.extend(delta.version - 1, { trunks: [], dids: [] }), { code: 'directory_gap' });
});
