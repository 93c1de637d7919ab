import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isValidPhoneNumber } from 'libphonenumber-js';
import t from 'tap';
import { loadConfig } from '../../config/index.ts';
import { Directory } from '../directory/index.ts';
import { DirectoryPublisher } from '../publish/index.ts';
import { makeHa1Set, makePassword } from '../secrets/index.ts';
import { newUuid, type Store, sealHa1, updateTrunk } from '../store/index.ts';
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

t.test('a trunk seeded late costs what an early one costs, and a change of one is a delta of one', async (t) => {
  const store = await openTestStore(t);
  const earlyMs = (await cpuMs(() => seedBench(store, 2000, {}))) / 2000;
  await seedBench(store, 10_000, {});
  const sealMs = (await cpuMs(async () => sealMany(store, 2000))) / 2000;
  // The lesser of two: garbage of the others may be collected meanwhile.
  const late = [await cpuMs(() => seedBench(store, 1000, {})), await cpuMs(() => seedBench(store, 1000, {}))];
  const lateMs = Math.min(...late) / 1000;
  t.ok(lateMs < earlyMs * 3, `${lateMs.toFixed(3)} ms of CPU against ${earlyMs.toFixed(3)}; a scan would be far more`);
  // 100,000 of them in well under a minute: a machine has its own minute, so it is told in passwords that are sealed.
  t.ok(lateMs < sealMs * 12, `${lateMs.toFixed(3)} ms of CPU a trunk, ${sealMs.toFixed(3)} of it for the password`);
  const publisher = new DirectoryPublisher(store, { algorithms: ['MD5'] });
  const full = await publisher.fullDelta();
  t.equal(full.trunks.upserts.length, 14_000);
  const id = full.trunks.upserts[12_345]?.id ?? 0;
  await store.write((tx) => updateTrunk(tx, id, { maxIn: 1 }, null));
  const deltaMs = await cpuMs(async () => {
    const delta = await publisher.takeDelta();
    t.strictSame(
      delta?.trunks.upserts.map((trunk) => trunk.id),
      [id],
    );
  });
  t.ok(deltaMs < 100, `${deltaMs.toFixed(1)} ms of CPU: a delta does not read the other trunks`);
});

/** The password of a trunk is made, hashed and sealed: what each costs at least. */
function sealMany(store: Store, count: number): void {
  for (let number = 0; number < count; number++) {
    const uuid = newUuid('trk');
    sealHa1(store.secrets, makeHa1Set(`u${number}`, store.platformRealm, makePassword()), uuid);
  }
}

/** CPU rather than wall time, so that a busy machine does not fail the test. */
async function cpuMs(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function lines(file: string): readonly (readonly string[])[] {
  return readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','));
}
