import { randomUUID } from 'node:crypto';
import {
  createOrder,
  DEFAULT_CURRENCY,
  getOrder,
  type OrderRow,
  postEntry,
  type StoreContext,
  writeAudit,
} from '../../tenancy/index.ts';
import { NO_CALLS } from '../funds/index.ts';
import { CarrierError } from '../inventory/index.ts';
import { creditOf } from '../terms/index.ts';
import { CarrierOrders } from './carrier-orders.ts';
import {
  type CheckoutDeps,
  type CheckoutRequest,
  checkDuplicates,
  findHeld,
  itemValues,
  type Line,
  linesOf,
  refusal,
  replayed,
  totalOf,
} from './order-lines.ts';
import { noteOf } from './order-money.ts';
import { provision } from './provision.ts';

/**
 * Debit, order, numbers and what is told of them in one transaction; nothing of it is there when any step
 * fails (F-062). Numbers are reserved before it begins and bought before it ends. Across a network, where a
 * transaction cannot wait, the order goes through steps of its own, and may be answered while it is `pending`.
 * @throws TenancyError `insufficient_balance`, `conflict`, `validation_failed`, `idempotency_mismatch`
 */
export async function checkout(deps: CheckoutDeps, request: CheckoutRequest): Promise<OrderRow> {
  const { store, carrier } = deps;
  const { accountId, items } = request;
  checkDuplicates(items);
  const earlier = await replayed(store, request);
  if (earlier !== undefined) return earlier;
  const held = await Promise.all(items.map((item) => findHeld(store, item.number, accountId)));
  const wanted = items.filter((_, index) => held[index] === undefined).map(({ number }) => number);
  if (carrier.isRemote === true && wanted.length > 0) return new CarrierOrders(deps).place(request, held);
  const reference = randomUUID();
  try {
    const offers = wanted.length === 0 ? [] : await carrier.reserve(wanted, reference);
    const lines = linesOf(items, held, offers);
    const purchase = { accountId, amountMicros: totalOf(lines), currency: DEFAULT_CURRENCY };
    return await (deps.holds ?? NO_CALLS).during(purchase, (heldMicros) =>
      store.write(async (context) => {
        const order = await place(context, request, lines, heldMicros);
        if (wanted.length > 0) await carrier.buy(reference, wanted);
        return order;
      }),
    );
  } catch (error) {
    await carrier.release(wanted, reference);
    throw error instanceof CarrierError ? refusal(error, items) : error;
  }
}

async function place(
  context: StoreContext,
  request: CheckoutRequest,
  lines: readonly Line[],
  heldMicros: number,
): Promise<OrderRow> {
  const { accountId, actor, idempotencyKey } = request;
  const total = totalOf(lines);
  const order = await createOrder(context, {
    accountId,
    currency: DEFAULT_CURRENCY,
    totalMicros: total,
    idempotencyKey: idempotencyKey ?? null,
    items: lines.map(itemValues),
  });
  if (total > 0) await charge(context, order, heldMicros);
  for (const [index, item] of order.items.entries()) {
    const line = lines[index];
    if (line !== undefined) await provision(context, item, line);
  }
  const { id } = order;
  const entry = { actor, action: 'checkout', resource: 'order', resourceId: String(id), accountId };
  await writeAudit(context, { ...entry, before: null, after: order });
  return getOrder(context, id, null);
}

async function charge(context: StoreContext, { id, accountId, totalMicros, items }: OrderRow, heldMicros: number) {
  return postEntry(context, {
    idempotencyKey: `order:${id}`,
    accountId,
    kind: 'charge',
    referenceType: 'order',
    referenceId: id,
    creditMicros: (await creditOf(context, accountId)) - heldMicros,
    note: noteOf(items),
    postings: [
      { accountId, kind: 'wallet', amountMicros: -totalMicros },
      { accountId: null, kind: 'revenue', amountMicros: totalMicros },
    ],
  });
}
