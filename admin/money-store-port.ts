import type { BillingTerms, DeckRow, NewDeck, Payer, RateRow, RerateReport } from '../billing-hooks/index.ts';
import type { Found, Ref, Slice, Visible } from './store-port.ts';

/** A call that waits for a price. */
export interface UnratedCall {
  readonly callId: number;
  readonly callUuid: string;
  readonly accountId: number | null;
  readonly reason: string | null;
  readonly triedAtMs: number | null;
}

/** What an account was charged for a call. */
export interface CallCharge {
  readonly id: number;
  readonly callUuid: string;
  readonly trunkId: number | null;
  readonly revision: number;
  readonly prefix: string;
  readonly billedSec: number;
  readonly amountMicros: number;
  readonly currency: string;
  readonly calledAtMs: number;
}

/** Prices, terms and charges, as the routes use them. */
export interface MoneyStore {
  listDecks(visible: Visible, slice: Slice): Promise<Found<DeckRow>>;
  /** Foreign decks are answered like unknown ones. */
  getDeck(visible: Visible, ref: Ref): Promise<DeckRow>;
  createDeck(actor: string, deck: NewDeck): Promise<DeckRow>;
  removeDeck(actor: string, deck: DeckRow): Promise<void>;
  listRates(deckId: number, slice: Slice, prefix?: string): Promise<Found<RateRow & { readonly id: number }>>;
  /** @returns how many prices there are now */
  putRates(actor: string, deck: DeckRow, csv: string): Promise<number>;
  payersOf(deckId: number): Promise<readonly string[]>;
  assign(actor: string, payer: Payer, deckId: number | null): Promise<void>;
  getTerms(accountId: number): Promise<BillingTerms>;
  setTerms(actor: string, accountId: number, change: Partial<BillingTerms>): Promise<BillingTerms>;
  listUnrated(visible: Visible, slice: Slice): Promise<Found<UnratedCall>>;
  /** Rated calls of an account, oldest first. */
  listCharges(accountId: number, slice: Slice): Promise<readonly CallCharge[]>;
  rerate(actor: string, fromMs: number, toMs: number): Promise<RerateReport>;
}
