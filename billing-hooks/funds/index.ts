export {
  type CallHolds,
  duringAll,
  NO_CALLS,
  type Purchase,
  type SetAside,
  SharedWallets,
  type SipFunds,
} from './call-holds.ts';
export { FundsKeeper, type FundsOptions, type FundsRefusal, type Paid } from './funds-keeper.ts';
