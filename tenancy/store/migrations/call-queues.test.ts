import { join } from 'node:path';
import t from 'tap';
import { writeCalls } from '../../journal/write-calls.ts';
import { migrate } from '../migrate.ts';
import { SqliteConnection } from '../sqlite-connection.ts';
import { MIGRATIONS } from './index.ts';

const UP = {
  uuid: 'up',
  direction: 'in',
  accountId: 1,
  trunkId: 1,
  didId: null,
  carrierId: null,
  from: '+31612345678',
  to: '+31201234567',
  startedAtMs: 1,
  answeredAtMs: 2,
  endedAtMs: null,
  result: null,
  reason: null,
  status: 200,
  sentence: '',
  aLeg: { callId: 'up', remote: '127.0.0.2:5060', contact: '' },
  bLeg: null,
  attempts: [],
  hungUpBy: null,
  trace: [],
} as const;

t.test('calls that an earlier release has put in the queue stay there, and those that were up come there once', (t) => {
  const connection = new SqliteConnection(join(t.testdir(), 'didfarm.db'), 1000);
  const queued = () =>
    ['rating_queue', 'record_queue'].map((name) =>
      connection.prepare(`SELECT uuid FROM calls JOIN ${name} ON calls.id = call_id ORDER BY call_id`).all([]),
    );
  migrate(connection, 1, MIGRATIONS.slice(0, 27));
  connection.exec("INSERT INTO rate_decks (name, currency) VALUES ('calls', 'EUR')");
  connection.exec(
    "INSERT INTO record_streams (uuid, kind, due_at_ms, cursor_seq, created_at_ms, updated_at_ms) VALUES ('rst_0000000000000001', 'file', 0, 0, 0, 0)",
  );
  const ended = { answeredAtMs: 2, endedAtMs: 3, result: 'ok', reason: 'answered' } as const;
  writeCalls(connection, [UP, { ...UP, ...ended, uuid: 'ended' }]);
  migrate(connection, 2);
  t.strictSame(queued(), [[{ uuid: 'ended' }], [{ uuid: 'ended' }]]);
  writeCalls(connection, [{ ...UP, ...ended }]);
  const both = [{ uuid: 'up' }, { uuid: 'ended' }];
  t.strictSame(queued(), [both, both]);
  connection.close();
  t.end();
});
