import type { Migration } from './migration.ts';

/** Records are numbered by each stream for itself: the queue's numbers told how many calls there are of everybody. */
export const recordNumbers: Migration = {
  version: 23,
  name: 'record-numbers',
  sql: `
ALTER TABLE record_streams ADD COLUMN last_number INTEGER NOT NULL DEFAULT 0;
-- Who has had numbers of the queue gets higher ones.
UPDATE record_streams SET last_number = cursor_seq;
`,
};
