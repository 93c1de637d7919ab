import type { Migration } from './migration.ts';

/** Each account has its own queue of messages: what waits in one is found without reading the others. */
const TURNS = `
CREATE INDEX messages_turns ON messages (account_id, due_at_ms) WHERE status = 'queued';
`;

export const messageTurns: Migration = { version: 25, name: 'message-turns', sql: TURNS };
