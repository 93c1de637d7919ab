import t from 'tap';
import type { Store } from '../store/index.ts';
import { listCalls, saveCalls } from './index.ts';
import { openJournal } from './test-journal.ts';

const ENDED = { answeredAtMs: 5, endedAtMs: 9, result: 'ok', reason: 'answered', status: 200 } as const;
const waiting = (store: Store) => store.db.selectFrom('ratingQueue').select('callUuid').execute();

t.test('a call whose trunk is another by its next record is found by that one', async (t) => {
  const { store, call, trunk } = await openJournal(t);
  await saveCalls(store, [call('one', { trunkId: trunk.id }), call('two', { trunkId: trunk.id })]);
  await saveCalls(store, [
    call('one', { trunkId: trunk.id + 1, ...ENDED }),
    call('two', { trunkId: trunk.id, ...ENDED }),
  ]);
  const found = async (trunkId: number) =>
    (await listCalls(store, { accountIds: null, trunkId, limit: 9, offset: 0 })).calls.map(({ uuid }) => uuid);
  t.strictSame(await found(trunk.id), ['two']);
  t.strictSame(await found(trunk.id + 1), ['one']);
});

t.test('an answered call waits for its price once, when it ends, where somebody pays for calls', async (t) => {
  const { store, call } = await openJournal(t);
  await saveCalls(store, [call('free', ENDED)]);
  t.strictSame(await waiting(store), [], 'nobody pays yet');
  await store.bulk((connection) =>
    connection.exec("INSERT INTO rate_decks (account_id, name, currency) VALUES (1, 'calls', 'EUR')"),
  );
  await saveCalls(store, [call('up', { answeredAtMs: 5 }), call('refused', { ...ENDED, answeredAtMs: null })]);
  t.strictSame(await waiting(store), []);
  await saveCalls(store, [call('up', ENDED), call('short', ENDED)]);
  t.strictSame(await waiting(store), [{ callUuid: 'up' }, { callUuid: 'short' }]);
  await store.bulk((connection) => connection.exec('DELETE FROM rating_queue'));
  await saveCalls(store, [call('up', ENDED), call('free', ENDED)]);
  t.strictSame(await waiting(store), [], 'a record that comes again is no second call');
});
