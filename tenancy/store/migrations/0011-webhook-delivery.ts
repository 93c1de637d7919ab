import type { Migration } from './migration.ts';

/**
 * Of one resource only the oldest event is on its way; the others wait, so that what is due is found by one
 * look into an index, however long the queue behind a dead endpoint has grown. Secrets overlap while they are
 * exchanged, and an endpoint that said it is gone for good is left alone.
 */
export const webhookDelivery: Migration = {
  version: 11,
  name: 'webhook-delivery',
  sql: `
ALTER TABLE webhooks ADD COLUMN next_secret_sealed BLOB;
ALTER TABLE webhooks ADD COLUMN next_secret_from_ms INTEGER;
ALTER TABLE webhooks ADD COLUMN disabled_at_ms INTEGER;
ALTER TABLE webhooks ADD COLUMN disabled_reason TEXT;
ALTER TABLE webhook_deliveries ADD COLUMN waits INTEGER NOT NULL DEFAULT 0;
UPDATE webhook_deliveries SET waits = 1 WHERE status = 'pending' AND EXISTS (
  SELECT 1 FROM webhook_deliveries AS older WHERE older.webhook_id = webhook_deliveries.webhook_id
    AND older.resource = webhook_deliveries.resource AND older.status = 'pending' AND older.id < webhook_deliveries.id);
DROP INDEX webhook_deliveries_due;
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (webhook_id, next_attempt_at_ms)
  WHERE status = 'pending' AND waits = 0;
`,
};
