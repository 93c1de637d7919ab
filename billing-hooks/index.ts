export * from './charging/index.ts';
export * from './decks/index.ts';
export * from './funds/index.ts';
export * from './inventory/index.ts';
export * from './orders/index.ts';
export * from './rating/index.ts';
export * from './renewals/index.ts';
export * from './webhooks/index.ts';
