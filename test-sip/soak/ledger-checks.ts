import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { Test } from 'tap';
import { getBalance, type Store, verifyLedger } from '../../tenancy/index.ts';

/** Up to where everything was looked at: what triggers keep from changing is not looked at after every kill. */
interface Mark {
  readonly entry: number;
  readonly order: number;
  readonly item: number;
  readonly topups: number;
  readonly orders: number;
}

const BEGINNING: Mark = { entry: 0, order: 0, item: 0, topups: 0, orders: 0 };

/** Everything that was answered is in the ledger, and every order has its debit, its numbers and its items. */
export class LedgerChecks {
  readonly #acknowledged: string;
  readonly #accounts: number;
  #mark = BEGINNING;
  #readBytes = 0;
  #lines = 0;
  #paid = { topup: 0, order: 0 };

  constructor(acknowledged: string, accounts: number) {
    this.#acknowledged = acknowledged;
    this.#accounts = accounts;
  }

  /** How many operations were answered so far. */
  get lines(): number {
    return this.#lines;
  }

  /** Takes in what the worker has answered since. */
  readAnswers(): void {
    const file = openSync(this.#acknowledged, 'r');
    const fresh = Buffer.alloc(fstatSync(file).size - this.#readBytes);
    readSync(file, fresh, 0, fresh.length, this.#readBytes);
    closeSync(file);
    // A line that the kill has cut was not answered; the next worker writes behind it.
    const text = fresh.toString('utf8');
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    this.#readBytes += Buffer.byteLength(whole);
    for (const line of whole.split('\n').filter(Boolean)) {
      this.#lines += 1;
      const [, kind, , amount] = line.split(' ');
      if (kind === 'topup' || kind === 'order') this.#paid[kind] += Number(amount);
    }
  }

  /** Looks at all that was written since the last time. */
  checkNew(t: Test, store: Store): Promise<void> {
    return this.#check(t, store, this.#mark);
  }

  /** Looks at everything, from the first entry on. */
  checkAll(t: Test, store: Store): Promise<void> {
    return this.#check(t, store, BEGINNING);
  }

  async #check(t: Test, store: Store, from: Mark): Promise<void> {
    const { entries, faults } = await verifyLedger(store, from.entry);
    t.same(faults, [], 'the chain is whole, sums are zero, and balances equal replay');
    const topups = from.topups + (await bookedAfter(store, 'topup', from.entry));
    const orders = from.orders + (await bookedAfter(store, 'order', from.entry));
    t.ok(topups >= this.#paid.topup, 'every top-up that was answered is there');
    t.ok(orders <= this.#paid.order, 'every order that was answered is there');
    const made = await store.db.selectFrom('orders').select('id').where('id', '>', from.order).orderBy('id').execute();
    const ids = made.map(({ id }) => id);
    t.same(await debitsAfter(store, from.entry), ids, 'one debit an order');
    const item = await checkItems(t, store, from.item);
    for (let id = 1; id <= this.#accounts; id += 1) {
      const balance = await getBalance(store, id);
      if (balance < 0) t.fail(`account ${id} has ${balance}`);
    }
    this.#mark = { entry: from.entry + entries, order: ids.at(-1) ?? from.order, item, topups, orders };
  }
}

async function bookedAfter(store: Store, referenceType: 'topup' | 'order', entry: number): Promise<number> {
  const { sum } = await store.db
    .selectFrom('ledgerEntries')
    .innerJoin('ledgerPostings', 'ledgerEntries.id', 'entryId')
    .innerJoin('ledgerAccounts', 'ledgerAccounts.id', 'ledgerAccountId')
    .select((eb) => eb.fn.sum<number | null>('amountMicros').as('sum'))
    .where('ledgerAccounts.kind', '=', 'wallet')
    .where('referenceType', '=', referenceType)
    .where('ledgerEntries.id', '>', entry)
    .executeTakeFirstOrThrow();
  return sum ?? 0;
}

async function debitsAfter(store: Store, entry: number): Promise<readonly (number | null)[]> {
  const rows = await store.db
    .selectFrom('ledgerEntries')
    .select('referenceId')
    .where('referenceType', '=', 'order')
    .where('id', '>', entry)
    .orderBy('referenceId')
    .execute();
  return rows.map(({ referenceId }) => referenceId);
}

/** @returns the last item */
async function checkItems(t: Test, store: Store, after: number): Promise<number> {
  const items = await store.db
    .selectFrom('orderItems')
    .select(['id', 'didId'])
    .where('id', '>', after)
    .orderBy('id')
    .execute();
  t.same(
    items.filter(({ didId }) => didId === null),
    [],
    'no item without its number',
  );
  return items.at(-1)?.id ?? after;
}
