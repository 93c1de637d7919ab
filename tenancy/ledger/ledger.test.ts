import { sql } from 'kysely';
import t from 'tap';
import { fc } from '../../sip-engine/testing-properties.ts';
import { createAccount, EVERYTHING, type Store, type StoreContext } from '../store/index.ts';
import { openTestStore } from '../store/test-store.ts';
import {
  formatMoney,
  fromCents,
  getBalance,
  listTransactions,
  type NewEntry,
  parseMoney,
  postEntry,
  toCents,
  topUp,
  verifyLedger,
} from './index.ts';

const EURO = 1_000_000;

async function open(t: Parameters<typeof openTestStore>[0]) {
  const store = await openTestStore(t);
  const account = await store.write((tx) => createAccount(tx, { name: 'Acme' }));
  return { store, accountId: account.id };
}

function charge(accountId: number, amountMicros: number, key: string, more: Partial<NewEntry> = {}): NewEntry {
  return {
    idempotencyKey: key,
    accountId,
    kind: 'charge',
    referenceType: 'order',
    referenceId: 1042,
    trunkUuid: 'trk_0000000000000007',
    postings: [
      { accountId, kind: 'wallet', amountMicros: -amountMicros },
      { accountId: null, kind: 'revenue', amountMicros },
    ],
    ...more,
  };
}

const write = <T>(store: Store, work: (tx: StoreContext) => Promise<T>) => store.write(work);

t.test('top-ups and charges make the balance, and every transaction says what it links to', async (t) => {
  const { store, accountId } = await open(t);
  t.equal(await getBalance(store, accountId), 0);
  await write(store, (tx) => topUp(tx, { accountId, amountMicros: 142.5 * EURO, idempotencyKey: 'a', note: 'demo' }));
  await write(store, (tx) => postEntry(tx, charge(accountId, 1.5 * EURO, 'b')));
  t.equal(formatMoney(await getBalance(store, accountId)), '141.00');
  t.equal(await getBalance(store, null, 'EUR', 'revenue'), 1.5 * EURO);
  const { total, rows } = await listTransactions(store, { accountId }, EVERYTHING, new Set([accountId]));
  t.equal(total, 2);
  t.match(rows, [
    {
      amountMicros: 142.5 * EURO,
      balanceAfterMicros: 142.5 * EURO,
      referenceType: 'topup',
      referenceId: 1,
      note: 'demo',
      trunkUuid: null,
    },
    {
      amountMicros: -1.5 * EURO,
      balanceAfterMicros: 141 * EURO,
      referenceType: 'order',
      referenceId: 1042,
      trunkUuid: 'trk_0000000000000007',
    },
  ]);
  t.equal(
    (await listTransactions(store, {}, EVERYTHING, new Set([accountId + 1]))).total,
    0,
    'another tenant sees nothing',
  );
  t.equal((await listTransactions(store, { accountId }, EVERYTHING, new Set())).total, 0);
  t.strictSame(await verifyLedger(store), { entries: 2, postings: 4, faults: [] });
});

t.test('a key acts once; with another content it is refused', async (t) => {
  const { store, accountId } = await open(t);
  const top = (amountMicros: number) =>
    write(store, (tx) => topUp(tx, { accountId, amountMicros, idempotencyKey: 'k' }));
  t.strictSame(await top(EURO), { entryId: 1, replayed: false });
  t.strictSame(await top(EURO), { entryId: 1, replayed: true });
  await t.rejects(top(2 * EURO), { code: 'idempotency_mismatch' });
  t.equal(await getBalance(store, accountId), EURO);
});

t.test('a wallet is never overdrawn beyond its credit, and a refused charge leaves nothing', async (t) => {
  const { store, accountId } = await open(t);
  await write(store, (tx) => topUp(tx, { accountId, amountMicros: EURO, idempotencyKey: 'a' }));
  await t.rejects(
    write(store, (tx) => postEntry(tx, charge(accountId, EURO + 1, 'b'))),
    {
      code: 'insufficient_balance',
      message: 'Wallet balance too low for this purchase.',
    },
  );
  await write(store, (tx) => postEntry(tx, charge(accountId, 2 * EURO, 'c', { creditMicros: EURO })));
  await t.rejects(
    write(store, (tx) => postEntry(tx, charge(accountId, 1, 'd', { creditMicros: EURO }))),
    { code: 'insufficient_balance' },
  );
  t.equal(await getBalance(store, accountId), -EURO);
  t.strictSame((await verifyLedger(store)).faults, []);
});

t.test('of many charges for the last euro exactly one succeeds', async (t) => {
  const { store, accountId } = await open(t);
  await write(store, (tx) => topUp(tx, { accountId, amountMicros: EURO, idempotencyKey: 'a' }));
  const results = await Promise.allSettled(
    Array.from({ length: 50 }, (_, i) => write(store, (tx) => postEntry(tx, charge(accountId, EURO, `c${i}`)))),
  );
  t.equal(results.filter((result) => result.status === 'fulfilled').length, 1);
  t.equal(await getBalance(store, accountId), 0);
});

t.test('what does not balance is refused by the code and, behind it, by the database', async (t) => {
  const { store, accountId } = await open(t);
  for (const postings of [
    [],
    [{ accountId, kind: 'wallet', amountMicros: 5 }],
    [
      { accountId, kind: 'wallet', amountMicros: 5 },
      { accountId: null, kind: 'cash', amountMicros: -4 },
    ],
    [
      { accountId, kind: 'wallet', amountMicros: 0.5 },
      { accountId: null, kind: 'cash', amountMicros: -0.5 },
    ],
  ] as const) {
    await t.rejects(
      write(store, (tx) => postEntry(tx, charge(accountId, 1, 'x', { postings }))),
      { code: 'validation_failed', field: 'amount' },
    );
  }
  await write(store, (tx) => topUp(tx, { accountId, amountMicros: EURO, idempotencyKey: 'a' }));
  const raw = (text: string) => store.bulk((connection) => connection.exec(text));
  const entry = (
    id: number,
  ) => `INSERT INTO ledger_entries (id, idempotency_key, currency, reference_type, kind, body_hash, previous_hash, hash, at_ms)
    SELECT ${id}, 'raw', 'EUR', 'topup', 'topup', 'x', hash, 'x', 0 FROM ledger_entries ORDER BY id DESC LIMIT 1`;
  await t.rejects(raw(entry(2)), { message: /must sum to zero/ });
  await t.rejects(
    raw(
      'INSERT INTO ledger_postings (entry_id, ledger_account_id, amount_micros, balance_after_micros) VALUES (1, 1, 1, 1000001)',
    ),
    { message: /nothing can be added/ },
  );
  await t.rejects(
    raw(
      'INSERT INTO ledger_postings (entry_id, ledger_account_id, amount_micros, balance_after_micros) VALUES (2, 1, 1, 7)',
    ),
    { message: /balance after a posting/ },
  );
  await t.rejects(
    raw(
      'INSERT INTO ledger_postings (entry_id, ledger_account_id, amount_micros, balance_after_micros) VALUES (2, 1, 1, 1000001)',
    ),
    { code: 'conflict' },
    'a posting without its entry cannot be committed',
  );
  for (const table of ['ledger_entries', 'ledger_postings', 'ledger_accounts']) {
    await t.rejects(sql`UPDATE ${sql.table(table)} SET id = id + 100`.execute(store.db), { message: /never changed/ });
    await t.rejects(sql`DELETE FROM ${sql.table(table)}`.execute(store.db), { message: /never removed/ });
  }
  t.strictSame(await verifyLedger(store), { entries: 1, postings: 2, faults: [] });
});

t.test('somebody who takes the triggers away and edits is found out', async (t) => {
  const { store, accountId } = await open(t);
  for (const key of ['a', 'b', 'c'])
    await write(store, (tx) => topUp(tx, { accountId, amountMicros: EURO, idempotencyKey: key }));
  const edits: readonly (readonly [string, RegExp])[] = [
    ["UPDATE ledger_entries SET note = 'mine' WHERE id = 2", /Entry 2 was changed/],
    ['UPDATE ledger_postings SET amount_micros = 5, balance_after_micros = 5 WHERE id = 1', /sum to/],
    [
      'DELETE FROM ledger_postings WHERE entry_id = 3; DELETE FROM ledger_entries WHERE id = 3; UPDATE ledger_entries SET id = 3 WHERE id = 2',
      /Entry 2 is missing/,
    ],
    ['DELETE FROM ledger_entries WHERE id = 3', /entry 3 that does not exist/],
  ];
  for (const [edit, found] of edits) {
    const faults = await tamper(store, edit);
    t.match(faults.join('\n'), found, edit);
  }
  t.strictSame((await verifyLedger(store)).faults, []);
});

t.test('what follows an entry that was found sound is verified by itself', async (t) => {
  const { store, accountId } = await open(t);
  const topUps = ['a', 'b', 'c', 'd'];
  for (const idempotencyKey of topUps)
    await write(store, (tx) => topUp(tx, { accountId, amountMicros: EURO, idempotencyKey }));
  for (let after = 0; after <= topUps.length; after += 1) {
    const left = topUps.length - after;
    t.strictSame(await verifyLedger(store, after), { entries: left, postings: 2 * left, faults: [] });
  }
  const edit = "UPDATE ledger_entries SET note = 'mine' WHERE id = 3";
  t.match((await tamper(store, edit, 2)).join(), /Entry 3 was changed/);
  t.strictSame(await tamper(store, edit, 3), [], 'it lies before');
  t.match(
    (await tamper(store, "UPDATE ledger_entries SET hash = 'x' WHERE id = 3", 3)).join(),
    /Entry 4 does not follow/,
  );
});

/** Does it, looks, and rolls back. */
async function tamper(store: Store, edit: string, afterEntry = 0): Promise<readonly string[]> {
  let faults: readonly string[] = [];
  const loose = ['entries', 'postings'].flatMap((table) => [
    `DROP TRIGGER ledger_${table}_no_update`,
    `DROP TRIGGER ledger_${table}_no_delete`,
  ]);
  await store
    .bulk((connection) => {
      connection.exec(`PRAGMA defer_foreign_keys = ON; ${loose.join(';')}; ${edit}`);
      const inside: Pick<Store, 'bulk'> = { bulk: async (work) => work(connection) };
      void verifyLedger(inside as Store, afterEntry).then((report) => {
        faults = report.faults;
      });
      throw new Error('rolled back');
    })
    .catch(() => {});
  await Promise.resolve();
  return faults;
}

t.test('whatever the operations, sums are zero and balances equal a naive replay', async (t) => {
  const operation = fc.record({
    wallet: fc.nat(3),
    amount: fc.integer({ min: 1, max: 5 * EURO }),
    kind: fc.constantFrom('topup', 'charge', 'move'),
    key: fc.nat(60),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { maxLength: 80 }), async (operations) => {
      const { store, accountId: first } = await open(t);
      const wallets = [first];
      for (let i = 0; i < 3; i++) wallets.push((await store.write((tx) => createAccount(tx, { name: `w${i}` }))).id);
      const expected = new Map<number, number>();
      const used = new Set<string>();
      for (const { wallet, amount, kind, key } of operations) {
        const id = wallets[wallet] ?? first;
        const other = wallets[(wallet + 1) % 4] ?? first;
        const idempotencyKey = `${kind}${key}`;
        const have = expected.get(id) ?? 0;
        const add = (account: number, delta: number) => expected.set(account, (expected.get(account) ?? 0) + delta);
        const done = await store
          .write((tx) => {
            if (kind === 'topup') return topUp(tx, { accountId: id, amountMicros: amount, idempotencyKey });
            const to =
              kind === 'move'
                ? ({ accountId: other, kind: 'wallet' } as const)
                : ({ accountId: null, kind: 'revenue' } as const);
            const postings = [
              { accountId: id, kind: 'wallet', amountMicros: -amount } as const,
              { ...to, amountMicros: amount },
            ];
            return postEntry(tx, charge(id, amount, idempotencyKey, { postings }));
          })
          .then(
            (posted) => !posted.replayed,
            () => false,
          );
        const allowed = !used.has(idempotencyKey) && (kind === 'topup' || have >= amount);
        if (done !== allowed) return false;
        if (!done) continue;
        used.add(idempotencyKey);
        add(id, kind === 'topup' ? amount : -amount);
        if (kind === 'move') add(other, amount);
      }
      for (const id of wallets) if ((await getBalance(store, id)) !== (expected.get(id) ?? 0)) return false;
      const sound = (await verifyLedger(store)).faults.length === 0;
      await store.close();
      return sound;
    }),
    { numRuns: 12 },
  );
});

t.test('money is shown in cents, rounded half away from zero', async (t) => {
  t.strictSame([14_999, 15_000, -15_000, -14_999, 4_999, -4_999, 0].map(toCents), [1, 2, -2, -1, 0, 0, 0]);
  t.strictSame([142_500_000, -50_000, 5_000, 1_234_567_890_000_000].map(formatMoney), [
    '142.50',
    '-0.05',
    '0.01',
    '1234567890.00',
  ]);
  t.equal(fromCents(150), 1_500_000);
  t.strictSame(['142.50', '-3', '0.000001', '1.2345678', 'x', '1,5'].map(parseMoney), [
    142_500_000,
    -3_000_000,
    1,
    undefined,
    undefined,
    undefined,
  ]);
});
