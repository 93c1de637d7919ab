import type { CheckoutDeps } from './order-lines.ts';
import { isNumberInUse } from './sold-numbers.ts';

const FIRST_RETRY_MS = 60_000;
const LONGEST_RETRY_MS = 86_400_000;
/** Of one round: the carrier is asked one by one, and renewals and ports wait for the end of it. */
const MOST_AT_ONCE = 50;

interface CarrierRelease {
  readonly didId: number;
  readonly number: string;
  readonly reference: string;
  readonly attempts: number;
}

/**
 * Numbers that have ended here are given back to a carrier across a network, repeated by one reference until it has
 * understood: killed at any moment, none is forgotten.
 */
export class CarrierReleases {
  readonly #deps: CheckoutDeps;

  constructor(deps: CheckoutDeps) {
    this.#deps = deps;
  }

  /**
   * Tells the carrier what is due longest, as much as a round may take. A number that is in use again, as after a
   * tenant file that was put right, stays.
   * @returns how many numbers it has taken back
   */
  async deliver(): Promise<number> {
    const { store } = this.#deps;
    const due = await store.db
      .selectFrom('carrierReleases')
      .selectAll()
      .where('dueAtMs', '<=', store.clock.nowMs())
      .orderBy('dueAtMs')
      .orderBy('didId')
      .limit(MOST_AT_ONCE)
      .execute();
    let taken = 0;
    for (const row of due) if (await this.#release(row)) taken += 1;
    return taken;
  }

  /** @returns whether the carrier has taken it back */
  async #release({ didId, number, reference, attempts }: CarrierRelease): Promise<boolean> {
    const { store, carrier } = this.#deps;
    // Not forgotten: when it goes for good, the carrier knows it by no other reference.
    if (await isNumberInUse(store, number)) {
      await this.#postpone(didId, LONGEST_RETRY_MS, { reason: 'the number is in use again' });
      return false;
    }
    try {
      await carrier.release([number], reference);
      await this.#forget(didId);
      return true;
    } catch (error) {
      // A number that stays with the carrier costs money: it is asked again for ever, at last once a day.
      const waitMs = Math.min(FIRST_RETRY_MS * 2 ** attempts, LONGEST_RETRY_MS);
      const reason = error instanceof Error ? error.message : String(error);
      await this.#postpone(didId, waitMs, { attempts: attempts + 1, reason });
      return false;
    }
  }

  #forget(didId: number): Promise<unknown> {
    return this.#deps.store.write((context) =>
      context.db.deleteFrom('carrierReleases').where('didId', '=', didId).execute(),
    );
  }

  #postpone(
    didId: number,
    waitMs: number,
    why: { readonly attempts?: number; readonly reason: string },
  ): Promise<unknown> {
    return this.#deps.store.write((context) =>
      context.db
        .updateTable('carrierReleases')
        .set({ ...why, dueAtMs: context.clock.nowMs() + waitMs })
        .where('didId', '=', didId)
        .execute(),
    );
  }
}
