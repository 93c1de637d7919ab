import type { AddressGuard } from '../../billing-hooks/index.ts';
import {
  createWebhook,
  deleteWebhook,
  findWebhook,
  listDeliveries,
  listWebhooks,
  replayDelivery,
  rotateWebhookSecret,
  type Store,
  sendTestEvent,
  updateWebhook,
} from '../../tenancy/index.ts';
import type { WebhookStore } from '../webhook-store-port.ts';
import { audited } from './audited.ts';

const RESOURCE = 'webhook';

/** Where events are sent. */
export function createWebhookStore(store: Store, guard: AddressGuard): WebhookStore {
  return {
    mayReach: (address) => guard.allows(address),
    list: (visible, slice, filter) => listWebhooks(store, filter, slice, visible),
    find: (visible, ref) => findWebhook(store, ref, visible),
    create: (actor, fields) =>
      audited(store, actor, 'create', RESOURCE, async (context) => {
        const made = await createWebhook(context, fields);
        const { accountId, uuid } = made.row;
        return { result: made, accountId, resourceId: uuid, before: null, after: made.row };
      }),
    update: (actor, before, change) =>
      audited(store, actor, 'update', RESOURCE, async (context) => {
        const after = await updateWebhook(context, before.id, change);
        return { result: after, accountId: after.accountId, resourceId: after.uuid, before, after };
      }),
    rotateSecret: (actor, before, overlapSec) =>
      audited(store, actor, 'rotate', RESOURCE, async (context) => {
        const made = await rotateWebhookSecret(context, before.id, overlapSec);
        const { accountId, uuid } = made.row;
        return { result: made, accountId, resourceId: uuid, before, after: made.row };
      }),
    sendTest: (actor, { id, uuid, accountId }) =>
      audited(store, actor, 'test', RESOURCE, async (context) => {
        const deliveryId = await sendTestEvent(context, id);
        return { result: deliveryId, accountId, resourceId: uuid, before: null, after: { deliveryId } };
      }),
    remove: (actor, id) =>
      audited(store, actor, 'delete', RESOURCE, async (context) => {
        const before = await deleteWebhook(context, id, null);
        return { result: undefined, accountId: before.accountId, resourceId: before.uuid, before, after: null };
      }),
    deliveries: (webhookId, slice, filter) => listDeliveries(store, webhookId, slice, filter),
    replay: (actor, webhook, deliveryId) =>
      audited(store, actor, 'replay', RESOURCE, async (context) => {
        await replayDelivery(context, webhook.id, deliveryId);
        const after = { deliveryId };
        return { result: undefined, accountId: webhook.accountId, resourceId: webhook.uuid, before: null, after };
      }),
  };
}
