import t from 'tap';
import type { SipEvent } from '../bus/index.ts';
import { takeBatch } from './journal-batch.ts';

const alive = (atMs: number): SipEvent => ({ kind: 'calls_alive', atMs });

function refreshesOf(trunkIds: readonly number[]): SipEvent {
  const refreshes = {
    trunkIds,
    contacts: trunkIds.map((id) => `sip:${id}@192.0.2.1`),
    regIds: trunkIds.map((id) => (id % 2 === 0 ? null : id)),
    expiresAtMs: trunkIds.map((id, at) => id * 10_000 + at),
  };
  return { kind: 'refreshes', refreshes };
}

function allOf(backlog: SipEvent[]): (readonly SipEvent[])[] {
  const batches = [];
  while (backlog.length > 0) batches.push(takeBatch(backlog));
  return batches;
}

t.test('what waits is one batch, a few refreshes with it', async (t) => {
  const backlog = [alive(1), refreshesOf([3, 1]), alive(2)];
  t.strictSame(allOf([...backlog]), [backlog]);
});

t.test('lists of calls go together up to some hundred calls, each with what was told before it', async (t) => {
  const callsOf = (count: number): SipEvent => ({
    kind: 'calls',
    calls: { heads: '[]', records: Array.from({ length: count }, () => '{}') },
  });
  const [few, many] = [callsOf(120), callsOf(900)];
  const backlog = [alive(1), few, alive(2), few, alive(3), many, alive(4), few];
  t.strictSame(allOf([...backlog]), [backlog.slice(0, 4), backlog.slice(4, 6), backlog.slice(6)]);
});

t.test('many refreshes are batches of their own, by trunk, between what came before and after', async (t) => {
  // Each trunk from 1 to 1201 once, in an order that is none.
  const trunkIds = Array.from({ length: 1201 }, (_, at) => ((at * 700) % 1201) + 1);
  const batches = allOf([alive(1), refreshesOf(trunkIds), alive(2)]);
  const kinds = batches.map((batch) => batch.map(({ kind }) => kind));
  t.strictSame(kinds, [['calls_alive'], ['refreshes'], ['refreshes'], ['refreshes', 'calls_alive']]);
  const told = batches.flat().flatMap((event) => (event.kind === 'refreshes' ? [event.refreshes] : []));
  t.strictSame(
    told.map((part) => part.trunkIds.length),
    [500, 500, 201],
  );
  const all = told.flatMap((part) =>
    part.trunkIds.map((id, at) => [
      id,
      part.contacts[at],
      part.regIds[at],
      Math.floor((part.expiresAtMs[at] ?? 0) / 10_000),
    ]),
  );
  const expected = Array.from({ length: 1201 }, (_, at) => at + 1).map((id) => [
    id,
    `sip:${id}@192.0.2.1`,
    id % 2 === 0 ? null : id,
    id,
  ]);
  t.strictSame(all, expected, 'each one once, with what belongs to it');
});

t.test('two refreshes of one trunk stay in their order', async (t) => {
  const trunkIds = [...Array.from({ length: 600 }, (_, at) => 600 - at), 7];
  const told = allOf([refreshesOf(trunkIds)]).flat();
  const times = told.flatMap((event) =>
    event.kind === 'refreshes' ? event.refreshes.expiresAtMs.filter((ms) => Math.floor(ms / 10_000) === 7) : [],
  );
  t.strictSame(times, [70_593, 70_600]);
});
