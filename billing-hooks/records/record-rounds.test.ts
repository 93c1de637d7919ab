import type { ServerResponse } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import t from 'tap';
import type { CallRecord } from '../../bus/index.ts';
import { createAccount, createRecordStream, type Store, saveCalls } from '../../tenancy/index.ts';
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
    new RecordStreamer({
      store: watched,
      guard: new AddressGuard(['127.0.0.0/8']),
      folder,
      timeoutMs: 60_000,
      onFault,
    });
  const add = (url: string, owner = accountId) =>
    store.write((context) => createRecordStream(context, { accountId: owner, url }));
  const end = (uuid: string, owner = accountId) => {
    const record: CallRecord = {
      ...{ uuid, accountId: owner, trunkId: 1, didId: null, carrierId: null, direction: 'in', from: '+31687654321' },
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

t.test('who has nothing to take costs nothing, and is behind nobody all the same', async (t) => {
  const { store, clock, streamer, add, end, queued } = await open(t);
  const { url, received } = await receive(t);
  const other = await store.write((context) => createAccount(context, { name: 'Other' }));
  for (let i = 0; i < 20; i += 1) await add(url, other.id);
  await add(url);
  let [reads, opened] = [0, 0];
  const secrets = new Proxy(store.secrets, {
    get(box, key) {
      if (key === 'open') opened += 1;
      const value = box[key as keyof typeof box] as unknown;
      return typeof value === 'function' ? value.bind(box) : value;
    },
  });
  const read: Store['read'] = (work) => {
    reads += 1;
    return store.read(work);
  };
  const sending = streamer({ ...store, secrets, read });
  await sending.round();
  t.same([reads, opened], [1, 0], 'whether there is anything is one look');
  await end('a');
  await end('b', other.id + 1000);
  await sending.settle();
  t.same(
    received.flatMap(({ body }) => uuidsOf(body)),
    ['a'],
  );
  t.ok(reads <= 5, `${reads} looks`);
  t.equal(opened, 1, 'only what signs is opened');
  clock.advance(2 * MINUTE_MS);
  await sending.round();
  t.equal(await queued(), 0, 'those who were passed by hold nothing back');
});

t.test('a stream counts its own records: nobody learns how many calls others have', async (t) => {
  const { store, streamer, add, end } = await open(t);
  const { url, received } = await receive(t);
  const other = await store.write((context) => createAccount(context, { name: 'Other' }));
  await add(url, other.id);
  await end('x', other.id);
  await end('y', other.id);
  await add(url);
  await streamer().settle();
  received.length = 0;
  for (const uuid of ['a', 'b']) await end(uuid);
  const sending = streamer();
  await sending.settle();
  await end('z', other.id);
  await end('c');
  await sending.settle();
  const own = received.filter(({ body }) => !uuidsOf(body).includes('z'));
  t.same(
    own.flatMap(({ body }) =>
      body
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).seq),
    ),
    [1, 2, 3],
  );
  t.match(own[0]?.headers, { 'x-didfarm-records': '1-2' });
});

t.test('an account has no more streams than can be looked after', async (t) => {
  const { store, add } = await open(t);
  for (let i = 0; i < 20; i += 1) await add(`http://127.0.0.1:9/${i}`);
  await t.rejects(add('http://127.0.0.1:9/one-more'), { code: 'validation_failed', field: 'url' });
  const other = await store.write((context) => createAccount(context, { name: 'Other' }));
  await add('http://127.0.0.1:9/other', other.id);
});
