import { sql } from 'kysely';
import type { RecordStreamer, WebhookSender } from '../billing-hooks/index.ts';
import type { Store } from '../tenancy/index.ts';
import { least } from './least-due.ts';
import { Throttle } from './throttle.ts';
import type { DueWork } from './timeline.ts';

/** Attempts to reach webhook endpoints, at once and in the long run. */
const MOST_POSTS = 500;
const POSTS_PER_SEC = 20;
/** After so many in a row a record stream is tried once a day. */
const MANY_FAILURES = 12;
const DAY_MS = 86_400_000;

/** A year of attempts must not become a flood in seconds at somebody's door: it is held up in real time. */
export function workOfWebhooks(store: Store, sender: WebhookSender): DueWork {
  const throttle = new Throttle({ burst: MOST_POSTS, perSec: POSTS_PER_SEC });
  return {
    name: 'webhooks',
    nextDueMs: () => webhooksDueMs(store),
    async run() {
      const before = await newestAttempt(store);
      await sender.settle();
      await throttle.took(Math.max(0, (await newestAttempt(store)) - before));
    },
  };
}

async function newestAttempt(store: Store): Promise<number> {
  const { id } = await store.db
    .selectFrom('webhookAttempts')
    .select((eb) => eb.fn.max('id').as('id'))
    .executeTakeFirstOrThrow();
  return Number(id ?? 0);
}

/** What is on its way, and what nobody has put on its way yet: that is due since it happened. */
function webhooksDueMs(store: Store): Promise<number | undefined> {
  return least(
    store,
    sql`SELECT min(next_attempt_at_ms) AS at FROM webhook_deliveries WHERE status = 'pending' AND waits = 0
    UNION ALL SELECT min(created_at_ms) FROM outbox WHERE dispatched_at_ms IS NULL`,
  );
}

/** Call records for those who want them streamed (F-119). */
export function workOfStreams(store: Store, streamer: RecordStreamer): DueWork {
  return {
    name: 'streams',
    // One that takes nothing is tried for a month, which must not hold a year up.
    nextDueMs: (sinceMs) =>
      least(
        store,
        sql`SELECT min(CASE WHEN failures < ${MANY_FAILURES} THEN due_at_ms ELSE max(due_at_ms, ${sinceMs + DAY_MS}) END)
        AS at FROM record_streams WHERE status = 'active' AND cursor_seq < (SELECT max(seq) FROM record_queue)`,
      ),
    run: () => streamer.settle(),
  };
}
