import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import type { FundsUpdate, PurseRecord, RateDirection } from '../../bus/index.ts';
import { Deck, type NumberPrices } from '../rating/index.ts';

/** What of a call decides who pays for it, and how much. */
export interface CallFacts {
  readonly direction: 'in' | 'out' | 'internal';
  readonly isEmergency: boolean;
  /** The called number, `+` and digits. */
  readonly to: string;
  /** The account of the call, then those above it. */
  readonly chain: readonly number[];
  readonly trunkId: number | null;
  readonly carrierId: number | null;
  /** Where the call was sent on into the public network, and who pays for that. */
  readonly onward?: Pick<CallFacts, 'to' | 'chain' | 'carrierId'>;
}

/** One who pays for a leg of a call, by a deck of its own. */
export interface Level {
  readonly purse: PurseRecord;
  readonly leg: 'call' | 'onward';
  readonly deck: Deck;
  /** `undefined`: the deck has no price for that number. */
  readonly prices: NumberPrices | undefined;
}

/** Decks and purses in memory: the same answers for the SIP thread, which reserves, and for who charges later. */
export class RateBook {
  readonly #decks = new Map<number, Deck>();
  readonly #purses = new Map<string, PurseRecord>();
  /** The same, by number: a call names those who pay by theirs. */
  readonly #accounts = new Map<number, PurseRecord>();
  readonly #carriers = new Map<number, PurseRecord>();

  apply({ reset, decks, removedDecks, purses }: FundsUpdate): void {
    if (reset) {
      this.#decks.clear();
      for (const purses of [this.#purses, this.#accounts, this.#carriers]) purses.clear();
    }
    for (const record of decks) this.#decks.set(record.id, new Deck(record));
    for (const id of removedDecks) this.#decks.delete(id);
    for (const purse of purses) {
      this.#purses.set(purse.key, purse);
      const [kind, id] = purse.key.split(':');
      (kind === 'account' ? this.#accounts : this.#carriers).set(Number(id), purse);
    }
  }

  /** Whether anybody pays for calls at all. */
  get isEmpty(): boolean {
    return this.#decks.size === 0;
  }

  findPurse(key: string): PurseRecord | undefined {
    return this.#purses.get(key);
  }

  /** What calls of that purse are paid in; `undefined` when it pays for none. */
  currencyOf(key: string): string | undefined {
    const deckId = this.#purses.get(key)?.deckId;
    return deckId == null ? undefined : this.#decks.get(deckId)?.record.currency;
  }

  /**
   * Everybody who pays for the call: its account, those above it, then the platform at the carrier; and the same again
   * for the leg that was sent on. One purse may be in it twice.
   */
  levels(facts: CallFacts): readonly Level[] {
    if (this.isEmpty || facts.isEmergency) return [];
    const { onward, ...call } = facts;
    const own = facts.direction === 'internal' ? [] : this.#levelsOf(call, 'call');
    if (onward === undefined) return own;
    return [...own, ...this.#levelsOf({ ...call, ...onward, direction: 'out' }, 'onward')];
  }

  #levelsOf(facts: CallFacts, leg: Level['leg']): readonly Level[] {
    const levels: Level[] = [];
    for (const id of facts.chain) this.#addLevel(levels, this.#accounts.get(id), facts, leg);
    if (facts.carrierId !== null) this.#addLevel(levels, this.#carriers.get(facts.carrierId), facts, leg);
    return levels;
  }

  #addLevel(levels: Level[], purse: PurseRecord | undefined, { direction, to }: CallFacts, leg: Level['leg']): void {
    const deck = purse?.deckId == null ? undefined : this.#decks.get(purse.deckId);
    if (purse === undefined || deck === undefined) return;
    const wanted = rateDirection(direction, to, deck);
    // Inbound is free where a deck says nothing of it; outbound never is.
    if (wanted === undefined) return;
    levels.push({ purse, leg, deck, prices: deck.pricesOf(wanted, to) });
  }
}

function rateDirection(direction: CallFacts['direction'], to: string, deck: Deck): RateDirection | undefined {
  if (direction === 'out') return 'out';
  if (deck.has('toll_free') && isTollFree(to)) return 'toll_free';
  return deck.has('in') ? 'in' : undefined;
}

function isTollFree(number: string): boolean {
  return parsePhoneNumberFromString(number)?.getType() === 'TOLL_FREE';
}
