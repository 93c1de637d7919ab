import type { AdminDeps } from '../deps.ts';
import { notFound } from '../errors.ts';
import type { Principal } from '../principal.ts';
import type { WebhookRow } from '../store-port.ts';

/** The endpoint of that id or uuid. @throws ApiError 404 when the caller has none such */
export async function findWebhook(deps: AdminDeps, principal: Principal, ref: string): Promise<WebhookRow> {
  const row = await deps.store.webhooks.find(principal.visible, ref);
  if (row === undefined) throw notFound('webhook');
  return row;
}
