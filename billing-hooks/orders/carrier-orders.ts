import { randomUUID } from 'node:crypto';
import {
  createOrder,
  DEFAULT_CURRENCY,
  type DidRow,
  findAccount,
  getDid,
  getOrder,
  type OrderRow,
  type StoreContext,
  TenancyError,
  writeAudit,
} from '../../tenancy/index.ts';
import { NO_CALLS } from '../funds/index.ts';
import { CarrierError, type NumberOffer } from '../inventory/index.ts';
import { creditOf } from '../terms/index.ts';
import {
  type CheckoutDeps,
  type CheckoutItem,
  type CheckoutRequest,
  itemValues,
  type Line,
  linesOf,
  refusal,
  taken,
  totalOf,
} from './order-lines.ts';
import { captureHold, giveBackHold, holdMoney } from './order-money.ts';
import { provision } from './provision.ts';
import { findSoldNumbers } from './sold-numbers.ts';

/** What an order needs to be taken up again by a process that knows nothing of it. */
interface Plan {
  readonly actor: string;
  readonly items: readonly CheckoutItem[];
  /** Numbers that the carrier is to deliver; the others the account holds already. */
  readonly wanted: readonly string[];
  readonly heldIds: readonly (number | null)[];
  readonly offers: readonly NumberOffer[];
}

type Step = 'reserving' | 'buying' | 'undoing';

interface Saga {
  readonly orderId: number;
  readonly reference: string;
  readonly step: Step;
  readonly plan: Plan;
  readonly attempts: number;
}

/** A call whose answer was lost is repeated at once so often; later it is taken up by `recover`. */
const QUICK_TRIES = 3;
/** Then an order that the carrier never answered is undone. */
const MOST_ATTEMPTS = 20;
const RETRY_MS = 15_000;

/**
 * Orders of numbers across a network: reserve, hold the money, buy, capture; or give everything back. Every step is
 * written down before it is taken and repeated by the same reference, so that whatever happens in between, the order
 * ends whole or not at all.
 */
export class CarrierOrders {
  readonly #deps: CheckoutDeps;

  constructor(deps: CheckoutDeps) {
    this.#deps = deps;
  }

  /**
   * @returns the order: `completed`, or `pending` while the carrier does not answer
   * @throws TenancyError `conflict`, `insufficient_balance`, `validation_failed`
   */
  async place(request: CheckoutRequest, held: readonly (DidRow | undefined)[]): Promise<OrderRow> {
    const { store } = this.#deps;
    const orderId = await store.write((context) => this.#begin(context, request, held));
    const fault = await this.#proceed(orderId);
    if (fault !== undefined) throw fault instanceof CarrierError ? refusal(fault, request.items) : fault;
    return getOrder(store, orderId, null);
  }

  /** Takes up what was left behind: after a crash, and again until the carrier answers. */
  async recover(): Promise<number> {
    const { store } = this.#deps;
    const due = await store.db
      .selectFrom('carrierOrders')
      .select('orderId')
      .where('step', 'in', ['reserving', 'buying', 'undoing'])
      .where('dueAtMs', '<=', store.clock.nowMs())
      .orderBy('orderId')
      .execute();
    for (const { orderId } of due) await this.#proceed(orderId);
    return due.length;
  }

  async #begin(context: StoreContext, request: CheckoutRequest, held: readonly (DidRow | undefined)[]) {
    const { accountId, actor, items, idempotencyKey } = request;
    const wanted = items.filter((_, index) => held[index] === undefined).map(({ number }) => number);
    const [sold] = await findSoldNumbers({ ...this.#deps.store, db: context.db }, wanted);
    if (sold !== undefined) throw taken(sold);
    const { id } = await createOrder(context, {
      accountId,
      currency: DEFAULT_CURRENCY,
      totalMicros: 0,
      idempotencyKey: idempotencyKey ?? null,
      items: items.map(({ number }) => ({ ...UNPRICED, number })),
    });
    await context.db.updateTable('orders').set({ status: 'pending' }).where('id', '=', id).execute();
    for (const number of wanted) {
      const other = await context.db
        .selectFrom('carrierHolds')
        .select('orderId')
        .where('number', '=', number)
        .executeTakeFirst();
      if (other !== undefined) throw taken(number);
      await context.db.insertInto('carrierHolds').values({ number, orderId: id }).execute();
    }
    const plan: Plan = { actor, items, wanted, heldIds: held.map((row) => row?.id ?? null), offers: [] };
    const nowMs = context.clock.nowMs();
    await context.db
      .insertInto('carrierOrders')
      .values({
        ...{ orderId: id, reference: randomUUID(), step: 'reserving', plan: JSON.stringify(plan), reason: null },
        ...{ dueAtMs: nowMs, updatedAtMs: nowMs },
      })
      .execute();
    return id;
  }

  /** Goes on until the order has ended or the carrier does not answer. @returns why it was undone */
  async #proceed(orderId: number): Promise<unknown> {
    let reason: unknown;
    for (;;) {
      const saga = await this.#read(orderId);
      if (saga === undefined) return reason;
      try {
        await this.#takeStep(saga);
      } catch (error) {
        if (isUncertain(error)) {
          if (await this.#postpone(saga)) return reason;
          reason ??= error;
        } else if (saga.step === 'undoing' || !isRefusal(error)) throw error;
        else {
          reason = error;
          await this.#beginUndo(saga, error);
        }
      }
    }
  }

  async #takeStep(saga: Saga): Promise<void> {
    const { carrier, store } = this.#deps;
    const { reference, step, plan } = saga;
    if (step === 'reserving') {
      const offers = await repeated(() => carrier.reserve(plan.wanted, reference));
      await this.#holdBeside(saga, offers);
    } else if (step === 'buying') {
      await repeated(() => carrier.buy(reference, plan.wanted));
      await store.write((context) => this.#complete(context, saga));
    } else {
      await repeated(() => carrier.release(plan.wanted, reference));
      await store.write((context) => this.#finish(context, saga, 'undone'));
    }
  }

  /** What calls hold of the wallet stays in it. */
  async #holdBeside(saga: Saga, offers: readonly NumberOffer[]): Promise<void> {
    const { store, holds = NO_CALLS } = this.#deps;
    const { accountId } = await getOrder(store, saga.orderId, null);
    const amountMicros = totalOf(linesOf(saga.plan.items, await heldRows(store, saga.plan), offers));
    await holds.during({ accountId, amountMicros, currency: DEFAULT_CURRENCY }, (heldMicros) =>
      store.write((context) => this.#hold(context, saga, offers, heldMicros)),
    );
  }

  /** The prices are known: the money is set aside, and from here on the numbers are bought. */
  async #hold(context: StoreContext, saga: Saga, offers: readonly NumberOffer[], heldMicros: number): Promise<void> {
    const { orderId, plan } = saga;
    const lines = linesOf(plan.items, await heldRows(context, plan), offers);
    const totalMicros = totalOf(lines);
    const order = await getOrder(context, orderId, null);
    for (const [index, { id }] of order.items.entries()) {
      const { requiresRegulatory, ...values } = itemValues(lines[index] as Line);
      const row = { ...values, requiresRegulatory: requiresRegulatory ? 1 : 0 };
      await context.db.updateTable('orderItems').set(row).where('id', '=', id).execute();
    }
    await context.db.updateTable('orders').set({ totalMicros }).where('id', '=', orderId).execute();
    await holdMoney(context, { ...order, totalMicros }, (await creditOf(context, order.accountId)) - heldMicros);
    await this.#step(context, saga, 'buying', { ...plan, offers });
  }

  async #complete(context: StoreContext, saga: Saga): Promise<void> {
    const { orderId, plan } = saga;
    const lines = linesOf(plan.items, await heldRows(context, plan), plan.offers);
    const order = await getOrder(context, orderId, null);
    await refuseClosed(context, order.accountId);
    await captureHold(context, order);
    for (const [index, item] of order.items.entries()) await provision(context, item, lines[index] as Line);
    await context.db.updateTable('orders').set({ status: 'completed' }).where('id', '=', orderId).execute();
    await this.#finish(context, saga, 'done');
    const entry = { actor: plan.actor, action: 'checkout', resource: 'order', resourceId: String(orderId) };
    await writeAudit(context, { ...entry, accountId: order.accountId, before: null, after: order });
  }

  /** The customer has the money back at once; the carrier is told until it has understood. */
  #beginUndo(saga: Saga, error: unknown): Promise<void> {
    return this.#deps.store.write(async (context) => {
      const { orderId, plan } = saga;
      await giveBackHold(context, await getOrder(context, orderId, null));
      // The key may be used again: nothing came of this order.
      const failed = { status: 'failed', idempotencyKey: null } as const;
      await context.db.updateTable('orders').set(failed).where('id', '=', orderId).execute();
      await this.#step(context, saga, 'undoing', plan, error instanceof Error ? error.message : String(error));
    });
  }

  async #step(context: StoreContext, { orderId }: Saga, step: Step, plan: Plan, reason: string | null = null) {
    const nowMs = context.clock.nowMs();
    const row = { step, plan: JSON.stringify(plan), reason, attempts: 0, dueAtMs: nowMs, updatedAtMs: nowMs };
    await context.db.updateTable('carrierOrders').set(row).where('orderId', '=', orderId).execute();
  }

  async #finish(context: StoreContext, { orderId }: Saga, step: 'done' | 'undone'): Promise<void> {
    const row = { step, updatedAtMs: context.clock.nowMs() };
    await context.db.updateTable('carrierOrders').set(row).where('orderId', '=', orderId).execute();
    await context.db.deleteFrom('carrierHolds').where('orderId', '=', orderId).execute();
  }

  /** @returns false when it was the last time: the order is being undone */
  async #postpone(saga: Saga): Promise<boolean> {
    const { store } = this.#deps;
    if (saga.step !== 'undoing' && saga.attempts + 1 >= MOST_ATTEMPTS) {
      await this.#beginUndo(saga, new CarrierError('unreachable', 'the carrier did not answer'));
      return false;
    }
    const attempts = saga.attempts + 1;
    const dueAtMs = store.clock.nowMs() + RETRY_MS;
    await store.write((context) =>
      context.db
        .updateTable('carrierOrders')
        .set({ attempts, dueAtMs })
        .where('orderId', '=', saga.orderId)
        .execute()
        .then(() => undefined),
    );
    return true;
  }

  async #read(orderId: number): Promise<Saga | undefined> {
    const row = await this.#deps.store.db
      .selectFrom('carrierOrders')
      .selectAll()
      .where('orderId', '=', orderId)
      .executeTakeFirstOrThrow();
    const { step, reference, attempts } = row;
    if (step === 'done' || step === 'undone') return undefined;
    return { orderId, reference, step, attempts, plan: JSON.parse(row.plan) as Plan };
  }
}

const UNPRICED = {
  country: null,
  type: null,
  status: 'pending',
  setupFeeMicros: 0,
  monthlyRateMicros: 0,
  requiresRegulatory: false,
};

function heldRows(context: StoreContext, { heldIds }: Plan): Promise<readonly (DidRow | undefined)[]> {
  return Promise.all(heldIds.map((id) => (id === null ? undefined : getDid(context, id, null))));
}

/** An account that has gone meanwhile gets no numbers any more; what was held for them goes back. */
async function refuseClosed(context: StoreContext, accountId: number): Promise<void> {
  const account = await findAccount(context, accountId, null);
  if (account?.status === 'closed') throw new TenancyError('conflict', 'The account was closed meanwhile.');
}

/** Nobody knows whether it was done: it is asked for again by the same reference. */
function isUncertain(error: unknown): boolean {
  return error instanceof CarrierError && error.code === 'unreachable';
}

function isRefusal(error: unknown): boolean {
  return error instanceof CarrierError || error instanceof TenancyError;
}

async function repeated<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isUncertain(error) || tries >= QUICK_TRIES) throw error;
    }
  }
}
