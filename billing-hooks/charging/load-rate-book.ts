import type { DeckRecord, FundsUpdate } from '../../bus/index.ts';
import type { SqliteConnection, Store } from '../../tenancy/index.ts';
import { loadDeck } from '../decks/index.ts';
import { loadPurse, pursesInUse } from './load-purse.ts';
import { RateBook } from './rate-book.ts';

/** All decks and purses as they are now, for one piece of work. */
export async function loadRateBook(store: Store): Promise<RateBook> {
  const book = new RateBook();
  book.apply(await readFunds(store));
  return book;
}

/** The same as SIP would be told it; what SIP is told is not touched. */
export async function readFunds(store: Store): Promise<FundsUpdate> {
  const all = await store.bulk((connection) => ({
    decks: allDecks(connection),
    purses: pursesInUse(connection).flatMap((key) => loadPurse(connection, key) ?? []),
  }));
  return { ...all, reset: true, removedDecks: [], settledCalls: [], spent: [] };
}

export function allDecks(connection: SqliteConnection): readonly DeckRecord[] {
  return deckIds(connection).flatMap((id) => loadDeck(connection, id) ?? []);
}

function deckIds(connection: SqliteConnection): readonly number[] {
  const rows = connection.prepare('SELECT id FROM rate_decks ORDER BY id').all([]) as { readonly id: number }[];
  return rows.map(({ id }) => id);
}
