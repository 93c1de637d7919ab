import { randomBytes } from 'node:crypto';
import {
  createSimulatedProvider,
  type FundingSources,
  fundedByPayment,
  type PaymentProvider,
  takePaymentNotice,
} from '../billing-hooks/index.ts';
import type { Store } from '../tenancy/index.ts';
import { FAILING_CENTS } from './magic-numbers.ts';

/** So long somebody takes to pay (ms). */
const PAYS_AFTER_MS = 60_000;
const MICROS_PER_CENT = 10_000;

/** Payments of a test world: paid after a minute, or not at all, as the amount says. */
export class TestPayments {
  readonly provider: PaymentProvider;
  readonly #simulated: ReturnType<typeof createSimulatedProvider>;
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
    // Nobody outside signs for it, so the secret need not outlive this process.
    const secret = randomBytes(24).toString('hex');
    this.#simulated = createSimulatedProvider({ secret, nowMs: () => store.clock.nowMs() });
    this.provider = this.#simulated;
  }

  /** What wallets that fill themselves are filled from: everybody has left a card. */
  get sources(): FundingSources {
    return fundedByPayment(this.provider);
  }

  async nextDueMs(): Promise<number | undefined> {
    const { atMs } = await this.#store.db
      .selectFrom('payments')
      .select((eb) => eb.fn.min('createdAtMs').as('atMs'))
      .where('status', '=', 'pending')
      .executeTakeFirstOrThrow();
    return atMs === null ? undefined : Number(atMs) + PAYS_AFTER_MS;
  }

  /** Has everybody pay whose time has come. */
  async settle(): Promise<void> {
    const due = await this.#store.db
      .selectFrom('payments')
      .select(['providerRef', 'amountMicros', 'currency'])
      .where('status', '=', 'pending')
      .where('createdAtMs', '<=', this.#store.clock.nowMs() - PAYS_AFTER_MS)
      .execute();
    for (const { providerRef, amountMicros, currency } of due) {
      const cents = Math.round(amountMicros / MICROS_PER_CENT) % 100;
      const outcome = cents === FAILING_CENTS ? 'failed' : 'succeeded';
      const notice = this.#simulated.notice({ providerRef, outcome, amountMicros, currency });
      await takePaymentNotice(this.#store, this.provider, notice);
    }
  }
}
