import { setImmediate } from 'node:timers/promises';
import type { AdminDeps } from '../deps.ts';
import { ApiError } from '../errors.ts';
import type { Principal } from '../principal.ts';
import { translateStoreError } from '../store-errors.ts';
import type { BulkCounts, BulkFault, BulkJobRow } from '../store-port.ts';
import type { AdminStore } from '../stores.ts';
import type { BulkRow } from './bulk-rows.ts';
import { BULK_RESOURCES } from './resources.ts';

/** Rows of one transaction: SIP learns of them together, and other requests are let in between. */
const CHUNK = 25;
/** Faults kept of one job; all are counted. */
const MOST_FAULTS = 1000;

/**
 * Works on bulk jobs, one after the other. How far one has come is stored with its rows in one transaction: after a
 * kill -9 it goes on where it was, and no row is done twice.
 */
export class BulkRunner {
  readonly #deps: AdminDeps;
  /** Of dry runs, whose transaction nobody else sees. */
  readonly #live = new Map<number, BulkCounts>();
  #tail: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(deps: AdminDeps) {
    this.#deps = deps;
  }

  /** Takes up what a process that is gone has left behind. */
  async resume(): Promise<void> {
    await this.#deps.store.bulk.forgetOld();
    for (const job of await this.#deps.store.bulk.unfinished()) this.enqueue(job);
  }

  enqueue(job: BulkJobRow): void {
    this.#tail = this.#tail.then(() => (this.#stopped ? undefined : this.#run(job)));
  }

  /** How far a dry run is; `undefined` for other jobs, whose rows tell it. */
  liveCounts(id: number): BulkCounts | undefined {
    return this.#live.get(id);
  }

  /** Resolves when nothing is left to do. */
  idle(): Promise<void> {
    return this.#tail;
  }

  /** Ends after the rows that are under way; the rest waits for the next start. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#tail;
  }

  async #run(job: BulkJobRow): Promise<void> {
    const { bulk } = this.#deps.store;
    try {
      const rows = JSON.parse(await bulk.start(job.id, job.state === 'running')) as readonly BulkRow[];
      const finished = job.dryRun ? await this.#rehearse(job, rows) : await this.#work(job, rows);
      if (finished) await bulk.finish(job.id, 'done');
    } catch (error) {
      logger(this.#deps)?.error({ err: error, job: job.uuid }, 'a bulk job failed');
      await bulk.finish(job.id, 'failed').catch(() => undefined);
    } finally {
      this.#live.delete(job.id);
    }
  }

  /** @returns false when it was stopped on the way */
  async #work(job: BulkJobRow, rows: readonly BulkRow[]): Promise<boolean> {
    let counts: BulkCounts = countsOf(job);
    for (let at = job.done; at < rows.length; at += CHUNK) {
      if (this.#stopped) return false;
      counts = await this.#deps.store.atOnce((store) =>
        this.#chunk(store, job, rows.slice(at, at + CHUNK), counts, at + CHUNK >= rows.length),
      );
      await this.#deps.publish();
      await setImmediate();
    }
    return true;
  }

  /** Does all of it in one transaction and rolls back, so that it cannot differ from the real run. */
  async #rehearse(job: BulkJobRow, rows: readonly BulkRow[]): Promise<boolean> {
    let counts: BulkCounts = NONE;
    const faults: BulkFault[] = [];
    await this.#deps.store
      .atOnce(async (store) => {
        for (let at = 0; at < rows.length && !this.#stopped; at += CHUNK) {
          const part = await this.#rows(store, job, rows.slice(at, at + CHUNK), counts);
          counts = part.counts;
          faults.push(...part.faults);
          this.#live.set(job.id, counts);
          await setImmediate();
        }
        throw ROLL_BACK;
      })
      .catch((error: unknown) => {
        if (error !== ROLL_BACK) throw error;
      });
    if (this.#stopped) return false;
    await this.#deps.store.bulk.progress(job.id, counts, faults.slice(0, MOST_FAULTS));
    return true;
  }

  async #chunk(
    store: AdminStore,
    job: BulkJobRow,
    rows: readonly BulkRow[],
    before: BulkCounts,
    last: boolean,
  ): Promise<BulkCounts> {
    const { counts, faults } = await this.#rows(store, job, rows, before);
    await store.bulk.progress(job.id, counts, faults.slice(0, Math.max(0, MOST_FAULTS - before.faulty)));
    if (last) await store.bulk.finish(job.id, 'done');
    return counts;
  }

  async #rows(store: AdminStore, job: BulkJobRow, rows: readonly BulkRow[], before: BulkCounts) {
    const principal = await principalOf(store, job);
    const faults: BulkFault[] = [];
    let counts = before;
    for (const row of rows) {
      const outcome = await this.#row(store, principal, job, row);
      const what = typeof outcome === 'string' ? outcome : 'faulty';
      if (typeof outcome !== 'string') faults.push(outcome);
      counts = { ...counts, done: counts.done + 1, [what]: counts[what] + 1 };
    }
    return { counts, faults };
  }

  /** One row, whole or not at all. */
  async #row(store: AdminStore, principal: Principal, job: BulkJobRow, row: BulkRow) {
    try {
      return await store.atOnce(async (part) => {
        const resource = BULK_RESOURCES[job.resource];
        const outcome = await resource.run({ ...this.#deps, store: part }, principal, row.values, job);
        const { password, what } = outcome;
        if (password !== undefined) await part.bulk.keepPassword({ jobId: job.id, rowNumber: row.row, ...password });
        return what;
      });
    } catch (error) {
      return faultOf(error, row);
    }
  }
}

const ROLL_BACK = new Error('a dry run is rolled back');
const NONE: BulkCounts = { done: 0, created: 0, changed: 0, unchanged: 0, faulty: 0 };

function countsOf({ done, created, changed, unchanged, faulty }: BulkJobRow): BulkCounts {
  return { done, created, changed, unchanged, faulty };
}

/** What is wrong with a row, in words; anything that is no refusal ends the job. */
function faultOf(error: unknown, { row, line }: BulkRow): BulkFault {
  const refusal = error instanceof ApiError ? error : translateStoreError(error);
  if (refusal === undefined) throw error;
  return {
    rowNumber: row,
    line,
    field: refusal.fields[0]?.field ?? null,
    code: refusal.code,
    problem: refusal.message,
  };
}

/** Who asked for the job, with the rights it was accepted with. */
async function principalOf(store: AdminStore, job: BulkJobRow): Promise<Principal> {
  return {
    kind: job.isOperator ? 'operator' : 'account',
    keyId: null,
    actor: job.actor,
    test: false,
    suspended: false,
    ratePerMinute: 0,
    scopes: ['admin'],
    homeAccountId: job.accountId,
    accountId: job.accountId,
    visible: job.accountId === null ? null : await store.accounts.subtreeIds(job.accountId),
  };
}

function logger(deps: AdminDeps): { error(fields: object, text: string): void } | undefined {
  return deps.logger as { error(fields: object, text: string): void } | undefined;
}
