import { sql } from 'kysely';
import t from 'tap';
import { seedBench } from '../demo/index.ts';
import { Directory } from '../directory/index.ts';
import { SecretBox } from '../secrets/index.ts';
import { deleteTrunk, regenerateCredentials, type Store, updateTrunk } from '../store/index.ts';
import { openTestStore } from '../store/test-store.ts';
import { DirectoryPublisher, unpackShare } from './index.ts';

const TRUNKS = 600;

/** A directory that took everything, and takes steps as a SIP thread does: over a clone, part by part. */
async function world(t: Parameters<typeof openTestStore>[0]) {
  const store = await openTestStore(t);
  await seedBench(store, TRUNKS, {});
  const publisher = new DirectoryPublisher(store, { algorithms: ['MD5'] });
  const directory = new Directory();
  directory.apply(await publisher.fullDelta());
  const step = async () => structuredClone(await publisher.takeStep());
  return { store, directory, publisher, step };
}

async function fresh(store: Store): Promise<Directory> {
  const directory = new Directory();
  directory.apply(await new DirectoryPublisher(store, { algorithms: ['MD5'] }).fullDelta());
  return directory;
}

t.test('a large step comes in small parts and says what a fresh start says', async (t) => {
  const { store, directory, step } = await world(t);
  await store.write(async (tx) => {
    await sql`UPDATE trunks SET max_in = 7`.execute(tx.db);
    await sql`UPDATE dids SET notes = 'x', dest_kind = 'reject', dest_id = NULL WHERE id % 2 = 0`.execute(tx.db);
    await deleteTrunk(tx, 3, null);
    await sql`UPDATE dids SET status = 'released' WHERE id = 4`.execute(tx.db);
    await sql`INSERT INTO routing_policies VALUES ('trunk', 9, '{"calls_per_second": 3}')`.execute(tx.db);
  });
  const taken = await step();
  if (taken === undefined) throw new Error('there is a step');
  const { delta, parts } = taken;
  t.strictSame(
    [delta.trunks, delta.dids],
    [3, 4].map((id) => ({ upserts: [], deletes: [id] })),
  );
  t.ok(parts.length >= 4, `${parts.length} parts`);
  for (const part of parts) {
    const { trunks, dids } = unpackShare(part, store.secrets);
    t.ok(trunks.length + dids.length <= 250);
    directory.stage(part.version, { trunks, dids });
    t.equal(directory.findTrunk(1)?.maxIn, null, 'nobody sees a part');
  }
  directory.apply(delta);
  const wanted = await fresh(store);
  for (const when of ['shown', 'settled']) {
    t.strictSame(directory.size, wanted.size, when);
    for (const id of [1, 3, 9, TRUNKS]) {
      const [found, want] = [directory.findTrunk(id), wanted.findTrunk(id)];
      t.strictSame([found?.maxIn, found?.ha1, found?.routing], [want?.maxIn, want?.ha1, want?.routing]);
    }
    for (const id of [1, 2, 4]) t.strictSame(directory.findDidById(id), wanted.findDidById(id));
    while (directory.settle(100) !== undefined);
  }
});

t.test('of a trunk in a part its open credentials are kept, unless they are new', async (t) => {
  const { store, directory, step } = await world(t);
  const take = async (secrets = store.secrets) => {
    const taken = await step();
    for (const part of taken?.parts ?? []) directory.stage(part.version, unpackShare(part, secrets, directory));
    if (taken !== undefined) directory.apply(taken.delta);
  };
  const [same, renewed] = [1, 2].map((id) => directory.findTrunk(id)?.ha1);
  await store.write((tx) => regenerateCredentials(tx, 2, {}, null));
  await sql`UPDATE trunks SET max_in = 7, username = username || 'x' WHERE id <> 1`.execute(store.db);
  await sql`UPDATE trunks SET max_in = 7 WHERE id = 1`.execute(store.db);
  await take();
  const first = directory.findTrunk(1);
  t.match(first?.ha1, same ?? {});
  await sql`UPDATE trunks SET max_in = 8`.execute(store.db);
  await take(new SecretBox(Buffer.alloc(32, 9)));
  t.not(directory.findTrunk(1), first);
  t.equal(directory.findTrunk(1)?.maxIn, 8);
  t.strictSame(directory.findTrunk(1)?.ha1, first?.ha1, 'they need not be opened again, by a key that is not theirs');
  const wanted = await fresh(store);
  t.notSame(renewed, wanted.findTrunk(2)?.ha1);
  t.strictSame(directory.findTrunk(2)?.ha1, wanted.findTrunk(2)?.ha1);
  await store.write((tx) => regenerateCredentials(tx, 2, {}, null));
  await sql`UPDATE trunks SET max_in = 9`.execute(store.db);
  await take();
  t.strictSame(directory.findTrunk(2)?.ha1, (await fresh(store)).findTrunk(2)?.ha1);
});

t.test('a small step has no parts, and nothing is no step', async (t) => {
  const { store, step, publisher } = await world(t);
  t.equal(await step(), undefined);
  await store.write((tx) => updateTrunk(tx, 1, { maxIn: 3 }, null));
  t.match(await step(), { parts: [], delta: { trunks: { upserts: [{ id: 1, maxIn: 3 }] } } });
  t.equal(publisher.version, 2);
});

t.test('credentials of a part stay sealed', async (t) => {
  const { store, directory, step } = await world(t);
  await sql`UPDATE trunks SET max_in = 7`.execute(store.db);
  const ha1 = directory.findTrunk(1)?.ha1.MD5 ?? '';
  t.match(ha1, /^[0-9a-f]{32}$/);
  t.notOk(JSON.stringify(await step()).includes(ha1));
});
