import type { CheckoutDeps } from './order-lines.ts';

const FIRST_RETRY_MS = 60_000;
const LONGEST_RETRY_MS = 86_400_000;

/**
 * Numbers that have ended here are given back to a carrier across a network, repeated by one reference until it has
 * understood: killed at any moment, none is forgotten.
 */
export class CarrierReleases {
  readonly #deps: CheckoutDeps;

  constructor(deps: CheckoutDeps) {
    this.#deps = deps;
  }

  /** Tells the carrier what is due. @returns how many numbers it has taken back */
  async deliver(): Promise<number> {
    const { store, carrier } = this.#deps;
    const due = await store.db
      .selectFrom('carrierReleases')
      .selectAll()
      .where('dueAtMs', '<=', store.clock.nowMs())
      .orderBy('didId')
      .execute();
    let taken = 0;
    for (const { didId, number, reference, attempts } of due) {
      try {
        await carrier.release([number], reference);
        await this.#forget(didId);
        taken += 1;
      } catch (error) {
        await this.#postpone(didId, attempts + 1, error instanceof Error ? error.message : String(error));
      }
    }
    return taken;
  }

  #forget(didId: number): Promise<unknown> {
    return this.#deps.store.write((context) =>
      context.db.deleteFrom('carrierReleases').where('didId', '=', didId).execute(),
    );
  }

  /** A number that stays with the carrier costs money: it is asked again for ever, at last once a day. */
  #postpone(didId: number, attempts: number, reason: string): Promise<unknown> {
    const waitMs = Math.min(FIRST_RETRY_MS * 2 ** (attempts - 1), LONGEST_RETRY_MS);
    return this.#deps.store.write((context) =>
      context.db
        .updateTable('carrierReleases')
        .set({ attempts, reason, dueAtMs: context.clock.nowMs() + waitMs })
        .where('didId', '=', didId)
        .execute(),
    );
  }
}
