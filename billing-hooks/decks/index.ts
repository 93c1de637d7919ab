export {
  assignDeck,
  createDeck,
  type DeckRow,
  deleteDeck,
  getDeck,
  listDecks,
  listRates,
  type NewDeck,
  type Payer,
  payersOf,
  putRates,
} from './deck-store.ts';
export { loadDeck } from './load-deck.ts';
export type { RateRow } from './rate-row.ts';
export { decimal, parseRatesCsv } from './rates-csv.ts';
