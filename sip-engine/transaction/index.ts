export { HashTable } from './hash-table.ts';
export { KeyHash } from './key-hash.ts';
export { createTransactionLayer, type TransactionDeps, type TransportBelow } from './layer.ts';
export { adoptToTag, mayBeStateless, STATELESS, statelessTag, statelessTagNumber } from './local-tag.ts';
export { MAGIC_COOKIE } from './matching.ts';
export type { Hash } from './ring-places.ts';
export { SpentInvites } from './spent-invites.ts';
export { type Source, stampViaLine } from './stamp-via.ts';
export { giveUpMs, timerValues } from './timer-values.ts';
export type {
  ClientTransaction,
  ClientTransactionHandler,
  ServerTransaction,
  TimerValues,
  TransactionLayer,
  TransactionOptions,
  TransactionUser,
} from './types.ts';
