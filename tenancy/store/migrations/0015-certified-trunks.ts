import { type Migration, refuse } from './migration.ts';

const OLD_WORDS = 'sources: a trunk that authenticates by address needs at least one';
const WORDS = 'sources: a trunk that authenticates by address needs at least one, or tls_subjects in its routing';

/** A certificate names a trunk of `ip` as an address does (F-128); `digest+ip` asks for an address beside the password. */
const CERTIFIED = (policy: string) =>
  `iif(json_valid(${policy}), coalesce(json_array_length(${policy}, '$.tls_subjects'), 0), 0) > 0`;
const STORED = `EXISTS (SELECT 1 FROM routing_policies p WHERE p.owner = 'trunk' AND p.owner_id = NEW.id AND ${CERTIFIED('p.policy')})`;
const ADDRESSLESS = (row: string) => `iif(json_valid(${row}.sources), json_array_length(${row}.sources), 1) = 0`;
const NOWHERE = `NEW.status <> 'deleted' AND NEW.auth_type IN ('ip', 'digest+ip') AND ${ADDRESSLESS('NEW')}`;
const LAST_SOURCE = (row: string) => `${row}.owner = 'trunk' AND EXISTS (SELECT 1 FROM trunks t
  WHERE t.id = ${row}.owner_id AND t.status <> 'deleted' AND t.auth_type = 'ip' AND ${ADDRESSLESS('t')})`;
const POLICY_WORDS = 'tls_subjects: they are the only source of this trunk; give it an address in sources first';

const SQL = [
  `ALTER TABLE trunks DROP CONSTRAINT "${OLD_WORDS}";`,
  // A new row has no policy yet: it comes as `digest`, gets its subjects, and then its kind.
  refuse('trunks_source_insert', 'INSERT ON trunks', WORDS, NOWHERE),
  refuse(
    'trunks_source_update',
    'UPDATE OF auth_type, sources, status ON trunks',
    WORDS,
    `${NOWHERE} AND NOT (NEW.auth_type = 'ip' AND ${STORED})`,
  ),
  refuse(
    'routing_policies_source_update',
    'UPDATE ON routing_policies',
    POLICY_WORDS,
    `${LAST_SOURCE('NEW')} AND NOT (${CERTIFIED('NEW.policy')})`,
  ),
  refuse('routing_policies_source_delete', 'DELETE ON routing_policies', POLICY_WORDS, LAST_SOURCE('OLD')),
];

export const certifiedTrunks: Migration = { version: 15, name: 'certified trunks', sql: SQL.join('\n') };
