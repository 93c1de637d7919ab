import t, { type Test } from 'tap';
import { createAccount, type Store } from '../store/index.ts';
import { openTestStore } from '../store/test-store.ts';
import { getBalance, type NewEntry, postEntries, postEntry, verifyLedger } from './index.ts';

const EURO = 1_000_000;

async function open(t: Test) {
  const store = await openTestStore(t);
  const { id } = await store.write((tx) => createAccount(tx, { name: 'Acme' }));
  return { store, accountId: id };
}

/** Negative amounts pay back. */
function charge(accountId: number, amountMicros: number, key: string, more: Partial<NewEntry> = {}): NewEntry {
  return {
    ...{ idempotencyKey: key, accountId, kind: 'charge', referenceType: 'call', referenceId: 7 },
    postings: [
      { accountId, kind: 'wallet', amountMicros: -amountMicros },
      { accountId: null, kind: 'revenue', amountMicros },
    ],
    ...more,
  };
}

t.test(
  'entries written together are those that one after the other would be, replays and hashes included',
  async (t) => {
    const [together, apart] = [await open(t), await open(t)];
    const of = (accountId: number) => [
      charge(accountId, EURO, 'a', { creditMicros: 5 * EURO }),
      charge(accountId, 2 * EURO, 'b', { creditMicros: 5 * EURO, currency: 'USD' }),
      charge(accountId, EURO, 'a', { creditMicros: 5 * EURO }),
      charge(accountId, EURO, 'c', { creditMicros: 2 * EURO, referenceId: 'self', trunkUuid: null }),
    ];
    const entries = of(together.accountId);
    const posted = await together.store.write((tx) => postEntries(tx, entries));
    t.strictSame(posted, [
      { entryId: 1, replayed: false },
      { entryId: 2, replayed: false },
      { entryId: 1, replayed: true },
      { entryId: 3, replayed: false },
    ]);
    for (const entry of of(apart.accountId)) await apart.store.write((tx) => postEntry(tx, entry));
    const chain = (store: Store) =>
      store.db
        .selectFrom('ledgerEntries')
        .select(['id', 'idempotencyKey', 'bodyHash', 'referenceId', 'trunkUuid'])
        .orderBy('id')
        .execute();
    t.strictSame(await chain(together.store), await chain(apart.store));
    t.strictSame(await verifyLedger(together.store), { entries: 3, postings: 6, faults: [] });
    const again = () => together.store.write((tx) => postEntries(tx, entries));
    t.ok((await again()).every(({ replayed }) => replayed));
    const tooMuch = [charge(together.accountId, -EURO, 'd'), charge(together.accountId, 2 * EURO, 'e')];
    await t.rejects(
      together.store.write((tx) => postEntries(tx, tooMuch)),
      { code: 'insufficient_balance' },
    );
    const changed = [charge(together.accountId, -EURO, 'd'), charge(together.accountId, -2 * EURO, 'd')];
    await t.rejects(
      together.store.write((tx) => postEntries(tx, changed)),
      { code: 'idempotency_mismatch' },
    );
    t.strictSame(await together.store.write((tx) => postEntries(tx, [])), []);
    t.equal(await getBalance(together.store, together.accountId), -2 * EURO, 'all or none');
    t.strictSame((await verifyLedger(together.store)).faults, []);
  },
);
