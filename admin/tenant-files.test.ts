import t from 'tap';
import { openTestWorld, send } from './test-world.ts';

const yaml = (account: string, maxIn: number) => `version: 1
accounts:
  - name: ${account}
    trunks:
      - name: Front desk
        auth_type: digest
        max_in: ${maxIn}
`;

t.test('plan shows what apply then does, and afterwards there are no changes', async (t) => {
  const world = await openTestWorld(t);
  const key = world.keys.operator;
  const body = { yaml: yaml('MSP', 4), name: 'msp.yaml' };
  const plan = await send(world.app, 'POST', '/tenant-files/plan', { key, body });
  t.equal(plan.status, 200, plan.body.error?.message);
  t.match(plan.body.data, { changes: [{ action: 'create', resource: 'trunk', name: 'Front desk' }] });
  t.equal((await send(world.app, 'GET', '/portal/sip-trunks', { key })).body.meta.total, 0, 'nothing was done');
  const applied = await send(world.app, 'POST', '/tenant-files/apply', { key, body });
  t.same(applied.body.data.changes.length, plan.body.data.changes.length);
  t.match(applied.body.data.credentials, [{ trunk: 'Front desk', password: /^\S{16,}$/ }]);
  t.equal((await send(world.app, 'POST', '/tenant-files/plan', { key, body })).body.data.text, 'no changes');
  const exported = (await send(world.app, 'GET', '/tenant-files/export', { key })).body.data.yaml;
  t.notOk(exported.includes(applied.body.data.credentials[0].password), 'an export has no secrets');
  const again = await send(world.app, 'POST', '/tenant-files/plan', { key, body: { yaml: exported } });
  t.equal(again.body.data.text, 'no changes', 'export, then plan is empty');
});

t.test('a tenant file reaches only accounts that may be seen', async (t) => {
  const world = await openTestWorld(t);
  const plan = (key: string, account: string) =>
    send(world.app, 'POST', '/tenant-files/plan', { key, body: { yaml: yaml(account, 1) } });
  t.equal((await plan(world.keys.reseller, 'Bistro')).status, 200, 'a reseller plans for its child');
  const exported = await send(world.app, 'GET', '/tenant-files/export', { key: world.keys.bistro });
  t.match(exported.body.data.yaml, /Bistro/);
  t.notMatch(exported.body.data.yaml, /MSP|Clinic|Reseller/);
  const foreign = `/tenant-files/export?account=${world.accounts.clinic}`;
  t.equal((await send(world.app, 'GET', foreign, { key: world.keys.bistro })).status, 404);
  const sibling = await plan(world.keys.bistro, 'Clinic');
  t.equal(sibling.status, 422, 'a sibling is neither changed nor found');
  t.notMatch(JSON.stringify(sibling.body), new RegExp(`"id":${world.accounts.clinic}\\b`));
});

t.test('faults of a file come with their line, and nothing of the server is read', async (t) => {
  const world = await openTestWorld(t);
  const post = (text: string) =>
    send(world.app, 'POST', '/tenant-files/plan', { key: world.keys.operator, body: { yaml: text, name: 'x.yaml' } });
  const typo = await post('version: 1\naccounts:\n  - name: MSP\n    trnks: []\n');
  t.match(typo, {
    status: 422,
    body: { error: { code: 'validation_failed', message: /^x\.yaml:4:\d+: .*did you mean "trunks"/ } },
  });
  const file = `version: 1\naccounts:\n  - name: MSP\n    trunks:\n      - name: A\n        auth_type: digest\n        password: { file: /etc/hostname }\n`;
  const secret = await post(file);
  t.equal(secret.status, 422, 'a file is read by the command line alone');
});

t.test('a file that was applied is kept for its account, and lists of changes do not carry it', async (t) => {
  const { app, keys } = await openTestWorld(t);
  const applied = (key: string, query = '') => send(app, 'GET', `/tenant-files/applied${query}`, { key });
  t.match((await applied(keys.msp)).body.error, { code: 'not_found', message: /no such applied file/ });
  const yaml = (maxIn: number) => `version: 1\naccounts: [{name: MSP, trunks: [{name: Main, max_in: ${maxIn}}]}]\n`;
  const apply = (text: string) =>
    send(app, 'POST', '/tenant-files/apply', { key: keys.msp, body: { yaml: text, name: 'msp.yaml' } });
  await apply(yaml(1));
  await apply(yaml(2));
  await apply(yaml(2));
  t.match((await applied(keys.msp)).body.data, { yaml: yaml(2), name: 'msp.yaml', changes: 1 }, 'no change, no entry');
  t.match((await applied(keys.msp, '?back=1')).body.data, { yaml: yaml(1) });
  t.equal((await applied(keys.bistro)).status, 404, "and is nobody else's");
  t.equal((await applied(keys.operator)).status, 404, "nor the operator's, who may go back to own files alone");
  const own = 'version: 1\naccounts: [{name: Bistro, trunks: [{name: Bar}]}]\n';
  await send(app, 'POST', '/tenant-files/apply', { key: keys.bistro, body: { yaml: own } });
  t.match((await applied(keys.bistro)).body.data, { yaml: own });
  t.equal((await applied(keys.reseller)).status, 404, "a client's file is no step of its reseller's");
  const audit = JSON.stringify((await send(app, 'GET', '/audit', { key: keys.msp })).body);
  t.match(audit, /"resource":"tenant_file"/);
  t.notMatch(audit, /version: 1/);
});
