import {
  ceiling,
  check,
  countEdits,
  country,
  type Migration,
  oneOf,
  publish,
  STAMPS,
  uuidColumn,
} from './migration.ts';

const TABLES = `
CREATE TABLE carriers (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  ${uuidColumn('car')},
  name TEXT NOT NULL UNIQUE ${check('name: must have 1 to 120 characters', 'length(trim(name)) BETWEEN 1 AND 120')},
  enabled INTEGER NOT NULL DEFAULT 1 ${check('enabled: must be 0 or 1', 'enabled IN (0, 1)')},
  ${ceiling('max_in')},
  ${ceiling('max_out')},
  country TEXT ${country('country')},
  notes TEXT NOT NULL DEFAULT '',
  ${STAMPS}
);

CREATE TABLE carrier_sources (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  carrier_id INTEGER NOT NULL REFERENCES carriers (id) ON DELETE CASCADE,
  source TEXT NOT NULL ${check('source: must be an address or a range such as 198.51.100.0/24', "length(source) BETWEEN 2 AND 64 AND source NOT GLOB '*[^0-9a-fA-F:./]*'")},
  UNIQUE (carrier_id, source)
);

CREATE TABLE carrier_gateways (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  carrier_id INTEGER NOT NULL REFERENCES carriers (id) ON DELETE CASCADE,
  host TEXT NOT NULL ${check('host: must be an address or a host name', "length(host) BETWEEN 1 AND 253 AND host NOT GLOB '*[^A-Za-z0-9:._-]*'")},
  port INTEGER NOT NULL DEFAULT 5060 ${check('port: must be 1 to 65535', 'port BETWEEN 1 AND 65535')},
  transport TEXT NOT NULL DEFAULT 'udp' ${oneOf('transport', ['udp', 'tcp', 'tls'])},
  priority INTEGER NOT NULL DEFAULT 1 ${check('priority: must be 0 to 65535', 'priority BETWEEN 0 AND 65535')},
  weight INTEGER NOT NULL DEFAULT 1 ${check('weight: must be 0 to 65535', 'weight BETWEEN 0 AND 65535')},
  UNIQUE (carrier_id, host, port, transport)
);

CREATE TABLE carrier_prefixes (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  carrier_id INTEGER NOT NULL REFERENCES carriers (id) ON DELETE CASCADE,
  prefix TEXT NOT NULL DEFAULT '' ${check('prefix: must be empty (everything) or + and digits', "prefix = '' OR (prefix GLOB '+[1-9]*' AND substr(prefix, 2) NOT GLOB '*[^0-9]*')")},
  cost_micros INTEGER NOT NULL DEFAULT 0 ${check('cost_micros: must not be negative', 'cost_micros >= 0')},
  UNIQUE (carrier_id, prefix)
);
`;

const parts = ['carrier_sources', 'carrier_gateways', 'carrier_prefixes'] as const;
const columns = {
  carrier_sources: ['carrier_id', 'source'],
  carrier_gateways: ['carrier_id', 'host', 'port', 'transport', 'priority', 'weight'],
  carrier_prefixes: ['carrier_id', 'prefix', 'cost_micros'],
} as const;

export const carriers: Migration = {
  version: 4,
  name: 'carriers',
  sql: [
    TABLES,
    countEdits('carriers'),
    publish('carriers', 'carrier', ['id', 'name', 'enabled', 'max_in', 'max_out', 'country']),
    ...parts.map((table) => publish(table, 'carrier', columns[table], 'carrier_id')),
  ].join('\n'),
};
