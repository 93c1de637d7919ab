import t from 'tap';
import { createTrunk } from '../store/index.ts';
import { loadLostTrunks, saveBindings, saveTrunkStates } from './index.ts';
import { openJournal } from './test-journal.ts';

t.test('trunks that were registered and have no live binding left are found, and no others', async (t) => {
  const { store, account, clock, trunk, binding } = await openJournal(t);
  const others = ['Bound', 'Expired', 'Offline'];
  const make = (name: string) => store.write((tx) => createTrunk(tx, { accountId: account.id, name }));
  const [bound, expired, offline] = (await Promise.all(others.map(make))).map((made) => made.trunk.id);
  if (bound === undefined || expired === undefined || offline === undefined) throw new Error('three were made');
  const change = { accountId: account.id, atMs: clock.nowMs(), cause: null, binding: binding('sip:a@b') };
  const registered = [trunk.id, bound, expired].map((id) => ({ ...change, trunkId: id, state: 'registered' as const }));
  await saveTrunkStates(store, [...registered, { ...change, trunkId: offline, state: 'offline', cause: 'expired' }]);
  const put = (trunkId: number, seconds: number) => {
    const expiresAtMs = clock.nowMs() + seconds * 1000;
    return { op: 'put' as const, binding: binding('sip:a@b', { trunkId, expiresAtMs }) };
  };
  await saveBindings(store, [put(bound, 100), put(expired, 10)]);
  t.strictSame(
    (await loadLostTrunks(store)).map((state) => state.trunkId),
    [trunk.id],
  );
  clock.advance(10_000);
  t.match(await loadLostTrunks(store), [
    { trunkId: trunk.id, state: 'registered', cause: null },
    { trunkId: expired, state: 'registered', sinceMs: change.atMs },
  ]);
});
