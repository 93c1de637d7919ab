import type { CallRecord } from '../../bus/index.ts';
import { type Store, TenancyError } from '../../tenancy/index.ts';
import type { RateBook } from './rate-book.ts';
import { rateCalls } from './rate-calls.ts';
import type { RatingService } from './rating-service.ts';
import { writeCharges } from './write-charges.ts';

export interface RerateQuery {
  readonly fromMs: number;
  readonly toMs: number;
  /** Only calls of these accounts; `null`: of all. */
  readonly accountIds: readonly number[] | null;
}

export interface RerateReport {
  readonly calls: number;
  /** How many charges differ from before, each by an entry of its own. */
  readonly changed: number;
}

const BATCH = 200;

/**
 * Rates ended calls again, by the decks as they are now or as the rating service says; the ledger gets the difference,
 * never a change.
 * @throws TenancyError `conflict` when the rating service does not answer and has to be waited for
 */
export async function rerateCalls(
  store: Store,
  book: RateBook,
  query: RerateQuery,
  rating?: RatingService,
): Promise<RerateReport> {
  const report = { calls: 0, changed: 0 };
  let afterId = 0;
  for (;;) {
    const rows = await batchOf(store, query, afterId);
    if (rows.length === 0) return report;
    afterId = rows.at(-1)?.id ?? afterId;
    const calls = rows.map(({ id, record }) => ({ id, record: JSON.parse(record) as CallRecord }));
    const rated = await rateCalls(store, book, calls, rating);
    if (rated === undefined)
      throw new TenancyError('conflict', `The rating service does not answer; ${report.calls} calls were rated again.`);
    report.calls += rows.length;
    report.changed += await store.write((context) => writeCharges(context, rated.charges, 'again'));
  }
}

async function batchOf(store: Store, { fromMs, toMs, accountIds }: RerateQuery, afterId: number) {
  let query = store.db
    .selectFrom('calls')
    .select(['id', 'record'])
    .where('id', '>', afterId)
    .where('answeredAtMs', '>=', fromMs)
    .where('answeredAtMs', '<', toMs)
    .where('endedAtMs', 'is not', null);
  if (accountIds !== null) query = query.where('accountId', 'in', accountIds.length > 0 ? accountIds : [-1]);
  return query.orderBy('id').limit(BATCH).execute();
}
