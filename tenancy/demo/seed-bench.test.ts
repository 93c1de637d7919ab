import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isValidPhoneNumber } from 'libphonenumber-js';
import t from 'tap';
import { loadConfig } from '../../config/index.ts';
import { Directory } from '../directory/index.ts';
import { DirectoryPublisher } from '../publish/index.ts';
import { makeHa1Set } from '../secrets/index.ts';
import { updateTrunk } from '../store/index.ts';
import { openTestStore } from '../store/test-store.ts';
import { createDemoWorld, seedBench } from './index.ts';

t.test('the files name credentials that work and numbers that ring them; a second run goes on counting', async (t) => {
  const store = await openTestStore(t);
  const folder = dirname(store.file);
  await createDemoWorld(store, loadConfig({ DIDFARM_DATA_DIR: folder }).config);
  const files = { csv: join(folder, 'users.csv'), dids: join(folder, 'dids.csv') };
  t.match(await seedBench(store, 25, files), { trunks: 25, first: 'u000001', last: 'u000025' });
  const directory = new Directory();
  directory.apply(await new DirectoryPublisher(store, { algorithms: ['MD5'] }).fullDelta());
  const users = lines(files.csv);
  t.equal(users.length, 25);
  for (const [user = '', realm = '', password = ''] of users) {
    t.equal(directory.findCredential(user, realm)?.ha1['SHA-256'], makeHa1Set(user, realm, password)['SHA-256']);
  }
  for (const [did = '', user = '', realm = ''] of lines(files.dids)) {
    t.ok(isValidPhoneNumber(did), did);
    t.strictSame(directory.findDid(did)?.destination, {
      kind: 'trunk',
      trunkId: directory.findCredential(user, realm)?.id,
    });
  }
  t.match(
    directory.carriers().find((carrier) => carrier.name === 'bench'),
    { sources: ['127.0.0.2'] },
  );
  t.equal(directory.findCarrierBySource('127.0.0.2')?.name, 'loopback', 'the elder of two carriers with one source');
  t.match(await seedBench(store, 2, {}), { first: 'u000026', last: 'u000027' });
  await t.rejects(seedBench(store, 0, {}), RangeError);
});

t.test('20,000 trunks are seeded in seconds, and a change of one of them is a delta of one', async (t) => {
  const store = await openTestStore(t);
  const start = performance.now();
  await seedBench(store, 20_000, {});
  const seedMs = performance.now() - start;
  t.ok(seedMs < 12_000, `seeding took ${Math.round(seedMs)} ms`);
  const publisher = new DirectoryPublisher(store, { algorithms: ['MD5'] });
  const full = await publisher.fullDelta();
  t.equal(full.trunks.upserts.length, 20_000);
  const id = full.trunks.upserts[12_345]?.id ?? 0;
  await store.write((tx) => updateTrunk(tx, id, { maxIn: 1 }, null));
  const changed = performance.now();
  const delta = await publisher.takeDelta();
  t.strictSame(
    delta?.trunks.upserts.map((trunk) => trunk.id),
    [id],
  );
  t.ok(performance.now() - changed < 100, 'a delta does not read the other trunks');
  t.comment(`seed ${Math.round(seedMs)} ms, delta ${(performance.now() - changed).toFixed(1)} ms`);
});

function lines(file: string): readonly (readonly string[])[] {
  return readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','));
}
