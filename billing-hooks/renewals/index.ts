export { type CostQuery, type CostRow, listCosts, type ProjectedCost, projectCost } from './costs.ts';
export { firstRenewal, timezoneOf } from './first-renewal.ts';
export { type RenewalReport, type RenewalRules, runRenewals } from './run-renewals.ts';
