import type { BillingProfile, InvoiceRequest, InvoiceRow } from '../billing-hooks/index.ts';
import type { Found, Ref, Slice, Visible } from './store-port.ts';

/** Invoices and who accounts are on them, as the routes use them. */
export interface InvoiceStore {
  list(visible: Visible, slice: Slice, filter: { readonly accountId?: number }): Promise<Found<InvoiceRow>>;
  /** Foreign invoices are answered like unknown ones. */
  get(visible: Visible, ref: Ref): Promise<InvoiceRow>;
  /** The one that was issued for the month before, when there is one. */
  issue(actor: string, request: InvoiceRequest): Promise<InvoiceRow>;
  credit(actor: string, invoice: InvoiceRow): Promise<InvoiceRow>;
  getProfile(accountId: number): Promise<BillingProfile>;
  /** @param accountId `null`: the platform's own */
  setProfile(actor: string, accountId: number | null, change: Partial<BillingProfile>): Promise<BillingProfile>;
}
