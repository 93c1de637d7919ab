import { isIP } from 'node:net';
import type { AdminDeps } from './deps.ts';
import { fieldError } from './errors.ts';

/** Names are judged when something is sent, for what they lead to changes. @throws ApiError 422 for the field `url` */
export function checkWebhookUrl(deps: AdminDeps, text: string): void {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    throw fieldError('url', 'must be an address like https://example.org/hooks');
  }
  if (url.username !== '' || url.password !== '') throw fieldError('url', 'must not contain a user name or password');
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) > 0 && !deps.store.webhooks.mayReach(host)) {
    throw fieldError('url', `${host} is not a public address (the operator allows more by DIDFARM_WEBHOOK_ALLOW)`);
  }
}
