import t from 'tap';
import type { Store } from '../store/index.ts';
import { openTestStore } from '../store/test-store.ts';
import { planTenants } from './index.ts';

const plan = (store: Store, text: string) =>
  planTenants(store, text, 'tenants.yaml', { visible: null, actor: 'test', resolveSecret: () => undefined });

t.test('faults come all at once, each with its line, place and remedy', async (t) => {
  const store = await openTestStore(t);
  const text = `version: 1
accounts:
  - name: A
    max_inn: 3
    trunks:
      - name: T
        auth_type: magic
        max_in: many
      - username: x
    dids:
      - number: 0201234567
`;
  const error = await plan(store, text).then(
    () => undefined,
    (reason: Error) => reason,
  );
  t.equal(
    error?.message,
    [
      'tenants.yaml:4:14: accounts[0].max_inn is not a field here, did you mean "max_in"?',
      'tenants.yaml:7:20: accounts[0].trunks[0].auth_type must be one of digest, ip, digest+ip',
      'tenants.yaml:8:17: accounts[0].trunks[0].max_in must be a whole number, or must be null',
      'tenants.yaml:9:9: accounts[0].trunks[1] must have name',
      'tenants.yaml:11:17: accounts[0].dids[0].number must be text: put it in quotes (YAML takes it for 201234567)',
    ].join('\n'),
  );
  await t.rejects(plan(store, ''), {
    message: 'tenants.yaml:1:1: must be fields and their values, and there is nothing',
  });
  await t.rejects(plan(store, 'version: 1\naccounts: {name: A}\n'), {
    message: 'tenants.yaml:2:11: accounts must be a list, not fields and their values',
  });
  for (const count of [1, 7, 8, 5000]) {
    const odd = Array.from({ length: count }, (_, i) => `k${i}: 1\n`).join('');
    await t.rejects(
      plan(store, `version: 1\n${odd}`),
      { message: /^tenants.yaml:2:5: k0 is not a field here/ },
      `${count}`,
    );
  }
  await t.rejects(plan(store, 'version: 1\naccounts: *nope\n'), { message: /^tenants.yaml:2:11: Unresolved alias/ });
  await t.rejects(plan(store, 'version: 1\naccounts: [\n  x'), {
    code: 'tenant_file',
    message: /^tenants.yaml:\d+:\d+: /,
  });
  await t.rejects(plan(store, 'version: 1\naccounts: [{ name: A, trunks: [{ name: T, password: { env: NOPE } }] }]'), {
    message: /the variable NOPE is not set/,
  });
  await t.rejects(
    plan(store, 'version: 1\naccounts: [{ name: A, dids: [{ number: "+3120111", destination: { trunk: T } }] }]'),
    { message: /the account has no trunk "T"/ },
  );
  await t.rejects(plan(store, 'version: 1\naccounts:\n  - name: A\n    language: tlh\n'), {
    message: /^tenants.yaml:4:15: accounts\[0\].language must be one of/,
  });
});

t.test('what the tenants do not allow is told all at once as well, without what only follows from it', async (t) => {
  const store = await openTestStore(t);
  const lines = async (text: string) =>
    (
      await plan(store, text).then(
        () => 'no fault',
        (reason: Error) => reason.message,
      )
    ).split('\n');
  const head = 'version: 1\naccounts:\n  - name: A\n';
  t.same(
    await lines(
      'version: 1\naccounts:\n  - {name: B, parent: Nobody}\n  - {name: C, parent: B}\n  - {name: D, timezone: Mars}\n',
    ),
    [
      'tenants.yaml:3:23: accounts[0].parent there is no account "Nobody"',
      'tenants.yaml:5:25: accounts[2].timezone "Mars" is not a time zone; write one such as Europe/Amsterdam',
    ],
  );
  t.same(await lines(`${head}    trunks: [{name: T}, {name: T}, {name: U, auth_type: ip, sources: [300.1.1.1]}]\n`), [
    'tenants.yaml:4:25: accounts[0].trunks[1] this trunk is in the file twice',
    'tenants.yaml:4:70: accounts[0].trunks[2].sources "300.1.1.1" is neither an address nor a range; write 198.51.100.7 or 198.51.100.0/24',
  ]);
  t.same(
    await lines(`${head}    trunk_groups: [{name: G, members: [{trunk: No}]}]
    dids:
      - {number: "+31201239999", destination: {trunk: No}}
      - {number: "+31201239998"}
      - {number: "+31201239998"}
`),
    [
      'tenants.yaml:4:40: accounts[0].trunk_groups[0].members[0] the account has no trunk "No"',
      'tenants.yaml:6:47: accounts[0].dids[0].destination the account has no trunk "No"',
      'tenants.yaml:8:9: accounts[0].dids[2] this number is in the file twice',
    ],
  );
  const many = Array.from(
    { length: 300 },
    (_, n) => `      - {number: "+3120124${1000 + n}", destination: {trunk: No}}\n`,
  );
  t.equal((await lines(`${head}    dids:\n${many.join('')}`)).length, 100, 'as many as anybody mends at a time');
});

t.test('what is wrong is said in words, with what to write instead', async (t) => {
  const store = await openTestStore(t);
  for (const [text, message] of [
    ['version: 1\naccounts:\n\t- name: A\n', 'tenants.yaml:3:1: Tabs are not allowed as indentation: use spaces'],
    [
      'version: 1\n---\nversion: 1\n',
      'tenants.yaml:2:1: A second document begins here: give each document a file of its own',
    ],
    [
      'version: 1\naccounts: [{name: A, dids: [{number: "0031201234567"}]}]\n',
      'tenants.yaml:2:38: accounts[0].dids[0].number must be: an international number in quotes, "+31201234567"',
    ],
    [
      'version: 1\naccounts: [{name: A, trunks: [{name: T, password: secret}]}]\n',
      'tenants.yaml:2:51: accounts[0].trunks[0].password must be fields and their values (by reference, {env: NAME} or {file: PATH})',
    ],
  ] as const)
    await t.rejects(plan(store, text), { message });
  for (const name of ['a\\e[31mred', 'x\\ny', 'a\\u202Eb', '  ', '\\0'])
    await t.rejects(
      plan(store, `version: 1\naccounts: [{name: "${name}"}]\n`),
      {
        message: /^tenants.yaml:2:\d+: accounts\[0\]\.name must be: one line of text, without control characters/,
      },
      JSON.stringify(name),
    );
  const names = ['Zürich 日本 😀', 'עברית', 'a\u200dآ'];
  t.match(await plan(store, `version: 1\naccounts: [${names.map((name) => `{name: "${name}"}`).join(', ')}]\n`), {
    changes: names.map((name) => ({ name })),
  });
});
