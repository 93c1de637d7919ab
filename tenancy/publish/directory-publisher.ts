import type { DigestAlgorithm, DirectoryDelta, DirectoryShare } from '../../bus/index.ts';
import type { SqliteConnection, Store } from '../store/index.ts';
import { buildDelta, type Changes, readChanges } from './build-delta.ts';
import { packRows, packShares } from './pack-shares.ts';

export interface PublisherOptions {
  /** What realms offer that set none of their own, the platform realm among them. */
  readonly algorithms: readonly DigestAlgorithm[];
}

/** Where a whole directory goes: first the delta with `reset`, then all trunks and numbers. */
export interface DirectoryTaker {
  delta(delta: DirectoryDelta): void;
  share(share: DirectoryShare): void;
}

/** A delta, and the trunks and numbers that come before it when there are many. */
export interface DirectoryStep {
  readonly delta: DirectoryDelta;
  readonly parts: readonly DirectoryShare[];
}

/** Trunks and numbers from which on a step comes in parts: fewer are taken in within a millisecond or two. */
const PARTS_FROM = 250;

/**
 * Turns what is stored into what SIP reads. The database itself notes each row that changed (by triggers, so
 * that edits by hand are seen and a rolled-back write leaves no trace); a delta reads those rows alone.
 */
export class DirectoryPublisher {
  readonly #store: Store;
  readonly #options: PublisherOptions;
  #version = 0;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(store: Store, options: PublisherOptions) {
    this.#store = store;
    this.#options = options;
  }

  /** Of the last delta that was taken; 0 before the first. */
  get version(): number {
    return this.#version;
  }

  /**
   * Everything, for a thread that starts. It is at `version`; the deltas taken later fit on it, those changes
   * included that nobody has taken yet.
   */
  fullDelta(): Promise<DirectoryDelta> {
    return this.#inFull((connection, version) => this.#build(connection, version, 'all'));
  }

  /** The same in parts for another thread, which takes one in while the next is read; credentials stay sealed. */
  shareAll(taker: DirectoryTaker): Promise<void> {
    return this.#inFull((connection, version) => {
      taker.delta(this.#build(connection, version, 'all_but_shared'));
      packShares(connection, version, (share) => taker.share(share));
    });
  }

  /** What changed since the last delta, as the next version; `undefined` when nothing did. */
  takeDelta(): Promise<DirectoryDelta | undefined> {
    return this.#take((connection, changes, version) => ({
      delta: this.#build(connection, version, changes),
    })).then((step) => step?.delta);
  }

  /** The same for another thread: a large step comes in parts, which belong before the rest of it. */
  takeStep(): Promise<DirectoryStep | undefined> {
    return this.#take((connection, changes, version) => {
      const [trunks, dids] = [changes.ids.get('trunk') ?? [], changes.ids.get('did') ?? []];
      if (trunks.length + dids.length < PARTS_FROM)
        return { delta: this.#build(connection, version, changes), parts: [] };
      const parts: DirectoryShare[] = [];
      packRows(connection, version, { trunks, dids }, (part) => parts.push(part));
      const ids = new Map([...changes.ids, ['trunk', []], ['did', []]]);
      const rest = this.#build(connection, version, { ...changes, ids });
      const gone = (kind: DirectoryShare['kind'], all: readonly number[]) => ({
        upserts: [],
        deletes: without(all, kind, parts),
      });
      return { delta: { ...rest, trunks: gone('trunks', trunks), dids: gone('dids', dids) }, parts };
    });
  }

  /** Cheap enough to ask every second: finds what was edited by hand in SQL. */
  hasChanges(): Promise<boolean> {
    return this.#store.read(
      (connection) => connection.prepare('SELECT 1 FROM directory_changes LIMIT 1').all([]).length > 0,
    );
  }

  #take<T extends { readonly delta: DirectoryDelta }>(
    read: (connection: SqliteConnection, changes: Changes, version: number) => T,
  ): Promise<T | undefined> {
    return this.#inTurn(async () => {
      if (this.#version === 0 || !(await this.hasChanges())) return undefined;
      const step = await this.#store.bulk((connection) => {
        const changes = readChanges(connection);
        return changes === undefined ? undefined : read(connection, changes, this.#version + 1);
      });
      if (step !== undefined) this.#version = step.delta.version;
      return step;
    });
  }

  #inFull<T>(read: (connection: SqliteConnection, version: number) => T): Promise<T> {
    return this.#inTurn(async () => {
      const version = Math.max(this.#version, 1);
      const result = await this.#store.bulk((connection) => {
        if (this.#version === 0) connection.exec('DELETE FROM directory_changes');
        return read(connection, version);
      });
      this.#version = version;
      return result;
    });
  }

  #build(connection: SqliteConnection, version: number, changes: Changes | 'all' | 'all_but_shared'): DirectoryDelta {
    const { secrets, platformRealm } = this.#store;
    const { algorithms } = this.#options;
    return buildDelta(connection, { secrets, platformRealm, algorithms }, version, changes);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => {});
    return result;
  }
}

/** The ids that none of the parts has. */
function without(
  ids: readonly number[],
  kind: DirectoryShare['kind'],
  parts: readonly DirectoryShare[],
): readonly number[] {
  const found = parts.filter((part) => part.kind === kind).flatMap(({ columns }) => JSON.parse(columns.id) as number[]);
  const there = new Set(found);
  return ids.filter((id) => !there.has(id));
}
