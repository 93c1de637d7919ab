export type { FundingAnswer, FundingRequest, FundingSource, FundingSources } from './funding-source.ts';
export { createHttpService, type HttpServiceOptions } from './http-service.ts';
export { runFunding } from './run-funding.ts';
export { getFunding, setFunding, type WalletFunding } from './wallet-funding.ts';
