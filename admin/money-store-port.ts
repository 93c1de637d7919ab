import type {
  BillingTerms,
  DeckRow,
  NewDeck,
  Payer,
  Payment,
  RateRow,
  RerateReport,
  WalletFunding,
} from '../billing-hooks/index.ts';
import type { Found, Ref, Slice, Visible } from './store-port.ts';

/** One time that money was asked for. */
export interface FundingRow {
  readonly reference: string;
  readonly amountMicros: number;
  readonly status: 'asked' | 'pending' | 'succeeded' | 'failed';
  readonly reason: string | null;
  readonly createdAtMs: number;
}

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

/** A payment, and when it was begun. */
export interface PaymentRow extends Payment {
  readonly createdAtMs: number;
}

/** Prices, terms, charges and payments, as the routes use them. */
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
  getFunding(accountId: number, currency: string): Promise<WalletFunding | undefined>;
  /** `null`: the wallet is filled by hand. */
  setFunding(actor: string, accountId: number, currency: string, funding: WalletFunding | null): Promise<void>;
  /** The last times that a wallet was filled by itself, newest first. */
  fundingRequests(accountId: number, currency: string): Promise<readonly FundingRow[]>;
  listUnrated(visible: Visible, slice: Slice): Promise<Found<UnratedCall>>;
  /** Rated calls of an account, oldest first. */
  listCharges(accountId: number, slice: Slice): Promise<readonly CallCharge[]>;
  /** @throws ApiError `conflict` when there is no payment provider */
  startPayment(
    actor: string,
    request: { readonly accountId: number; readonly amountMicros: number; readonly currency: string },
  ): Promise<PaymentRow>;
  /** @returns false when there is no such provider */
  takePaymentNotice(provider: string, notice: { readonly body: string; readonly signature: string }): Promise<boolean>;
  listPayments(visible: Visible, slice: Slice, filter: { readonly accountId?: number }): Promise<Found<PaymentRow>>;
  findPayment(visible: Visible, id: number): Promise<PaymentRow | undefined>;
  rerate(actor: string, fromMs: number, toMs: number): Promise<RerateReport>;
}
