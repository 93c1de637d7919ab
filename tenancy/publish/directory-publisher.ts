import type { DigestAlgorithm, DirectoryDelta, DirectoryShare } from '../../bus/index.ts';
import type { SqliteConnection, Store } from '../store/index.ts';
import { buildDelta, type Changes, readChanges } from './build-delta.ts';
import { packShares } from './pack-shares.ts';

export interface PublisherOptions {
  /** What realms offer that set none of their own, the platform realm among them. */
  readonly algorithms: readonly DigestAlgorithm[];
}

/** Where a whole directory goes: first the delta with `reset`, then all trunks and numbers. */
export interface DirectoryTaker {
  delta(delta: DirectoryDelta): void;
  share(share: DirectoryShare): void;
}

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
    return this.#inTurn(async () => {
      if (this.#version === 0 || !(await this.hasChanges())) return undefined;
      const delta = await this.#store.bulk((connection) => {
        const changes = readChanges(connection);
        return changes === undefined ? undefined : this.#build(connection, this.#version + 1, changes);
      });
      if (delta !== undefined) this.#version = delta.version;
      return delta;
    });
  }

  /** Cheap enough to ask every second: finds what was edited by hand in SQL. */
  async hasChanges(): Promise<boolean> {
    const { db } = this.#store;
    return (await db.selectFrom('directoryChanges').select('seq').limit(1).executeTakeFirst()) !== undefined;
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
