export { FundsKeeper, type FundsOptions, type FundsRefusal, type Paid } from './funds-keeper.ts';
