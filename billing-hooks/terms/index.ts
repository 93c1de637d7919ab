export { type BillingTerms, creditOf, getTerms, setTerms } from './billing-terms.ts';
