import type {
  CheckoutItem,
  CostQuery,
  CostRow,
  InventoryQuery,
  NumberOffer,
  OffboardReport,
  OnExisting,
  ProjectedCost,
  Quote,
  StockReport,
  StockRow,
} from '../billing-hooks/index.ts';
import type { WalletBalance } from '../tenancy/index.ts';
import type { Found, OrderRow, Slice, TransactionRow, Visible } from './store-port.ts';
import type { Actor, Fields } from './stores.ts';

export interface WalletStore {
  /** Micro-units. */
  balance(accountId: number, currency: string): Promise<number>;
  wallets(accountId: number): Promise<readonly WalletBalance[]>;
  transactions(accountId: number, slice: Slice): Promise<Found<TransactionRow>>;
  topUp(
    actor: Actor,
    topUp: {
      readonly accountId: number;
      readonly amountMicros: number;
      readonly currency: string;
      readonly note: string;
      /** The same key posts once. */
      readonly idempotencyKey: string | undefined;
    },
  ): Promise<TransactionRow>;
  /** What is wrong with the ledger; empty when it is sound. */
  verify(): Promise<{ readonly entries: number; readonly faults: readonly string[] }>;
}

/** What can be bought. */
export interface InventoryStore {
  search(
    query: Fields<InventoryQuery, 'type' | 'city' | 'smsEnabled'> & { readonly country: string },
    page: { readonly offset: number; readonly limit: number },
  ): Promise<{ readonly total: number; readonly offers: readonly NumberOffer[] }>;
  /** All of the operator's numbers into the stock or none; a dry run changes nothing. */
  importStock(
    actor: Actor,
    offers: readonly NumberOffer[],
    options: { readonly onExisting: OnExisting; readonly dryRun: boolean },
  ): Promise<StockReport | { readonly existing: readonly string[] }>;
  listStock(filter: { readonly country?: string | undefined }, slice: Slice): Promise<Found<StockRow>>;
  /** What was there. */
  removeStock(actor: Actor, number: string): Promise<NumberOffer | undefined>;
}

export interface OrderStore {
  /** Wallet, order and numbers together, or nothing. */
  checkout(
    actor: Actor,
    order: {
      readonly accountId: number;
      readonly items: readonly CheckoutItem[];
      readonly idempotencyKey: string | undefined;
    },
  ): Promise<OrderRow>;
  quote(cart: { readonly accountId: number; readonly items: readonly CheckoutItem[] }): Promise<Quote>;
  list(visible: Visible, slice: Slice, filter: { readonly accountId?: number }): Promise<Found<OrderRow>>;
  /** Closes an account, gives its numbers back. */
  offboard(actor: Actor, accountId: number): Promise<OffboardReport>;
  /** Refuses foreign orders like unknown ones. */
  find(visible: Visible, id: number): Promise<OrderRow>;
}

export interface CostStore {
  project(accountId: number): Promise<ProjectedCost>;
  list(query: CostQuery): Promise<readonly CostRow[]>;
}
