import t from 'tap';
import { createAccount, createTrunk, takeOutbox } from '../store/index.ts';
import { handClock, openTestStore } from '../store/test-store.ts';
import { saveSipEvents } from './index.ts';

t.test('the move of a PBX to its new password becomes an event of its account', async (t) => {
  const clock = handClock();
  const store = await openTestStore(t, clock);
  const account = await store.write((tx) => createAccount(tx, { name: 'Acme' }));
  const { trunk } = await store.write((tx) => createTrunk(tx, { accountId: account.id, name: 'Office' }));
  const moved = { kind: 'credentials_moved', trunkId: trunk.id, accountId: account.id, atMs: clock.nowMs() } as const;
  await saveSipEvents(store, [moved, { ...moved, trunkId: 4711 }]);
  const events = await takeOutbox(store, 10);
  t.match(events, [
    { event: 'trunk.credentials_moved', accountId: account.id, data: { trunk_uuid: trunk.uuid, trunk_id: trunk.id } },
  ]);
  t.equal(events.length, 1, 'of a trunk that is gone nothing is told');
});
