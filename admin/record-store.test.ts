import t from 'tap';
import { createRecordStore } from './store/index.ts';
import { openTestWorld, type TestWorld } from './test-world.ts';

async function insertCall(world: TestWorld, uuid: string, accountId: number | null, endedAtMs: number | null) {
  const columns = {
    uuid,
    accountId,
    trunkId: null,
    didId: null,
    carrierId: null,
    direction: 'in',
    startedAtMs: 1,
    answeredAtMs: null,
    endedAtMs,
    result: endedAtMs === null ? null : 'ok',
    reason: endedAtMs === null ? null : 'answered',
    status: 200,
  };
  const record = JSON.stringify({ ...columns, from: '+1', to: '+2' });
  const row = { ...columns, fromNumber: '+1', toNumber: '+2', record };
  await world.store.db.insertInto('calls').values(row).execute();
}

async function insertFailure(world: TestWorld, accountId: number | null, username: string) {
  const columns = { accountId, trunkId: null, atMs: 1, realm: 'r', username, sourceAddress: '192.0.2.1' };
  const row = { ...columns, reason: 'unknown_user', record: JSON.stringify(columns) };
  await world.store.db.insertInto('registerFailures').values(row).execute();
}

const SLICE = { afterId: 0, offset: 0, limit: 10 } as const;
const NEWEST_FIRST = { column: 'id', isDescending: true };

t.test('calls are listed by account, by filter and in either order', async (t) => {
  const world = await openTestWorld(t);
  const records = createRecordStore(world.store);
  const { msp, bistro } = world.accounts;
  await insertCall(world, 'a', msp, 5);
  await insertCall(world, 'b', bistro, 5);
  await insertCall(world, 'c', msp, null);
  await insertCall(world, 'd', null, 5);
  const uuids = async (...args: Parameters<typeof records.listCalls>) =>
    (await records.listCalls(...args)).rows.map((call) => call.uuid);
  t.same(await uuids(new Set([msp]), SLICE, {}), ['a', 'c']);
  t.same(await uuids(null, SLICE, {}), ['a', 'b', 'c', 'd'], 'the operator sees calls of nobody too');
  t.same(await uuids(null, { ...SLICE, sort: NEWEST_FIRST }, { live: false }), ['d', 'b', 'a']);
  t.same(await uuids(null, SLICE, { live: true }), ['c']);
  t.same(await uuids(null, { ...SLICE, afterId: 2 }, {}), ['c', 'd']);
  t.same(await uuids(null, { ...SLICE, sort: { ...NEWEST_FIRST, after: 3 }, afterId: 3 }, {}), ['b', 'a']);
  t.equal((await records.listCalls(new Set([msp]), { ...SLICE, limit: 1 }, {})).total, 2);
  t.equal((await records.findCall('b'))?.id, 2);
  t.equal((await records.findCall('2'))?.uuid, 'b');
});

t.test('failed REGISTERs come newest first and only of accounts that may be seen', async (t) => {
  const world = await openTestWorld(t);
  const records = createRecordStore(world.store);
  await insertFailure(world, world.accounts.msp, 'one');
  await insertFailure(world, null, 'scanner');
  await insertFailure(world, world.accounts.msp, 'two');
  const names = async (visible: ReadonlySet<number> | null) =>
    (await records.listRegisterFailures(visible, { ...SLICE, sort: NEWEST_FIRST }, {})).rows.map(
      (failure) => failure.username,
    );
  t.same(await names(new Set([world.accounts.msp])), ['two', 'one']);
  t.same(await names(null), ['two', 'scanner', 'one']);
  t.same(await names(new Set([world.accounts.bistro])), []);
});
