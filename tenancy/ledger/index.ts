export {
  DEFAULT_CURRENCY,
  getBalance,
  type NewEntry,
  type NewPosting,
  type Posted,
  postEntry,
  type TopUp,
  topUp,
} from './ledger.ts';
export { formatMoney, fromCents, MICROS_PER_UNIT, parseMoney, toCents } from './money.ts';
export { listTransactions, type TransactionFilter, type TransactionRow } from './transactions.ts';
export { type LedgerReport, verifyLedger } from './verify-ledger.ts';
