import { join } from 'node:path';
import t from 'tap';
import { migrate } from '../migrate.ts';
import { SqliteConnection } from '../sqlite-connection.ts';
import { MIGRATIONS } from './index.ts';

t.test('bindings stored before flows were told apart are kept, with their reg-id in the key', async (t) => {
  const connection = new SqliteConnection(join(t.testdir(), 'didfarm.db'), 1000);
  t.teardown(() => connection.close());
  migrate(connection, 1, MIGRATIONS.slice(0, 9));
  const put = connection.prepare(
    'INSERT INTO bindings (trunk_id, contact, account_id, source, expires_at_ms, record) VALUES (?, ?, 1, ?, 9, ?)',
  );
  put.run([7, 'sip:a@b', 'x:1', '{"regId":2}']);
  put.run([7, 'sip:c@d', 'x:2', '{"regId":null}']);
  t.ok(migrate(connection, 2, MIGRATIONS.slice(0, 10)).includes('registrations'));
  const rows = connection.prepare('SELECT contact, reg_id, source, record FROM bindings').all([]);
  t.same(rows, [
    { contact: 'sip:a@b', reg_id: 2, source: 'x:1', record: '{"regId":2}' },
    { contact: 'sip:c@d', reg_id: 0, source: 'x:2', record: '{"regId":null}' },
  ]);
});

t.test('availability begins with what was known of each trunk', async (t) => {
  const connection = new SqliteConnection(join(t.testdir(), 'didfarm.db'), 1000);
  t.teardown(() => connection.close());
  migrate(connection, 1, MIGRATIONS.slice(0, 9));
  connection.exec("INSERT INTO trunk_states VALUES (7, 1, 'offline', 5, 'expired')");
  migrate(connection, 2, MIGRATIONS.slice(0, 10));
  t.same(connection.prepare('SELECT * FROM trunk_transitions').all([]), [
    { trunk_id: 7, at_ms: 5, account_id: 1, state: 'offline', cause: 'expired' },
  ]);
});
