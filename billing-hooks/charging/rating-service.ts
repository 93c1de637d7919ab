import type { Level } from './rate-book.ts';

/** What a call comes to for one of those who pay for it. */
export interface Price {
  readonly amountMicros: number;
  /** Seconds that are charged. */
  readonly billedSec: number;
}

/** An ended call, and one of those who pay for it. */
export interface RatingQuestion {
  /** Names the question; the same one comes again when its answer was lost, or the call is rated again. */
  readonly id: string;
  readonly callUuid: string;
  readonly leg: Level['leg'];
  /** Who pays: an account, or the platform to that carrier. */
  readonly accountId: number | null;
  readonly carrierId: number | null;
  readonly trunkId: number | null;
  readonly direction: 'in' | 'out' | 'internal';
  readonly from: string;
  readonly to: string;
  readonly answeredAtMs: number;
  readonly durationMs: number;
  readonly currency: string;
  /** What its deck says; `null` when that has no price. */
  readonly byDeck: Price | null;
}

/** Somebody else's prices: a part of this process, or a server (`createHttpRater`). */
export interface Rater {
  readonly name: string;
  /**
   * Prices by the `id` of the question; what has none is priced by its deck.
   * @throws when no answer can be had: it is asked again
   */
  rate(questions: readonly RatingQuestion[]): Promise<ReadonlyMap<string, Price>>;
}

export interface RatingServiceOptions {
  readonly rater: Rater;
  /** While it does not answer: calls wait until it does, or are charged by their decks. */
  readonly whileSilent: 'wait' | 'deck';
  nowMs(): number;
  /** It did not answer; asked again after so long. */
  onFault(error: unknown, againInMs: number): void;
}

const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 60_000;

/** Asks a rater, and leaves it alone for a while when it does not answer, so that nothing waits for it again and again. */
export class RatingService {
  readonly #options: RatingServiceOptions;
  #faults = 0;
  #silentUntilMs = 0;

  constructor(options: RatingServiceOptions) {
    this.#options = options;
  }

  /** @returns `undefined` when what was asked has to wait */
  async prices(questions: readonly RatingQuestion[]): Promise<ReadonlyMap<string, Price> | undefined> {
    if (questions.length === 0) return new Map();
    const { rater, nowMs, onFault } = this.#options;
    if (nowMs() < this.#silentUntilMs) return this.#withoutIt();
    try {
      const prices = await rater.rate(questions);
      this.#faults = 0;
      return prices;
    } catch (error) {
      const againInMs = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#faults);
      this.#faults += 1;
      this.#silentUntilMs = nowMs() + againInMs;
      onFault(error, againInMs);
      return this.#withoutIt();
    }
  }

  #withoutIt(): ReadonlyMap<string, Price> | undefined {
    return this.#options.whileSilent === 'deck' ? new Map() : undefined;
  }
}
