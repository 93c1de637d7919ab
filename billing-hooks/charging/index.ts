export { CarrierBalances } from './carrier-balances.ts';
export { type ChargeReport, chargeWaitingCalls, retryUnrated } from './charge-calls.ts';
export { FundsFeed } from './funds-feed.ts';
export { createHttpRater, type HttpRaterOptions } from './http-rater.ts';
export { loadRateBook, readFunds } from './load-rate-book.ts';
export { SPEND_PIECE_MS } from './load-spent.ts';
export { type CallFacts, type Level, RateBook } from './rate-book.ts';
export type { UnratedReason } from './rate-calls.ts';
export {
  type Price,
  type Rater,
  type RatingQuestion,
  RatingService,
  type RatingServiceOptions,
} from './rating-service.ts';
export { type RerateQuery, type RerateReport, rerateCalls } from './rerate-calls.ts';
