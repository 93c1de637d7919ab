import t from 'tap';
import { createAccount, getRoutingPolicy } from '../store/index.ts';
import { openTestStore } from '../store/test-store.ts';
import { applyTenants, exportTenants, type PlanOptions, planTenants } from './index.ts';

const FILE = `
version: 1
carriers:
  - name: up
    routing: {calls_per_second_out: 5, hours: {timezone: UTC, open: [{days: [mon], from: "08:00", to: "18:00"}]}}
    registration: {username: us, registrar: "sip.up.example;transport=tls", password: {env: UP}}
accounts:
  - name: MSP
    routing: {blocked: [KP], redirect: follow}
    trunks:
      - name: Acme
        routing: {refer: local, disaster: {trunk: Backup, after_sec: 20}}
      - name: Backup
    dids:
      - number: "+31201234567"
        routing: {disaster: {number: "+31612345678", caller_id: "+31201234567"}}
`;

const options = (fields: Partial<PlanOptions> = {}): PlanOptions => ({
  visible: null,
  actor: 'test',
  resolveSecret: ({ env }) => (env === 'UP' ? 'a secret word' : undefined),
  ...fields,
});

t.test('policies and registrations travel through apply and export, without secrets', async (t) => {
  const store = await openTestStore(t);
  const applied = await applyTenants(store, FILE, 'a.yaml', options());
  t.match(applied.text, /~ routing policy trunk Acme \(MSP\):.*refer none -> local/);
  t.notMatch(applied.text, /a secret word|sealed/);
  t.equal((await planTenants(store, FILE, 'a.yaml', options())).text, 'no changes');
  const exported = await exportTenants(store, null);
  t.notMatch(exported, /a secret word|sealed/);
  t.match(exported, /trunk: Backup/);
  t.equal((await planTenants(store, exported, 'b.yaml', options())).text, 'no changes', 'and without its password');
  const cleared = exported.replace(/ +routing:\n +blocked:[\s\S]*?redirect: follow\n/, '    routing: null\n');
  await applyTenants(store, cleared, 'c.yaml', options());
  t.strictSame(await getRoutingPolicy(store, 'account', 1), {});
  t.match(await getRoutingPolicy(store, 'did', 1), { disaster: { number: '+31612345678' } }, 'others stay');
});

t.test('a password that changed is a change, and the first registration needs one', async (t) => {
  const store = await openTestStore(t);
  await t.rejects(applyTenants(store, FILE.replace(', password: {env: UP}', ''), 'a.yaml', options()), {
    message: /registration.*must have a password/,
  });
  await t.rejects(applyTenants(store, FILE.replace('UP}', 'OTHER}'), 'a.yaml', options()), {
    message: /the variable OTHER is not set/,
  });
  await applyTenants(store, FILE, 'a.yaml', options());
  const plan = await planTenants(store, FILE, 'a.yaml', options({ resolveSecret: () => 'another word' }));
  t.match(plan.text, /registration_password none -> \(changed\)/);
  const without = FILE.replace(/ {4}registration: .*\n/, '    registration: null\n');
  await applyTenants(store, without, 'a.yaml', options());
  t.equal((await getRoutingPolicy(store, 'carrier', 1)).registration, undefined);
});

t.test('a tenant’s file trusts and limits nobody beyond its rights; unknown keys and trunks are named', async (t) => {
  const store = await openTestStore(t);
  const { id } = await store.write((tx) => createAccount(tx, { name: 'MSP' }));
  const own = options({ visible: new Set([id]), accountId: id });
  const file = (routing: string, trunk = '{}') =>
    `version: 1\naccounts:\n  - name: MSP\n    routing: ${routing}\n    trunks: [{name: Acme, routing: ${trunk}}]\n`;
  const refused = (text: string, message: RegExp, by = own) =>
    t.rejects(planTenants(store, text, 'a.yaml', by), { message });
  await refused(file('{blocked: [KP]}'), /routing.blocked.*not yours to set/);
  await refused(file('{}', '{caller_id: trusted}'), /caller_id.*not yours to set/);
  await refused(file('{}', '{disaster: {trunk: Nobody}}'), /no trunk "Nobody"/);
  await refused(file('{dial_plan: []}'), /dial_plan.*not a field here/);
  t.match((await planTenants(store, file('{refer: local}', '{blocked: [KP]}'), 'a.yaml', own)).changes.length, 3);
});

t.test('F-128: a trunk whose certificate names it needs no address, from the first or instead of one', async (t) => {
  const store = await openTestStore(t);
  const file = (trunk: string) =>
    `version: 1\naccounts: [{name: MSP, trunks: [{name: Teams, auth_type: ip${trunk}}]}]\n`;
  const subjects = ', sources: [], routing: {tls_subjects: [sbc.acme.example]}';
  await t.rejects(applyTenants(store, file(''), 'a.yaml', options()), { message: /sources .*or tls_subjects/ });
  const applied = await applyTenants(store, file(subjects), 'a.yaml', options());
  t.match(applied.text, /\+ trunk Teams[\s\S]*routing policy trunk Teams.*tls_subjects none -> \["sbc.acme.example"\]/);
  t.equal((await planTenants(store, file(subjects), 'a.yaml', options())).text, 'no changes');
  const exported = await exportTenants(store, null);
  t.equal((await planTenants(await openTestStore(t), exported, 'b.yaml', options())).changes.length, 3, 'as exported');
  await applyTenants(store, file(', sources: [192.0.2.1], routing: null'), 'c.yaml', options());
  t.match((await applyTenants(store, file(subjects), 'd.yaml', options())).text, /sources .* -> \[\]/, 'and back');
  await t.rejects(applyTenants(store, file(', routing: null'), 'e.yaml', options()), {
    message: /tls_subjects they are the only source/,
  });
});
