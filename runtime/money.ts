import {
  type CallHolds,
  chargeWaitingCalls,
  FundsFeed,
  type RatingService,
  retryUnrated,
  SharedWallets,
} from '../billing-hooks/index.ts';
import type { FundsUpdate, SipBus } from '../bus/index.ts';
import type { Logger } from '../telemetry/index.ts';
import type { Store } from '../tenancy/index.ts';
import { onTheBeat } from './on-the-beat.ts';

/** How often ended calls are charged and SIP is told what changed in wallets and prices (ms). */
const ROUND_MS = 250;

/** Charges calls, and keeps what the SIP threads know of money up to date. */
export class MoneyDesk {
  readonly feed: FundsFeed;
  readonly #store: Store;
  readonly #tell: (update: FundsUpdate) => Promise<unknown>;
  readonly #logger: Logger;
  readonly #rating: RatingService | undefined;
  #handing: Promise<unknown> = Promise.resolve();
  #told: Promise<unknown> = Promise.resolve();
  #endBeat: () => void = () => undefined;
  #running: Promise<void> | undefined;

  constructor(
    store: Store,
    tell: (update: FundsUpdate) => Promise<unknown>,
    logger: Logger,
    rating: RatingService | undefined,
  ) {
    this.feed = new FundsFeed(store);
    this.#store = store;
    this.#tell = tell;
    this.#logger = logger;
    this.#rating = rating;
  }

  /** Resolves when SIP has been told the wallets and prices of now. */
  async start(): Promise<void> {
    await this.#hand();
    this.#endBeat = onTheBeat(ROUND_MS, () => this.round());
  }

  /** Resolves when SIP has taken in what was written to wallets and prices before the call. */
  async publish(): Promise<void> {
    await this.#hand();
    await this.#told;
  }

  /** One round, joined by whoever asks while it runs. */
  round(): Promise<void> {
    this.#running ??= this.#work()
      .catch((error: unknown) => this.#logger.error({ err: error }, 'calls could not be charged'))
      .finally(() => {
        this.#running = undefined;
      });
    return this.#running;
  }

  /** Charges what has ended so far, and stops. */
  async close(): Promise<void> {
    this.#endBeat();
    await this.#running;
    await this.#charge();
  }

  async #work(): Promise<void> {
    await this.#hand();
    if (await this.#charge()) await this.#hand();
  }

  async #charge(): Promise<boolean> {
    for (let total = 0; ; ) {
      const { charged, unrated } = await chargeWaitingCalls(this.#store, this.feed.book, { rating: this.#rating });
      total += charged + unrated;
      if (charged + unrated === 0) return total > 0;
    }
  }

  /** One after the other: who finds nothing new waits for what was found before, which is told by then. */
  #hand(): Promise<void> {
    const handed = this.#handing.then(() => this.#handNews());
    this.#handing = handed.catch(() => undefined);
    return handed;
  }

  async #handNews(): Promise<void> {
    const update = await this.feed.takeUpdate();
    if (update === undefined) return;
    if (update.reset || update.decks.length > 0) await this.#store.write((context) => retryUnrated(context));
    // In order with everything else that is told: what is told later finds it done.
    this.#told = this.#tell(update).catch((error: unknown) =>
      this.#logger.error({ err: error }, 'SIP could not be told of money'),
    );
  }
}

/** Purchases leave alone what calls hold, and calls what is being bought. */
export function shareWallets(desk: MoneyDesk, bus: SipBus): CallHolds {
  return new SharedWallets({
    paysForCalls: (accountId) => desk.feed.book.currencyOf(`account:${accountId}`) !== undefined,
    publish: () => desk.publish(),
    setAside: async (part) => (await bus.request('set_aside', part)) as number,
    // A thread that has ended holds nothing.
    letGo: (reference) =>
      bus.request('let_go', { reference }).then(
        () => undefined,
        () => undefined,
      ),
  });
}

/** To be awaited before SIP listens: no call is ever let in without looking at the wallet. */
export async function startMoney(
  store: Store,
  bus: SipBus,
  logger: Logger,
  rating?: RatingService,
): Promise<MoneyDesk> {
  const desk = new MoneyDesk(store, (update) => bus.request('funds', update), logger, rating);
  await desk.start();
  return desk;
}
