import type { Migration } from './migration.ts';

/** "Which calls had this number" and "who changed this trunk" are asked of tables that only grow. */
const SEARCH = `
CREATE INDEX calls_from ON calls (from_number);
CREATE INDEX calls_to ON calls (to_number);
CREATE INDEX audit_resource ON audit (resource, resource_id);
`;

export const search: Migration = { version: 26, name: 'search', sql: SEARCH };
