import { type PaymentProvider, startPayment, takePaymentNotice } from '../../billing-hooks/index.ts';
import { inSlice, type Store, within } from '../../tenancy/index.ts';
import { ApiError } from '../errors.ts';
import type { MoneyStore } from '../money-store-port.ts';
import type { Visible } from '../store-port.ts';

type PaymentPart = Pick<MoneyStore, 'startPayment' | 'takePaymentNotice' | 'listPayments' | 'findPayment'>;

/** Payments over the store. @param provider `null`: there is none */
export function createPaymentStore(store: Store, provider: PaymentProvider | null): PaymentPart {
  const visiblePayments = (visible: Visible) => {
    return store.db.selectFrom('payments').where(within(visible, 'payments.account_id'));
  };
  return {
    async startPayment(actor, request) {
      if (provider === null) throw new ApiError('conflict', 'No payment provider is set up on this server.');
      const { id } = await startPayment(store, provider, { ...request, actor });
      return visiblePayments(null).selectAll().where('id', '=', id).executeTakeFirstOrThrow();
    },
    async takePaymentNotice(name, notice) {
      if (provider?.name !== name) return false;
      await takePaymentNotice(store, provider, notice);
      return true;
    },
    async listPayments(visible, slice, { accountId }) {
      let query = visiblePayments(visible);
      if (accountId !== undefined) query = query.where('accountId', '=', accountId);
      const { total } = await query.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
      return { total, rows: await inSlice(query.selectAll(), slice).execute() };
    },
    findPayment: (visible, id) => visiblePayments(visible).selectAll().where('id', '=', id).executeTakeFirst(),
  };
}
