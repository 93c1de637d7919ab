import type { Migration } from './migration.ts';

/**
 * Asked for every minute (billing-hooks/renewals): of 1,000,000 numbers that read all, for 90 ms of the main thread. Those that
 * were released have no date either, and are no active ones.
 */
const UNSCHEDULED = `
CREATE INDEX dids_unscheduled ON dids (status) WHERE order_item_id IS NOT NULL AND renews_at_ms IS NULL;
`;

export const unscheduledNumbers: Migration = { version: 29, name: 'unscheduled-numbers', sql: UNSCHEDULED };
