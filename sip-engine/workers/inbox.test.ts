import t from 'tap';
import { createFakeClock } from '../timer/index.ts';
import { Inbox } from './inbox.ts';

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

/** An inbox of which each batch takes that long; what it takes, and what it tells. */
function inboxOf(batchMs: number) {
  const clock = createFakeClock();
  const [taken, told]: [number[], boolean[]] = [[], []];
  const inbox = new Inbox({
    clock,
    take(batch) {
      taken.push(batch[0] ?? Number.NaN);
      clock.advance(batchMs);
    },
    tellBehind: (isBehind) => told.push(isBehind),
  });
  const put = (...batches: readonly number[]) => {
    for (const batch of batches) inbox.put(Uint8Array.of(batch));
  };
  return { inbox, put, taken, told };
}

t.test('what is handed over is taken as it comes, where there is time', async (t) => {
  const { put, taken, told } = inboxOf(0);
  put(1, 2, 3);
  t.same(taken, [1, 2, 3]);
  await nextTurn();
  t.same(told, []);
});

t.test('beyond some ms it waits for the next turns, in its order, and that is told', async (t) => {
  const { put, taken, told } = inboxOf(3);
  put(1, 2, 3, 4, 5);
  t.same(taken, [1, 2]);
  t.same(told, [true]);
  await nextTurn();
  t.same(taken, [1, 2, 3, 4]);
  put(6);
  t.same(taken, [1, 2, 3, 4], 'what comes meanwhile is behind it');
  await nextTurn();
  t.same(taken, [1, 2, 3, 4, 5, 6]);
  t.same(told, [true, false]);
});

t.test('what waits is forgotten at the end', async (t) => {
  const { inbox, put, taken } = inboxOf(10);
  put(1, 2);
  inbox.close();
  await nextTurn();
  await nextTurn();
  t.same(taken, [1]);
});
