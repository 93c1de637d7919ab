import { sql } from 'kysely';
import t from 'tap';
import { seedBench } from '../demo/index.ts';
import { Directory } from '../directory/index.ts';
import { deleteTrunk, type Store, updateTrunk } from '../store/index.ts';
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
