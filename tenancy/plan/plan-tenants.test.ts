import { dirname } from 'node:path';
import t from 'tap';
import { parse, stringify } from 'yaml';
import type { BindingRecord } from '../../bus/index.ts';
import { loadConfig } from '../../config/index.ts';
import { createDemoWorld } from '../demo/index.ts';
import { saveBindings } from '../journal/index.ts';
import { DirectoryPublisher } from '../publish/index.ts';
import {
  EVERYTHING,
  findAccount,
  findDid,
  findTrunk,
  listAudit,
  listDids,
  listTrunks,
  type Store,
  trunkHasPassword,
  visibleFrom,
} from '../store/index.ts';
import { openTestStore } from '../store/test-store.ts';
import { dump } from './dump.ts';
import { applyTenants, exportTenants, type PlanOptions, planTenants } from './index.ts';

const OPERATOR: PlanOptions = {
  visible: null,
  actor: 'plan',
  resolveSecret: ({ env }) => (env === 'SECRET' ? 'correct-horse-battery' : undefined),
};

async function demo(t: Parameters<typeof openTestStore>[0]) {
  const store = await openTestStore(t);
  const file = await createDemoWorld(store, loadConfig({ DIDFARM_DATA_DIR: dirname(store.file) }).config);
  const yaml = await exportTenants(store, null);
  return { store, file, yaml };
}

const plan = (store: Store, text: string, options = OPERATOR) => planTenants(store, text, 'tenants.yaml', options);
const apply = (store: Store, text: string, options = OPERATOR) => applyTenants(store, text, 'tenants.yaml', options);

async function register(store: Store, trunkId: number): Promise<void> {
  const binding = {
    trunkId,
    accountId: 2,
    contact: `sip:${trunkId}@b`,
    sourceAddress: '127.0.0.1',
    sourcePort: 5060,
    expiresAtMs: store.clock.nowMs() + 60_000,
  } as BindingRecord;
  await saveBindings(store, [{ op: 'put', binding }]);
}

t.test('what was exported changes nothing, with prune too, and holds no secret', async (t) => {
  const { store, yaml, file } = await demo(t);
  t.match(await plan(store, yaml), { text: 'no changes', changes: [] });
  t.match(await plan(store, yaml.replace('version: 1', 'version: 1\nprune: true')), { text: 'no changes' });
  for (const account of file?.accounts ?? []) for (const trunk of account.trunks) t.notMatch(yaml, trunk.password);
  t.match(yaml, /name: Acme Corp\n.*\n.*username: acme_\w+\n +max_in: 2\n/);
});

t.test('what was exported builds the same world in an empty store', async (t) => {
  const { store, yaml } = await demo(t);
  await store.close();
  const other = await openTestStore(t);
  const applied = await apply(other, yaml);
  t.equal(applied.credentials.length, 4, 'every trunk got a password, told once');
  t.equal(await exportTenants(other, null), yaml);
  t.match(await plan(other, yaml), { text: 'no changes' });
  const [first] = applied.credentials;
  const trunk = await findTrunk(other, first?.uuid ?? '', null);
  t.ok(await trunkHasPassword(other, trunk?.id ?? 0, first?.password ?? ''));
});

t.test('a plan tells what apply does, and does nothing itself', async (t) => {
  const { store, yaml } = await demo(t);
  await register(store, 7);
  const before = await dump(store);
  const edited = yaml
    .replace('max_in: 2', 'max_in: 4')
    .replace(
      '      - number: "+49891234567"',
      '      - number: "+49891234567"\n        destination:\n          trunk: Acme Corp',
    );
  const planned = await plan(store, edited);
  t.equal(
    planned.text,
    [
      '~ trunk Acme Corp (MSP Demo): max_in 2 -> 4',
      '~ number +49891234567 (MSP Demo): destination none -> {"trunk":"Acme Corp"}',
      '0 PBXes will be unregistered, 1 DID changes destination, wallet untouched',
    ].join('\n'),
  );
  t.equal(await dump(store), before, 'not a row differs');
  const { credentials, ...applied } = await apply(store, edited);
  t.strictSame(applied, planned);
  t.strictSame(credentials, []);
  const trunk = await findTrunk(store, 7, null);
  t.equal(trunk?.maxIn, 4);
  t.strictSame((await findDid(store, '+49891234567', null))?.destination, { kind: 'trunk', trunkId: 7 });
  t.match(await plan(store, edited), { text: 'no changes' });
  const audit = await listAudit(store, { resource: 'sip_trunk', resourceId: trunk?.uuid }, EVERYTHING, null);
  t.match(audit.rows, [{ actor: 'plan', before: { max_in: 2 }, after: { max_in: 4 } }]);
});

t.test('renaming keeps the PBX; a new user name, password or realm unregisters it, and says so', async (t) => {
  const { store, yaml, file } = await demo(t);
  await register(store, 7);
  const renamed = yaml
    .replace('- name: Acme Corp', '- name: Acme Inc\n        renamed_from: Acme Corp')
    .replaceAll('trunk: Acme Corp', 'trunk: Acme Inc');
  const applied = await apply(store, renamed);
  t.strictSame(applied.effects, { unregistered: 0, rerouted: 0 });
  const acme = file?.accounts[0]?.trunks[0];
  t.match(await findTrunk(store, 7, null), { name: 'Acme Inc', uuid: acme?.uuid });
  t.ok(await trunkHasPassword(store, 7, acme?.password ?? ''));
  t.match(await plan(store, renamed), { text: 'no changes' }, 'renamed_from may stay');
  const secret = renamed.replace('- name: Acme Inc', '- name: Acme Inc\n        password: { env: SECRET }');
  const keyed = await apply(store, secret);
  t.match(keyed, { effects: { unregistered: 1 }, credentials: [] });
  t.notMatch(keyed.text, 'correct-horse');
  t.ok(await trunkHasPassword(store, 7, 'correct-horse-battery'));
  t.match(await plan(store, secret), { text: 'no changes' }, 'the same password again is no change');
  await register(store, 7);
  const user = await apply(store, renamed.replace(`username: ${acme?.username}`, 'username: chosen_1'));
  t.match(user, { effects: { unregistered: 1 }, credentials: [{ username: 'chosen_1', trunk: 'Acme Inc' }] });
});

t.test('absence deletes only with prune, and only in the accounts named', async (t) => {
  const { store, yaml } = await demo(t);
  await register(store, 8);
  const tree = parse(yaml) as {
    prune?: boolean;
    carriers?: unknown;
    accounts: { name: string; trunks: { name: string }[]; dids: { number: string; destination?: unknown }[] }[];
  };
  const msp = tree.accounts.find((account) => account.name === 'MSP Demo');
  if (msp === undefined) throw new Error('no MSP Demo');
  delete tree.carriers;
  tree.accounts = [msp];
  msp.trunks = msp.trunks.filter((trunk) => trunk.name !== 'Beta Services');
  msp.dids = msp.dids.filter((did) => did.number !== '+442079460958');
  t.match(await plan(store, stringify(tree)), { text: 'no changes' });
  tree.prune = true;
  const applied = await apply(store, stringify(tree));
  t.strictSame(
    applied.changes.map((change) => `${change.action} ${change.name}`),
    ['delete +442079460958', 'delete Beta Services'],
  );
  t.match(applied.text, /1 PBX will be unregistered, 1 DID changes destination, wallet untouched$/);
  t.equal((await listTrunks(store, {}, EVERYTHING, null)).total, 3);
  t.equal((await listDids(store, {}, EVERYTHING, null)).total, 5);
});

t.test('the audit log calls what prune deletes by its uuid, as it does when it is deleted over the API', async (t) => {
  const store = await openTestStore(t);
  const account = (more: string) => `version: 1\nprune: true\naccounts: [{name: MSP${more}}]\n`;
  const carriers = 'carriers: [{name: Wire, gateways: [{host: 192.0.2.1}]}]\n';
  const full =
    ', trunks: [{name: Desk}], trunk_groups: [{name: All, members: [{trunk: Desk}]}], sip_domains: [{domain: msp.example}]';
  await apply(store, account(full) + carriers);
  const entries = async (action: string) =>
    (await listAudit(store, { action }, EVERYTHING, null)).rows
      .map(({ resource, resourceId }) => `${resource} ${resourceId}`)
      .filter((entry) => !entry.startsWith('account '))
      .toSorted();
  const { changes } = await apply(store, `${account('')}carriers: []\n`);
  t.same(changes.map(({ action, resource }) => `${action} ${resource}`).toSorted(), [
    'delete carrier',
    'delete sip_domain',
    'delete trunk',
    'delete trunk_group',
  ]);
  t.same(await entries('delete'), await entries('create'));
  t.ok(
    (await entries('delete')).every((entry) => /^\w+ \w*[a-z-]\w*/.test(entry)),
    'none is a number',
  );
});

t.test('a number moves between two accounts of the file; one of an account outside is refused', async (t) => {
  const { store } = await demo(t);
  const move = (accounts: string) => `version: 1\naccounts:\n${accounts}`;
  const target =
    '  - name: City Clinic\n    dids:\n      - number: "+31102345678"\n        destination: { trunk: City Clinic }\n';
  await t.rejects(apply(store, move(target)), {
    code: 'tenant_file',
    message: /^tenants.yaml:5:\d+: accounts\[0\].dids\[0\].number it is already in use/,
  });
  await apply(store, move(`${target}  - name: Bistro Group\n`));
  t.match(await findDid(store, '+31102345678', null), { accountId: 5, destination: { kind: 'trunk', trunkId: 10 } });
});

t.test('groups, domains and default destinations are built in one go, whatever the order in the file', async (t) => {
  const store = await openTestStore(t);
  const text = `
version: 1
accounts:
  - name: Child
    parent: Reseller
    did_default_dest: { trunk_group: Both }
    sip_domains: [{ domain: Child.Example, digest_algorithms: [SHA-256, MD5] }]
    trunk_groups:
      - name: Both
        members: [{ trunk: B, priority: 2 }, { trunk: A }]
    trunks:
      - { name: A, realm: child.example, username: "1001", password: { env: SECRET } }
      - { name: B, auth_type: ip, sources: [192.0.2.0/24], ip_target: 192.0.2.1 }
      - { name: Phone, kind: extension, realm: child.example, username: "2001", password: { env: SECRET } }
    dids:
      - { number: "+31201234500", block_size: 100, destination: { trunk_group: Both } }
      - { number: "+31201234600", destination: { extension: Phone } }
      - { number: "+31201234601", destination: { uri: "sip:x@example.org" } }
  - name: Reseller
    is_reseller: true
    timezone: Europe/Amsterdam
`;
  const applied = await apply(store, text);
  t.strictSame(applied.credentials, []);
  t.match(await plan(store, text), { text: 'no changes' });
  t.match(await plan(store, await exportTenants(store, null)), { text: 'no changes' });
  const child = await findAccount(store, applied.changes.find((change) => change.name === 'Child')?.id ?? 0, null);
  t.equal(child?.didDefaultDest?.kind, 'trunk_group');
  t.equal((await findAccount(store, child?.parentId ?? 0, null))?.name, 'Reseller');
});

t.test('a reseller applies its own subtree and nothing beyond it', async (t) => {
  const { store } = await demo(t);
  const visible = await visibleFrom(store, 3);
  const mine: PlanOptions = { ...OPERATOR, visible, actor: 'key:1' };
  const before = await dump(store);
  const bad: readonly (readonly [string, RegExp])[] = [
    ['accounts: [{ name: MSP Demo, max_in: 1 }]', /parent must be an account of yours/],
    ['accounts: [{ name: New, parent: MSP Demo }]', /there is no account "MSP Demo"/],
    ['accounts: [{ name: Bistro Group, parent: null }]', /parent must be an account of yours/],
    ['carriers: [{ name: loopback, enabled: false }]', /carriers are the operator's/],
    ['accounts: [{ name: Bistro Group, dids: [{ number: "+31201234567" }] }]', /already in use/],
    [
      'accounts: [{ name: Bistro Group, trunks: [{ name: X, username: "u1" }] }]',
      /names in the platform realm are generated/,
    ],
  ];
  for (const [text, message] of bad)
    await t.rejects(apply(store, `version: 1\n${text}`, mine), { code: 'tenant_file', message }, text);
  t.equal(await dump(store), before);
  const yaml = await exportTenants(store, visible);
  t.notMatch(yaml, /MSP Demo|loopback/);
  t.match(await plan(store, yaml, mine), { text: 'no changes' });
  t.match(
    await apply(
      store,
      'version: 1\naccounts: [{ name: New, parent: VoiceReseller Inc., trunks: [{ name: T }] }]',
      mine,
    ),
    { credentials: [{ trunk: 'T' }] },
  );
});

t.test('an apply that fails in the middle leaves nothing of itself', async (t) => {
  const { store } = await demo(t);
  const publisher = new DirectoryPublisher(store, { algorithms: ['MD5'] });
  await publisher.fullDelta();
  const before = await dump(store);
  await t.rejects(
    apply(
      store,
      'version: 1\naccounts: [{ name: Good, trunks: [{ name: T }] }, { name: Bad, timezone: Mars/Olympus }]',
    ),
    { code: 'tenant_file' },
  );
  t.equal(await dump(store), before);
  t.equal(await publisher.takeDelta(), undefined);
});
