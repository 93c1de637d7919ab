import { randomUUID } from 'node:crypto';
import {
  createDid,
  createOrder,
  DEFAULT_CURRENCY,
  type DidRow,
  findDid,
  findOrderByKey,
  getDid,
  getOrder,
  linkOrderItem,
  type NumberType,
  type OrderItemRow,
  type OrderRow,
  postEntry,
  type Store,
  type StoreContext,
  TenancyError,
  tellOfNumber,
  updateDid,
  writeAudit,
} from '../../tenancy/index.ts';
import { type CarrierAdapter, CarrierError, type NumberOffer } from '../inventory/index.ts';
import { firstRenewal } from '../renewals/index.ts';

export interface CheckoutItem {
  /** E.164. */
  readonly number: string;
  /** Checked against the offer when given. */
  readonly country?: string | undefined;
  readonly type?: NumberType | undefined;
}

export interface CheckoutRequest {
  readonly accountId: number;
  /** For the audit log. */
  readonly actor: string;
  readonly items: readonly CheckoutItem[];
  /** The same key makes one order, also after a restart. */
  readonly idempotencyKey: string | undefined;
}

export interface CheckoutDeps {
  readonly store: Store;
  readonly carrier: CarrierAdapter;
}

/** What one item comes to: a number from the carrier, or one that the account holds and never ordered. */
interface Line {
  readonly offer: NumberOffer;
  readonly held: DidRow | undefined;
}

/**
 * Debit, order, numbers and what is told of them in one transaction; nothing of it is there when any step
 * fails (F-062). Numbers are reserved before it begins and bought before it ends.
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
  const reference = randomUUID();
  try {
    const offers = wanted.length === 0 ? [] : await carrier.reserve(wanted, reference);
    const lines = items.map((item, index) => {
      const row = held[index];
      const offer = row === undefined ? offers.find(({ number }) => number === item.number) : offerOfHeld(row);
      if (offer === undefined) throw new CarrierError('refused', 'was not reserved by the carrier', item.number);
      checkItem(item, offer, index);
      return { offer, held: row };
    });
    return await store.write(async (context) => {
      const order = await place(context, request, lines);
      if (wanted.length > 0) await carrier.buy(reference);
      return order;
    });
  } catch (error) {
    await carrier.release(wanted, reference);
    throw error instanceof CarrierError ? refusal(error, items) : error;
  }
}

async function place(context: StoreContext, request: CheckoutRequest, lines: readonly Line[]): Promise<OrderRow> {
  const { accountId, actor, idempotencyKey } = request;
  const total = lines.reduce((sum, { offer }) => sum + offer.setupFeeMicros + offer.monthlyRateMicros, 0);
  const order = await createOrder(context, {
    accountId,
    currency: DEFAULT_CURRENCY,
    totalMicros: total,
    idempotencyKey: idempotencyKey ?? null,
    items: lines.map(({ offer, held }) => ({
      number: offer.number,
      country: offer.country === '' ? null : offer.country,
      type: offer.type,
      status: held?.status ?? (offer.requiresRegulatory ? 'pending_regulatory' : 'active'),
      setupFeeMicros: offer.setupFeeMicros,
      monthlyRateMicros: offer.monthlyRateMicros,
      requiresRegulatory: offer.requiresRegulatory,
    })),
  });
  if (total > 0) await charge(context, order);
  for (const [index, item] of order.items.entries()) {
    const line = lines[index];
    if (line !== undefined) await provision(context, item, line);
  }
  const { id } = order;
  const entry = { actor, action: 'checkout', resource: 'order', resourceId: String(id), accountId };
  await writeAudit(context, { ...entry, before: null, after: order });
  return getOrder(context, id, null);
}

function charge(context: StoreContext, { id, accountId, totalMicros, items }: OrderRow) {
  return postEntry(context, {
    idempotencyKey: `order:${id}`,
    accountId,
    kind: 'charge',
    referenceType: 'order',
    referenceId: id,
    note: items
      .map(({ number }) => number)
      .join(' ')
      .slice(0, 200),
    postings: [
      { accountId, kind: 'wallet', amountMicros: -totalMicros },
      { accountId: null, kind: 'revenue', amountMicros: totalMicros },
    ],
  });
}

/** A number that needs documents waits for them; its first month begins when it goes live. */
async function provision(context: StoreContext, item: OrderItemRow, { offer, held }: Line): Promise<void> {
  const { accountId } = item;
  const now = context.clock.nowMs();
  const status = item.status as DidRow['status'];
  const renewsAtMs = status === 'active' ? await firstRenewal(context, accountId, now) : null;
  if (held !== undefined) {
    // Taken again inside the transaction: another order may have been quicker.
    if ((await getDid(context, held.id, new Set([accountId]))).orderItemId !== null) throw taken(offer.number);
    await updateDid(context, held.id, { orderItemId: item.id, renewsAtMs }, null);
    return linkOrderItem(context, item.id, held.id);
  }
  const { number, country, type, city, smsEnabled, setupFeeMicros, monthlyRateMicros, currency } = offer;
  const did = await createDid(context, {
    ...{ accountId, number, country, type, city, smsEnabled, setupFeeMicros, monthlyRateMicros, currency, status },
    requiresRegulatory: offer.requiresRegulatory,
    orderItemId: item.id,
    activatedAtMs: status === 'active' ? now : null,
    renewsAtMs,
  });
  await linkOrderItem(context, item.id, did.id);
  if (status === 'active') await tellOfNumber(context, 'number.activated', did);
}

/** A number that the operator gave the account, and that no order pays for yet. */
async function findHeld(store: Store, number: string, accountId: number): Promise<DidRow | undefined> {
  const row = await findDid(store, number, new Set([accountId]));
  return row !== undefined && row.orderItemId === null && row.blockSize === 1 ? row : undefined;
}

function offerOfHeld(row: DidRow): NumberOffer {
  const { number, country, type, city, monthlyRateMicros, setupFeeMicros, currency, smsEnabled } = row;
  return {
    ...{ number, city, monthlyRateMicros, setupFeeMicros, currency, smsEnabled },
    country: country ?? '',
    type: type ?? 'local',
    requiresRegulatory: row.requiresRegulatory,
  };
}

async function replayed(store: Store, request: CheckoutRequest): Promise<OrderRow | undefined> {
  if (request.idempotencyKey === undefined) return undefined;
  const order = await findOrderByKey(store, request.accountId, request.idempotencyKey);
  if (order === undefined) return undefined;
  const same = (numbers: readonly { readonly number: string }[]) => numbers.map(({ number }) => number).join(' ');
  if (same(order.items) === same(request.items)) return order;
  throw new TenancyError('idempotency_mismatch', 'This idempotency key was used before for something else.');
}

function checkDuplicates(items: readonly CheckoutItem[]): void {
  const seen = new Set<string>();
  for (const [index, { number }] of items.entries()) {
    if (seen.has(number)) throw fault('validation_failed', index, 'number', `${number} is in the order twice`);
    seen.add(number);
  }
}

function checkItem({ country, type }: CheckoutItem, offer: NumberOffer, index: number): void {
  const { number } = offer;
  if (country !== undefined && offer.country !== '' && country !== offer.country)
    throw fault('validation_failed', index, 'country', `${number} is a number of ${offer.country}`);
  if (type !== undefined && type !== offer.type)
    throw fault('validation_failed', index, 'type', `${number} is of type ${offer.type}`);
}

function refusal(error: CarrierError, items: readonly CheckoutItem[]): TenancyError {
  const index = items.findIndex(({ number }) => number === error.number);
  if (index < 0)
    return new TenancyError('conflict', `The carrier did not deliver: ${error.message}.`, { cause: error });
  return fault('conflict', index, 'number', `${error.number} ${error.message}`, error);
}

function taken(number: string): TenancyError {
  return new TenancyError('conflict', `items: ${number} is no longer on sale`, { field: 'items' });
}

function fault(
  code: 'validation_failed' | 'conflict',
  index: number,
  name: 'number' | 'country' | 'type',
  problem: string,
  cause?: unknown,
): TenancyError {
  const field = `items[${index}].${name}`;
  return new TenancyError(code, `${field}: ${problem}`, { field, cause });
}
