export {
  type FundingAnswer,
  type FundingRequest,
  type FundingSource,
  type FundingSources,
  fundedByPayment,
} from './funding-source.ts';
export { createHttpService, type HttpServiceOptions } from './http-service.ts';
export { runFunding } from './run-funding.ts';
export { getFunding, setFunding, type WalletFunding } from './wallet-funding.ts';
