import {
  type CallHolds,
  getInvoice,
  getProfile,
  issueCreditNote,
  issueInvoice,
  listInvoices,
  setProfile,
  setTaxAside,
} from '../../billing-hooks/index.ts';
import type { Store } from '../../tenancy/index.ts';
import type { InvoiceStore } from '../invoice-store-port.ts';
import { audited } from './audited.ts';

/** Invoices over the store; each write with its audit entry. */
export function createInvoiceStore(store: Store, holds: CallHolds): InvoiceStore {
  return {
    list: (visible, slice, filter) => listInvoices(store, filter, slice, visible),
    get: (visible, ref) => getInvoice(store, ref, visible),
    issue: (actor, request) =>
      setTaxAside(store, holds, request, () =>
        audited(store, actor, 'issue', 'invoice', async (context) => {
          const result = await issueInvoice(context, request);
          return { result, accountId: request.accountId, resourceId: result.uuid, before: null, after: request };
        }),
      ),
    credit: (actor, invoice) =>
      audited(store, actor, 'credit', 'invoice', async (context) => {
        const result = await issueCreditNote(context, invoice);
        const { number, credits } = result.document;
        const after = { number, credits };
        return { result, accountId: invoice.accountId, resourceId: result.uuid, before: null, after };
      }),
    getProfile: (accountId) => getProfile(store, accountId),
    setProfile: (actor, accountId, change) =>
      audited(store, actor, 'update', 'billing_profile', async (context) => {
        const before = await getProfile(context, accountId);
        const after = await setProfile(context, accountId, change);
        return { result: after, accountId, resourceId: String(accountId ?? 'platform'), before, after };
      }),
  };
}
