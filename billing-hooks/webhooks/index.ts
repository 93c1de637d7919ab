export { AddressGuard, type Resolve } from './address-guard.ts';
export { EVENT_NAMES } from './event-names.ts';
export { signBody } from './sign.ts';
export { WebhookSender, type WebhookSenderOptions } from './webhook-sender.ts';
