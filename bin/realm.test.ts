import { join } from 'node:path';
import t from 'tap';
import { loadSecretKey, openStore, trunkHasPassword } from '../tenancy/index.ts';
import { runHere } from './test-run.ts';

const run = runHere;

t.test('realm change lists the trunks it is about, then gives them new passwords in the new realm', async (t) => {
  const dataDir = join(t.testdir(), 'data');
  const env = { DIDFARM_DATA_DIR: dataDir };
  t.match(await run(['realm', 'change', 'sip.new.example'], env), { code: 1, err: /does not exist/ });
  await run(['seed', '--trunks', '3'], env);
  const refused = await run(['trunks', 'list'], { ...env, DIDFARM_DOMAIN: 'sip.new.example' });
  t.match(refused, { code: 1, err: /"didfarm realm change", which lists the trunks/ });
  const listed = await run(['realm', 'change', 'sip.new.example'], env);
  t.equal(listed.code, 2);
  t.match(listed.out, /^sip\.didfarm\.com -> sip\.new\.example: 3 trunks would need a new password/);
  t.match(listed.out, /u000002/);
  t.notMatch(listed.out, /PASSWORD/);
  const done = await run(['realm', 'change', 'sip.new.example', '--yes', '--json'], env);
  t.equal(done.code, 0);
  const rows = JSON.parse(done.out) as readonly { readonly id: number; readonly password: string }[];
  t.equal(rows.length, 3);
  t.match(await run(['realm', 'change', 'SIP.new.example', '--yes'], env), {
    code: 1,
    err: /is sip\.new\.example already/,
  });
  t.match(await run(['trunks', 'list'], env), { code: 1 }, 'the old name is refused from now on');
  const now = JSON.parse((await run(['trunks', 'list', '--json'], { ...env, DIDFARM_DOMAIN: 'sip.new.example' })).out);
  t.same(
    now.map((trunk: { realm: string }) => trunk.realm),
    Array(3).fill('sip.new.example'),
  );
  const secretKey = loadSecretKey({ dataDir, secretKeyFile: undefined });
  const store = await openStore({ file: join(dataDir, 'didfarm.db'), secretKey });
  t.teardown(() => store.close());
  for (const { id, password } of rows)
    t.ok(await trunkHasPassword(store, id, password), 'what was shown is what is stored');
});
