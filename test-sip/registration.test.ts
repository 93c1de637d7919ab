import t from 'tap';
import { Pbx } from './support/pbx.ts';
import { startProduct } from './support/product.ts';
import { until } from './support/wait.ts';

/** SIP over real sockets: who may register, and what is said to and of those who may not. */
t.test('registration', async (t) => {
  const product = await startProduct(t);
  const acme = product.trunk('Acme Corp');
  const reasons = () =>
    product
      .log()
      .filter((line) => 'reason' in line)
      .map((line) => line.reason);
  const counted = (result: string, reason: string) =>
    product.metric(`didfarm_register_total{result="${result}",reason="${reason}"}`);

  for (const transport of ['u1', 't1'] as const) {
    t.test(`a PBX registers over ${transport === 'u1' ? 'UDP' : 'TCP'} with the printed credentials`, async (t) => {
      const pbx = await Pbx.at(product, acme, transport);
      const result = await pbx.register(t);
      t.equal(result.code, 0, result.errors);
      t.match(result.messages, /SIP\/2\.0 200 OK[\s\S]*Contact: <sip:[^>]+;rinstance=a1b2c3d4>;expires=\d+/);
    });
  }

  t.test('the API and the metrics show the trunk registered', async (t) => {
    const pbx = await Pbx.at(product, acme);
    t.equal((await pbx.register(t)).code, 0);
    const shown = () => product.api('GET', `/portal/sip-trunks/${acme.uuid}`);
    await until('the trunk is shown as registered', async () => {
      const { body } = (await shown()) as { body: { data: { registration: { state: string }; status: string } } };
      return body.data.registration.state === 'registered' && body.data.status === 'active';
    });
    t.equal(await product.metric(`didfarm_trunk_registered{account="2",trunk="${acme.uuid}"}`), 1);
    t.ok(((await counted('ok', 'registered')) ?? 0) >= 1);
  });

  t.test('the same user name in another realm is another identity', async (t) => {
    const bistro = product.trunk('Bistro Group');
    const clinic = product.trunk('City Clinic');
    t.equal(bistro.username, clinic.username);
    t.not(bistro.realm, clinic.realm);
    const atBistro = await Pbx.at(product, bistro);
    const atClinic = await Pbx.at(product, clinic);
    t.equal((await atBistro.register(t)).code, 0);
    t.equal((await atClinic.register(t)).code, 0);
    const crossed = await atClinic.registerExpecting(t, 401, { password: bistro.password });
    t.equal(crossed.code, 0, crossed.errors);
  });

  t.test(
    'wrong password, unknown user and unknown realm are told apart in log and metrics, not to the peer',
    async (t) => {
      const pbx = await Pbx.at(product, acme);
      const wrong = await pbx.registerExpecting(t, 401, { password: 'not-the-password' });
      const unknown = await pbx.registerExpecting(t, 401, { username: 'nobody_here' });
      const realm = await pbx.registerRefusedAtOnce(t, 403, { realm: 'other.example' });
      for (const result of [wrong, unknown, realm]) t.equal(result.code, 0, result.errors);
      for (const result of [wrong, unknown]) t.match(result.messages, /Warning: 399 \S+ "auth_failed"/);
      t.match(realm.messages, /Warning: 399 \S+ "unknown_realm"/);
      for (const reason of ['wrong_password', 'unknown_user', 'unknown_realm']) {
        await until(`${reason} is logged`, () => reasons().includes(reason));
        t.ok(((await counted('client_error', reason)) ?? 0) >= 1, `${reason} is counted`);
      }
    },
  );

  t.test('no password and no digest appears in the log', async (t) => {
    for (const { password } of product.demo.accounts.flatMap((account) => account.trunks)) {
      const logged = product
        .log()
        .map((line) => JSON.stringify(line))
        .join('\n');
      t.notOk(logged.includes(password));
    }
    t.notMatch(
      product
        .log()
        .map((line) => JSON.stringify(line))
        .join('\n'),
      /response="?[0-9a-f]{32}/,
    );
  });
});
