import { type EntryKind, type LedgerKind, type OrderRow, postEntry, type StoreContext } from '../../tenancy/index.ts';

type Money = Pick<OrderRow, 'id' | 'accountId' | 'totalMicros' | 'items'>;

/** Sets the price of an order aside. @throws TenancyError `insufficient_balance` */
export function holdMoney(context: StoreContext, order: Money, creditMicros: number): Promise<void> {
  return move(context, order, 'hold', ['wallet', 'held'], creditMicros);
}

/** What was set aside is spent. */
export function captureHold(context: StoreContext, order: Money): Promise<void> {
  return move(context, order, 'capture', ['held', 'revenue']);
}

/** What was set aside goes back, if it was; nothing otherwise. */
export async function giveBackHold(context: StoreContext, order: Money): Promise<void> {
  const held = await context.db
    .selectFrom('ledgerEntries')
    .select('id')
    .where('idempotencyKey', '=', keyOf(order, 'hold'))
    .executeTakeFirst();
  if (held !== undefined) await move(context, order, 'release', ['held', 'wallet']);
}

async function move(
  context: StoreContext,
  order: Money,
  kind: EntryKind & ('hold' | 'capture' | 'release'),
  [from, to]: readonly [LedgerKind, LedgerKind],
  creditMicros = 0,
): Promise<void> {
  const { id, accountId, totalMicros, items } = order;
  if (totalMicros === 0) return;
  await postEntry(context, {
    idempotencyKey: keyOf(order, kind),
    accountId,
    kind,
    referenceType: 'order',
    referenceId: id,
    note: noteOf(items),
    creditMicros,
    postings: [
      { accountId, kind: from, amountMicros: -totalMicros },
      { accountId: to === 'revenue' ? null : accountId, kind: to, amountMicros: totalMicros },
    ],
  });
}

function keyOf({ id }: Money, kind: string): string {
  return `order:${id}:${kind}`;
}

const MOST_NAMED = 12;

/** The numbers of an order as its transactions and the invoice name them: whole ones, and how many there are beside. */
export function noteOf(items: OrderRow['items']): string {
  const named = items.slice(0, MOST_NAMED).map(({ number }) => number);
  const others = items.length - named.length;
  return [...named, ...(others > 0 ? [`and ${others} more`] : [])].join(' ');
}
