export { AddressGuard, type Resolve } from './address-guard.ts';
export { signBody } from './sign.ts';
export { WebhookSender, type WebhookSenderOptions } from './webhook-sender.ts';
