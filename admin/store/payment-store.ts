import { type PaymentProvider, startPayment, takePaymentNotice } from '../../billing-hooks/index.ts';
import type { Store } from '../../tenancy/index.ts';
import { ApiError } from '../errors.ts';
import type { MoneyStore } from '../money-store-port.ts';
import type { Visible } from '../store-port.ts';

type PaymentPart = Pick<MoneyStore, 'startPayment' | 'takePaymentNotice' | 'listPayments' | 'findPayment'>;

/** Payments over the store. @param provider `null`: there is none */
export function createPaymentStore(store: Store, provider: PaymentProvider | null): PaymentPart {
  const visiblePayments = (visible: Visible) => {
    const query = store.db.selectFrom('payments');
    return visible === null ? query : query.where('accountId', 'in', visible.size > 0 ? [...visible] : [-1]);
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
    async listPayments(visible, { afterId, offset, limit }, { accountId }) {
      let query = visiblePayments(visible);
      if (accountId !== undefined) query = query.where('accountId', '=', accountId);
      const { total } = await query.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
      const page = query.selectAll().where('id', '>', afterId).orderBy('id');
      return { total, rows: await page.offset(offset).limit(limit).execute() };
    },
    findPayment: (visible, id) => visiblePayments(visible).selectAll().where('id', '=', id).executeTakeFirst(),
  };
}
