import type { Migration } from './migration.ts';

/** Whoever writes a call puts it in its queues (tenancy/journal/write-calls.ts): a trigger cost each call more than that. */
const QUEUES = `
DROP TRIGGER calls_rate_insert;
DROP TRIGGER calls_rate_update;
DROP TRIGGER calls_stream_insert;
DROP TRIGGER calls_stream_update;
`;

export const callQueues: Migration = { version: 28, name: 'call-queues', sql: QUEUES };
