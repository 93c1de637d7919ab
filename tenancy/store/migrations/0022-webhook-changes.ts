import type { Migration } from './migration.ts';

/** Whoever sends asks several times a second whether an endpoint has changed: that costs one row, however many there are. */
const CHANGES = `
CREATE TABLE change_counts (
  name TEXT PRIMARY KEY NOT NULL,
  value INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO change_counts VALUES ('webhooks', 0);
`;

const counted = (event: 'INSERT' | 'UPDATE' | 'DELETE') => `
CREATE TRIGGER webhooks_counted_${event.toLowerCase()} AFTER ${event} ON webhooks BEGIN
  UPDATE change_counts SET value = value + 1 WHERE name = 'webhooks';
END;
`;

const ROTATIONS = `
CREATE INDEX webhooks_rotating ON webhooks (next_secret_from_ms) WHERE next_secret_from_ms IS NOT NULL;
`;

export const webhookChanges: Migration = {
  version: 22,
  name: 'webhook-changes',
  sql: [CHANGES, counted('INSERT'), counted('UPDATE'), counted('DELETE'), ROTATIONS].join('\n'),
};
