export { type Effective, type EffectiveAccount, resolveEffective } from './account-effective.ts';
export * from './account-repo.ts';
export * from './audit-repo.ts';
export * from './bulk-job-repo.ts';
export * from './carrier-repo.ts';
export {
  EVERYTHING,
  type Found,
  inSlice,
  type Ref,
  type Slice,
  type SortOrder,
  type Stamped,
  sliceRows,
  type TextFilter,
  type Visible,
  within,
} from './common.ts';
export * from './delivery-queue.ts';
export * from './delivery-repo.ts';
export { type NumberEvent, tellOfNumber, trunkUuidOf } from './did-events.ts';
export * from './did-repo.ts';
export { type DidRow, type NumberType, toDidRow } from './did-rows.ts';
export * from './domain-repo.ts';
export * from './group-repo.ts';
export * from './idempotent-write-repo.ts';
export * from './key-repo.ts';
export * from './message-delivery-repo.ts';
export * from './message-repo.ts';
export * from './order-repo.ts';
export * from './outbox-repo.ts';
export * from './porting-repo.ts';
export * from './record-stream-repo.ts';
export * from './regulatory-document-repo.ts';
export * from './regulatory-submission-repo.ts';
export * from './routing-policy-repo.ts';
export * from './sip-message-repo.ts';
export * from './trunk-credentials.ts';
export * from './trunk-repo.ts';
export { type TrunkRecordColumns, type TrunkRow, toTrunkRecord } from './trunk-rows.ts';
export * from './user-repo.ts';
export * from './webhook-repo.ts';
