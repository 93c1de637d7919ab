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

/** Work whose steps take `stepMs` each, and what it came to. */
async function paced(count: number, stepMs: number) {
  let nowMs = 0;
  const log: string[] = [];
  const pace = {
    nowMs: () => nowMs,
    rest: async (ms: number) => {
      nowMs += ms;
      log.push('rest');
    },
    turn: async () => {
      log.push('turn');
    },
  };
  const work = function* () {
    for (let at = 0; at < count; at += 1) {
      nowMs += stepMs;
      log.push('step');
      yield;
    }
  };
  await inSteps(work(), pace);
  const countOf = (name: string) => log.filter((one) => one === name).length;
  return { log, rests: countOf('rest'), turns: countOf('turn'), nowMs };
}

t.test('whoever has more than can be stored with rests gets none after a tenth of a second', async (t) => {
  t.match(await paced(49, 1), { rests: 49, turns: 0, nowMs: 98 });
  t.match(await paced(1000, 1), { rests: 50, turns: 950, nowMs: 1050 });
});

t.test('steps go together for a millisecond, and the commit does not follow on them at once', async (t) => {
  t.strictSame((await paced(5, 0.51)).log, ['step', 'step', 'rest', 'step', 'step', 'rest', 'step', 'rest']);
  t.strictSame((await paced(3, 0.09)).log, ['step', 'step', 'step'], 'what is little is done in one go');
});
