export { getBalance, listWallets, type TopUp, topUp, type WalletBalance } from './ledger.ts';
export { formatMoney, fromCents, parseMoney, toCents } from './money.ts';
export {
  DEFAULT_CURRENCY,
  type NewEntry,
  type NewPosting,
  type Posted,
  postEntries,
  postEntry,
} from './post-entries.ts';
export { listTransactions, type TransactionFilter, type TransactionRow } from './transactions.ts';
export { type LedgerReport, verifyLedger } from './verify-ledger.ts';
