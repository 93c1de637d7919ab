import type { ServerResponse } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import t from 'tap';
import type { CallRecord } from '../../bus/index.ts';
import { createRecordStream, type Store, saveCalls } from '../../tenancy/index.ts';
import { openTestShop } from '../test-store.ts';
import { AddressGuard } from '../webhooks/address-guard.ts';
import { receive } from '../webhooks/test-webhooks.ts';
import { RecordStreamer } from './record-streamer.ts';

const MINUTE_MS = 60_000;

async function open(t: Parameters<typeof openTestShop>[0]) {
  const shop = await openTestShop(t, 0);
  const { store, clock, accountId } = shop;
  const folder = t.testdir();
  const onFault = (error: unknown) => {
    throw error;
  };
  const streamer = (watched: Store = store) =>
    new RecordStreamer({ store: watched, guard: new AddressGuard(['127.0.0.0/8']), folder, onFault });
  const add = (url: string) => store.write((context) => createRecordStream(context, { accountId, url }));
  const end = (uuid: string) => {
    const record: CallRecord = {
      ...{ uuid, accountId, trunkId: 1, didId: null, carrierId: null, direction: 'in', from: '+31687654321' },
      ...{ to: '+31201234567', startedAtMs: clock.nowMs(), answeredAtMs: null, endedAtMs: clock.nowMs(), result: 'ok' },
      ...{ reason: 'answered', status: 200, sentence: '', aLeg: { callId: uuid, remote: '', contact: '' }, bLeg: null },
      ...{ attempts: [], hungUpBy: null, trace: [] },
    };
    return saveCalls(store, [record]);
  };
  const queued = async () => (await store.db.selectFrom('recordQueue').select('seq').execute()).length;
  return { ...shop, streamer, add, end, queued };
}

const uuidsOf = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).call_uuid);

t.test('what every stream has is forgotten also while calls end all the time, as many as there are', async (t) => {
  const { store, clock, streamer, add, end, queued } = await open(t);
  const held = Promise.withResolvers<ServerResponse>();
  const { url } = await receive(t, (response, { body }) =>
    uuidsOf(body).includes('b') ? held.resolve(response) : response.end(),
  );
  await add(url);
  const sending = streamer();
  await end('a');
  await sending.settle();
  await end('b');
  clock.advance(2 * MINUTE_MS);
  t.equal(await sending.round(), 1, 'there is always something to send');
  t.equal(await queued(), 1, 'and yet what was taken is gone');
  (await held.promise).end();
  await sending.settle();
  const many = 'WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5001) SELECT -i, 0 FROM n';
  await store.bulk((connection) => connection.exec(`INSERT INTO record_queue (call_id, at_ms) ${many}`));
  clock.advance(2 * MINUTE_MS);
  await sending.round();
  await sending.round();
  t.ok((await queued()) <= 1, 'without waiting for the next minute');
});

t.test('a stream that has taken its batch while another is looked up gets no record twice', async (t) => {
  const { store, add, end, streamer } = await open(t);
  const held = Promise.withResolvers<ServerResponse>();
  const quick = await receive(t);
  const slow = await receive(t, (response, { body }) =>
    uuidsOf(body).length === 1 && uuidsOf(body)[0] === 'x' ? held.resolve(response) : response.end(),
  );
  for (const { url } of [quick, slow]) await add(url);
  const saved = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let writes = 0;
  let whileReading: (() => Promise<unknown>) | undefined;
  const watched: Store = {
    ...store,
    async read(work) {
      const before = whileReading;
      whileReading = undefined;
      await before?.();
      return store.read(work);
    },
    async bulk(work) {
      const result = await store.bulk(work);
      saved[writes]?.resolve();
      writes += 1;
      return result;
    },
  };
  const sending = streamer(watched);
  await end('x');
  await sending.round();
  await saved[0]?.promise;
  const first = await held.promise;
  await end('y');
  whileReading = async () => {
    first.end();
    await saved[1]?.promise;
    await setImmediate();
  };
  await sending.round();
  await sending.settle();
  t.same(
    slow.received.map(({ body }) => uuidsOf(body)),
    [['x'], ['y']],
  );
});
