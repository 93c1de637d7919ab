/**
 * The rows that the routes show, as the store gives them. Every look-up names the accounts it may touch:
 * `Visible` is a set of account ids, or `null` for the operator. A row outside of it does not exist for the caller.
 */
export type {
  AccountRow,
  CarrierRow,
  DidRow,
  DomainRow,
  Found,
  KeyRow,
  Ref,
  Slice,
  TrunkRow,
  Visible,
} from '../tenancy/index.ts';

/** One posting on an account's wallet. */
export interface LedgerRow {
  readonly id: number;
  readonly accountId: number;
  readonly amountMicros: number;
  readonly balanceAfterMicros: number;
  readonly currency: string;
  readonly referenceType: string;
  readonly referenceId: string;
  readonly trunkUuid: string | null;
  readonly note: string;
  readonly atMs: number;
}
