import { check, type Migration, oneOf } from './migration.ts';

/** Routing beyond plain columns, one JSON object per owner (docs/operations.md lists its keys). */
const TABLE = `
CREATE TABLE routing_policies (
  owner TEXT NOT NULL ${oneOf('owner', ['account', 'trunk', 'did', 'carrier'])},
  owner_id INTEGER NOT NULL,
  policy TEXT NOT NULL ${check('policy: must be a JSON object', "json_valid(policy) AND json_type(policy) = 'object'")},
  PRIMARY KEY (owner, owner_id)
) WITHOUT ROWID;

CREATE TRIGGER routing_policies_published_insert AFTER INSERT ON routing_policies BEGIN
  INSERT INTO directory_changes (kind, key) VALUES (NEW.owner, NEW.owner_id); END;
CREATE TRIGGER routing_policies_published_update AFTER UPDATE ON routing_policies BEGIN
  INSERT INTO directory_changes (kind, key) VALUES (OLD.owner, OLD.owner_id), (NEW.owner, NEW.owner_id); END;
CREATE TRIGGER routing_policies_published_delete AFTER DELETE ON routing_policies BEGIN
  INSERT INTO directory_changes (kind, key) VALUES (OLD.owner, OLD.owner_id); END;
`;

export const routingPolicies: Migration = { version: 9, name: 'routing_policies', sql: TABLE };
