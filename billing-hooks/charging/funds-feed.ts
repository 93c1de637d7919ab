import type { DeckRecord, FundsUpdate, PurseRecord } from '../../bus/index.ts';
import type { SqliteConnection, Store } from '../../tenancy/index.ts';
import { loadDeck } from '../decks/index.ts';
import { loadPurse, pursesInUse } from './load-purse.ts';
import { allDecks } from './load-rate-book.ts';
import { loadSpent } from './load-spent.ts';
import { RateBook } from './rate-book.ts';

interface Change {
  readonly kind: 'deck' | 'purse';
  readonly key: string;
}

/** Reads what changed in the money since the last time, as one consistent picture, and keeps the main side's book. */
export class FundsFeed {
  readonly book = new RateBook();
  readonly #store: Store;
  readonly #told = new Set<string>();
  #isFirst = true;

  constructor(store: Store) {
    this.#store = store;
  }

  /** What SIP is to be told now; `undefined` when nothing changed. Each change is handed out once. */
  async takeUpdate(): Promise<FundsUpdate | undefined> {
    // Asked several times a second, and as a rule there is nothing: neither a transaction nor a wait for others' then.
    if (!this.#isFirst && !(await this.#store.read(hasChanges))) return undefined;
    const update = await this.#store.bulk((connection) => this.#read(connection));
    if (update !== undefined) this.book.apply(update);
    return update;
  }

  #read(connection: SqliteConnection): FundsUpdate | undefined {
    const changes = connection.prepare('SELECT kind, key FROM funds_changes').all([]) as Change[];
    const settled = connection.prepare('SELECT call_uuid AS uuid FROM settled_calls ORDER BY id').all([]);
    if (!this.#isFirst && changes.length === 0 && settled.length === 0) return undefined;
    connection.exec('DELETE FROM funds_changes; DELETE FROM settled_calls');
    const reset = this.#isFirst || changes.some(({ kind, key }) => kind === 'purse' && key === 'platform');
    this.#isFirst = false;
    const deckIds = reset ? [] : keysOf(changes, 'deck').map(Number);
    const decks = deckIds.map((id) => [id, loadDeck(connection, id)] as const);
    const changed = decks.flatMap(([, deck]): readonly DeckRecord[] => (deck === undefined ? [] : [deck]));
    const keys = reset ? pursesInUse(connection) : keysOf(changes, 'purse');
    return {
      reset,
      decks: reset ? allDecks(connection) : changed,
      removedDecks: decks.flatMap(([id, deck]) => (deck === undefined ? [id] : [])),
      purses: keys.flatMap((key) => this.#purse(connection, key)),
      settledCalls: (settled as { readonly uuid: string }[]).map(({ uuid }) => uuid),
      spent: reset ? loadSpent(connection, this.#store.clock.nowMs()) : [],
    };
  }

  /** Purses that pay nothing are of no interest, unless they did before. */
  #purse(connection: SqliteConnection, key: string): readonly PurseRecord[] {
    const purse = loadPurse(connection, key);
    if (purse === undefined || (purse.deckId === null && !this.#told.has(key))) return [];
    this.#told.add(key);
    return [purse];
  }
}

function hasChanges(connection: SqliteConnection): boolean {
  const isAny = (table: string) => connection.prepare(`SELECT 1 FROM ${table} LIMIT 1`).all([]).length > 0;
  return isAny('funds_changes') || isAny('settled_calls');
}

function keysOf(changes: readonly Change[], kind: Change['kind']): readonly string[] {
  return [...new Set(changes.filter((change) => change.kind === kind).map(({ key }) => key))];
}
