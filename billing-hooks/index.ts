export * from './inventory/index.ts';
export * from './orders/index.ts';
export * from './renewals/index.ts';
export * from './webhooks/index.ts';
