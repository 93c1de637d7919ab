import { sql } from 'kysely';
import type { Store } from '../../tenancy/index.ts';
import type { CarrierAdapter } from '../inventory/index.ts';

/** How old what a carrier said of our money may become (ms). */
const EVERY_MS = 300_000;

/**
 * Asks carriers what is left of our money there (F-037): calls through a carrier end when it is used up. An adapter is
 * about the carrier of its name; while it does not answer, what it said last holds.
 */
export class CarrierBalances {
  readonly #store: Store;
  readonly #adapters: readonly CarrierAdapter[];
  readonly #askedAtMs = new Map<string, number>();

  constructor(store: Store, adapters: readonly CarrierAdapter[]) {
    this.#store = store;
    this.#adapters = adapters;
  }

  /** Asks those whose time has come. @returns how many balances were noted @throws when one does not answer */
  async refresh(): Promise<number> {
    const nowMs = this.#store.clock.nowMs();
    let noted = 0;
    const faults: unknown[] = [];
    for (const adapter of this.#adapters) {
      if (nowMs - (this.#askedAtMs.get(adapter.name) ?? Number.NEGATIVE_INFINITY) < EVERY_MS) continue;
      this.#askedAtMs.set(adapter.name, nowMs);
      try {
        noted += await this.#note(adapter, nowMs);
      } catch (error) {
        faults.push(error);
      }
    }
    if (faults.length > 0) throw new AggregateError(faults, 'a carrier did not say its balance');
    return noted;
  }

  async #note(adapter: CarrierAdapter, atMs: number): Promise<number> {
    const carrier = await this.#store.db
      .selectFrom('carriers')
      .select('id')
      .where(sql<boolean>`lower(name) = ${adapter.name.toLowerCase()}`)
      .executeTakeFirst();
    if (carrier === undefined) return 0;
    const { amountMicros, currency } = await adapter.balance();
    const deck = await this.#store.db
      .selectFrom('deckAssignments')
      .innerJoin('rateDecks', 'rateDecks.id', 'deckId')
      .select('currency')
      .where('payer', '=', `carrier:${carrier.id}`)
      .executeTakeFirst();
    // What it charges and what is left have to be of one kind.
    if (deck === undefined || deck.currency !== currency) return 0;
    const row = { amountMicros, atMs };
    await this.#store.write((context) =>
      context.db
        .insertInto('carrierBalances')
        .values({ carrierId: carrier.id, ...row })
        .onConflict((conflict) => conflict.column('carrierId').doUpdateSet(row))
        .execute(),
    );
    return 1;
  }
}
