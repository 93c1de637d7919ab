import {
  type DidRow,
  findDid,
  findOrderByKey,
  type NumberType,
  type OrderRow,
  type Store,
  TenancyError,
} from '../../tenancy/index.ts';
import type { CallHolds } from '../funds/index.ts';
import { type CarrierAdapter, CarrierError, type NumberOffer } from '../inventory/index.ts';

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
  /** @default there are no calls */
  readonly holds?: CallHolds;
}

/** What one item comes to: a number from the carrier, or one that the account holds and never ordered. */
export interface Line {
  readonly offer: NumberOffer;
  readonly held: DidRow | undefined;
}

/** A number that the operator gave the account, and that no order pays for yet. */
export async function findHeld(store: Store, number: string, accountId: number): Promise<DidRow | undefined> {
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

export async function replayed(store: Store, request: CheckoutRequest): Promise<OrderRow | undefined> {
  if (request.idempotencyKey === undefined) return undefined;
  const order = await findOrderByKey(store, request.accountId, request.idempotencyKey);
  if (order === undefined) return undefined;
  const same = (numbers: readonly { readonly number: string }[]) => numbers.map(({ number }) => number).join(' ');
  if (same(order.items) === same(request.items)) return order;
  throw new TenancyError('idempotency_mismatch', 'This idempotency key was used before for something else.');
}

export function checkDuplicates(items: readonly CheckoutItem[]): void {
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

export function refusal(error: CarrierError, items: readonly CheckoutItem[]): TenancyError {
  const index = items.findIndex(({ number }) => number === error.number);
  if (index < 0)
    return new TenancyError('conflict', `The carrier did not deliver: ${error.message}.`, { cause: error });
  return fault('conflict', index, 'number', `${error.number} ${error.message}`, error);
}

export function taken(number: string): TenancyError {
  return new TenancyError('conflict', `items: ${number} is no longer on sale`, { field: 'items' });
}

export function fault(
  code: 'validation_failed' | 'conflict',
  index: number,
  name: 'number' | 'country' | 'type',
  problem: string,
  cause?: unknown,
): TenancyError {
  const field = `items[${index}].${name}`;
  return new TenancyError(code, `${field}: ${problem}`, { field, cause });
}

/** Setup fees and the first month, in micro-units. */
export function totalOf(lines: readonly Line[]): number {
  return lines.reduce((sum, { offer }) => sum + offer.setupFeeMicros + offer.monthlyRateMicros, 0);
}

/** What each item comes to. @throws CarrierError, TenancyError `validation_failed` */
export function linesOf(
  items: readonly CheckoutItem[],
  held: readonly (DidRow | undefined)[],
  offers: readonly NumberOffer[],
): readonly Line[] {
  return items.map((item, index) => {
    const row = held[index];
    const offer = row === undefined ? offers.find(({ number }) => number === item.number) : offerOfHeld(row);
    if (offer === undefined) throw new CarrierError('refused', 'was not reserved by the carrier', item.number);
    checkItem(item, offer, index);
    return { offer, held: row };
  });
}

/** What an item is stored as when its price is known. */
export function itemValues({ offer, held }: Line) {
  return {
    number: offer.number,
    country: offer.country === '' ? null : offer.country,
    type: offer.type,
    status: held?.status ?? (offer.requiresRegulatory ? ('pending_regulatory' as const) : ('active' as const)),
    setupFeeMicros: offer.setupFeeMicros,
    monthlyRateMicros: offer.monthlyRateMicros,
    requiresRegulatory: offer.requiresRegulatory,
  };
}
