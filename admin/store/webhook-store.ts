import type { AddressGuard } from '../../billing-hooks/index.ts';
import {
  createWebhook,
  deleteWebhook,
  findWebhook,
  listDeliveries,
  listWebhooks,
  replayDelivery,
  type Store,
} from '../../tenancy/index.ts';
import type { WebhookStore } from '../stores.ts';
import { audited, given } from './audited.ts';

const RESOURCE = 'webhook';

/** Where events are sent. */
export function createWebhookStore(store: Store, guard: AddressGuard): WebhookStore {
  return {
    mayReach: (address) => guard.allows(address),
    list: (visible, slice, { accountId }) => listWebhooks(store, given({ accountId }) as object, slice, visible),
    find: (visible, ref) => findWebhook(store, ref, visible),
    create: (actor, fields) =>
      audited(store, actor, 'create', RESOURCE, async (context) => {
        const made = await createWebhook(context, fields);
        const { accountId, uuid } = made.row;
        return { result: made, accountId, resourceId: uuid, before: null, after: made.row };
      }),
    remove: (actor, id) =>
      audited(store, actor, 'delete', RESOURCE, async (context) => {
        const before = await deleteWebhook(context, id, null);
        return { result: undefined, accountId: before.accountId, resourceId: before.uuid, before, after: null };
      }),
    deliveries: (webhookId, slice) => listDeliveries(store, webhookId, slice),
    replay: (actor, webhook, deliveryId) =>
      audited(store, actor, 'replay', RESOURCE, async (context) => {
        await replayDelivery(context, webhook.id, deliveryId);
        const after = { deliveryId };
        return { result: undefined, accountId: webhook.accountId, resourceId: webhook.uuid, before: null, after };
      }),
  };
}
