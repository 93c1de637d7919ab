import {
  acceptMessage,
  type CallHolds,
  type CarrierAdapter,
  deliverMessage,
  takeInbound,
  takeReceipt,
} from '../../billing-hooks/index.ts';
import { findMessageDeliveries, getMessage, listMessages, type Store, setMessagePrice } from '../../tenancy/index.ts';
import type { MessageStore } from '../message-store-port.ts';
import { audited } from './audited.ts';

/** Messages over the store and the carrier; each is its own record, so only prices are in the audit log. */
export function createMessageStore(store: Store, carrier: CarrierAdapter, holds: CallHolds): MessageStore {
  return {
    list: (visible, slice, filter) => listMessages(store, filter, slice, visible),
    deliveries: (ids) => findMessageDeliveries(store, ids),
    get: (visible, ref) => getMessage(store, ref, visible),
    send: async (_actor, visible, request) => {
      const message = await acceptMessage(store, request, visible, holds);
      if (message.status === 'queued') await deliverMessage(store, carrier, message);
      return getMessage(store, message.id, null);
    },
    receive: (message) => store.write((context) => takeInbound(context, message)),
    takeReceipt: (receipt) => store.write((context) => takeReceipt(context, receipt)),
    setPrice: (actor, { accountId, prefix, priceMicros }) =>
      audited(store, actor, 'update', 'message_price', async (context) => {
        await setMessagePrice(context, { accountId: accountId ?? 0, prefix, priceMicros });
        const resourceId = `${accountId ?? 'platform'} ${prefix}`;
        return { result: undefined, accountId, resourceId, before: null, after: { prefix, priceMicros } };
      }),
  };
}
