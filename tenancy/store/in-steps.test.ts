import t from 'tap';
import { inSteps } from './in-steps.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import { openTestStore } from './test-store.ts';

const valuesOf = (connection: SqliteConnection) =>
  (connection.prepare("SELECT key FROM settings WHERE key LIKE 'step%' ORDER BY key").all([]) as { key: string }[]).map(
    ({ key }) => key,
  );
const put = (connection: SqliteConnection, key: string) =>
  connection.prepare("INSERT INTO settings (key, value) VALUES (?, '')").run([key]);

/** Steps that each work for longer than may be worked without a rest. */
function* longSteps(connection: SqliteConnection, count: number) {
  for (let at = 0; at < count; at += 1) {
    put(connection, `step ${at}`);
    const endsMs = performance.now() + 2;
    while (performance.now() < endsMs);
    yield;
  }
}

t.test('a write in steps lets others have their turn in between, but no other write', async (t) => {
  const store = await openTestStore(t);
  const turns: string[] = [];
  const written = store
    .bulkInSteps(function* (connection) {
      yield* longSteps(connection, 3);
      turns.push('written');
    })
    .then(() => turns.push('stored'));
  const other = store.bulk((connection) => {
    t.strictSame(valuesOf(connection), ['step 0', 'step 1', 'step 2']);
    turns.push('other write');
  });
  setTimeout(() => turns.push('timer'), 0);
  t.strictSame(await store.read(valuesOf), [], 'who reads waits for nothing, and sees nothing of it');
  turns.push('read');
  await Promise.all([written, other]);
  t.ok(turns.indexOf('timer') < turns.indexOf('written'), 'a timer has its turn');
  t.ok(turns.indexOf('read') < turns.indexOf('written'), 'so has who reads');
  t.ok(turns.indexOf('written') < turns.indexOf('other write'), 'a write has to wait');
});

t.test('a write whose last step fails leaves nothing, and the next one works', async (t) => {
  const store = await openTestStore(t);
  const failing = store.bulkInSteps(function* (connection) {
    yield* longSteps(connection, 2);
    throw new RangeError('full');
  });
  await t.rejects(failing, { message: 'full' });
  t.strictSame(await store.read(valuesOf), []);
  await store.bulkInSteps((connection) => longSteps(connection, 1));
  t.strictSame(await store.read(valuesOf), ['step 0']);
});

t.test('whoever has more than can be stored with rests gets none after a tenth of a second', async (t) => {
  let nowMs = 0;
  let [rests, turns] = [0, 0];
  const pace = {
    nowMs: () => nowMs,
    rest: async (ms: number) => {
      nowMs += ms;
      rests += 1;
    },
    turn: async () => {
      turns += 1;
    },
  };
  const work = function* (count: number) {
    for (let at = 0; at < count; at += 1) {
      nowMs += 1;
      yield;
    }
  };
  await inSteps(work(49), pace);
  t.strictSame([rests, turns, nowMs], [49, 0, 98]);
  await inSteps(work(1000), pace);
  t.strictSame([rests, turns, nowMs], [99, 950, 98 + 1050]);
});
