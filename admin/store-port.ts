/**
 * The rows that the routes show, as the store gives them. Every look-up names the accounts it may touch:
 * `Visible` is a set of account ids, or `null` for the operator. A row outside of it does not exist for the caller.
 */
export type {
  AccountRow,
  BulkCounts,
  BulkFault,
  BulkJobRow,
  BulkPassword,
  CarrierRow,
  DidRow,
  DocumentRow,
  DomainRow,
  Found,
  GroupRow,
  KeyRow,
  MessageDeliveryRow,
  MessageFilter,
  MessageRow,
  OrderRow,
  Ref,
  Slice,
  SortOrder,
  StoredDelivery,
  SubmissionRow,
  TransactionRow,
  TrunkRow,
  UserRow,
  Visible,
  WebhookRow,
} from '../tenancy/index.ts';
