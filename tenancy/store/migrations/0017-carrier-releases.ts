import type { Migration } from './migration.ts';

/** Numbers that have ended here and that a carrier across a network is still to take back. */
const CARRIER_RELEASES = `
CREATE TABLE carrier_releases (
  did_id INTEGER PRIMARY KEY REFERENCES dids (id),
  number TEXT NOT NULL,
  reference TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  reason TEXT,
  due_at_ms INTEGER NOT NULL
);
CREATE INDEX carrier_releases_due ON carrier_releases (due_at_ms);
`;

export const carrierReleases: Migration = { version: 17, name: 'carrier-releases', sql: CARRIER_RELEASES };
