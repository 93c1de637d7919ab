import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { CallRecord } from '../bus/index.ts';
import { saveCalls, saveSipEvents, type YamlReader } from '../tenancy/index.ts';
import { createAdminStore } from './store/index.ts';
import { openTestWorld, send, type TestWorld } from './test-world.ts';

const example = (name: string) => readFileSync(join(import.meta.dirname, '../docs/examples/call-tests', name), 'utf8');

const tenants = `version: 1
carriers:
  - { name: up, sources: [127.0.0.41], gateways: [{ host: 127.0.0.41 }], prefixes: [{ prefix: "" }] }
accounts:
  - name: MSP
    trunks: [{ name: Desk, max_in: 2 }, { name: Backup }]
    dids: [{ number: "+31201234567", destination: { trunk: Desk } }]
  - name: Bistro
    trunks: [{ name: Desk }]
    dids: [{ number: "+31207654321", destination: { trunk: Desk } }]
`;

const ringsDesk = `version: 1
cases:
  - name: rings the desk
    call: { from: "+4930111", to: "+31201234567" }
    expect: { rings: MSP/Desk }
`;

async function applied(world: TestWorld) {
  const body = { yaml: tenants, name: 'tenants.yaml' };
  const { status, body: answer } = await send(world.app, 'POST', '/tenant-files/apply', {
    key: world.keys.operator,
    body,
  });
  if (status !== 200) throw new Error(answer.error?.message);
}

const post = (world: TestWorld, path: string, body: object, key: string = world.keys.operator) =>
  send(world.app, 'POST', path, { key, body });

t.test('the examples pass against the tenants of a file that is not applied', async (t) => {
  const world = await openTestWorld(t);
  const body = { yaml: example('tenants.yaml'), tests: example('tests.yaml') };
  const { status, body: answer } = await post(world, '/tenant-files/test', body);
  t.equal(status, 200, answer.error?.message);
  t.match(answer.data, { failed: 0, skipped: 0, plan: /\+ account Harbour Hotel/ });
  t.ok(answer.data.passed >= 30);
  t.equal(
    (await send(world.app, 'GET', '/carriers', { key: world.keys.operator })).body.meta.total,
    0,
    'nothing was done',
  );
  t.equal(world.published.count, 0);
});

t.test('a test of the tenants as they are, and of a file that would break it', async (t) => {
  const world = await openTestWorld(t);
  await applied(world);
  t.match((await post(world, '/routing/tests', { tests: ringsDesk })).body.data, {
    passed: 1,
    cases: [
      { state: 'passed', got: { caller_id: '+4930111', places: [{ kind: 'trunk', name: 'Desk', account: 'MSP' }] } },
    ],
  });
  const yaml = tenants.replace(
    '"+31201234567", destination: { trunk: Desk }',
    '"+31201234567", destination: { trunk: Backup }',
  );
  t.match((await post(world, '/tenant-files/test', { yaml, tests: ringsDesk })).body.data, {
    failed: 1,
    cases: [{ mismatches: [{ field: 'rings', expected: 'trunk MSP/Desk', got: 'trunk Backup' }] }],
  });
  t.equal((await post(world, '/routing/tests', { tests: ringsDesk })).body.data.passed, 1, 'nothing was changed');
});

t.test('a tenant tests its own numbers alone, and needs no more than to read routing', async (t) => {
  const world = await openTestWorld(t);
  await applied(world);
  const own = ringsDesk.replace('MSP/Desk', 'Desk');
  t.match((await post(world, '/routing/tests', { tests: own }, world.keys.msp)).body.data, { passed: 1 });
  const foreign = (await post(world, '/routing/tests', { tests: own }, world.keys.bistro)).body.data;
  t.match(foreign, {
    failed: 1,
    cases: [{ got: null, steps: [], sentence: 'the number +31201234567 is none of yours' }],
  });
});

t.test('a tenant is told that its call goes to a carrier, and not to which; the operator is', async (t) => {
  const world = await openTestWorld(t);
  await applied(world);
  const outward = `version: 1
cases:
  - name: out
    call: { from: "+31201234567", to: "+4930111222", trunk: MSP/Desk }
    expect: { carrier: nobody }
`;
  const run = async (key?: string) => (await post(world, '/routing/tests', { tests: outward }, key)).body;
  const own = await run(world.keys.msp);
  const place = { kind: 'carrier', name: 'carrier 1', targets: ['carrier 1'] };
  t.match(own.data.cases[0], { state: 'failed', got: { status: 200, places: [place] } });
  t.match(own.data.cases[0].sentence, 'The call would go to carrier 1.');
  t.notMatch(JSON.stringify(own), /127\.0\.0\.41|\bup\b/);
  t.match((await run()).data.cases[0], { got: { places: [{ name: 'up', targets: ['up 127.0.0.41:5060'] }] } });
});

t.test('a file at fault is refused with every line and column', async (t) => {
  const world = await openTestWorld(t);
  const refused = await post(world, '/routing/tests', { tests: 'version: 1\ncases:\n  - name: x\n', name: 'x.yaml' });
  t.match(refused, {
    status: 422,
    body: { error: { code: 'validation_failed', message: /^x\.yaml:3:5: cases\[0\] must have expect/ } },
  });
  const schema = await send(world.app, 'GET', '/routing/tests/schema', { key: world.keys.msp });
  t.match(schema.body, { title: 'didfarm call tests', properties: { cases: { type: 'array' } } });
});

const NOW = Date.UTC(2026, 10, 21, 9);

/** What the journal has of two calls to each of the two numbers, and of one that nobody owns. */
async function recorded(world: TestWorld) {
  const { dids, accounts } = world.admin;
  const make = async (number: string, minute: number): Promise<CallRecord> => {
    const did = await dids.findByNumber(null, number);
    const startedAtMs = NOW - 3_600_000 + minute * 60_000;
    const leg = { callId: `c${minute}`, remote: '127.0.0.41:5060', contact: '' };
    return {
      ...{
        uuid: `call_${minute}`,
        direction: 'in',
        accountId: did?.accountId ?? null,
        trunkId: null,
        didId: did?.id ?? null,
      },
      ...{ carrierId: 1, from: '+4930111', to: number, startedAtMs, answeredAtMs: startedAtMs },
      ...{ endedAtMs: startedAtMs + 30_000, result: 'ok', reason: 'answered', status: 200, sentence: '' },
      ...{ aLeg: leg, bLeg: null, attempts: [], hungUpBy: 'caller', trace: [] },
    };
  };
  const numbers = ['+31201234567', '+31207654321', '+31201234567', '+31207654321'];
  await saveCalls(world.store, await Promise.all(numbers.map((number, minute) => make(number, minute))));
  return accounts;
}

t.test('a file is read by whoever reads tenant files, and nobody else’s turn is taken', async (t) => {
  const { store } = await openTestWorld(t);
  const read: string[] = [];
  const yaml: YamlReader = {
    read: async (text) => {
      read.push(text);
      return { faults: [{ line: 7, path: '', message: 'takes longer to read than 120 s' }] };
    },
    places: async () => [],
  };
  const { rehearsals } = createAdminStore(store, { yaml });
  const tests = { text: ringsDesk, name: 'hostile.yaml' };
  const who = { homeAccountId: null, visible: null };
  await t.rejects(rehearsals.test(who, tests), { message: /^hostile\.yaml:7:1: takes longer/ });
  const options = { visible: null, actor: 'test', resolveSecret: () => undefined };
  const file = { yaml: tenants, name: 'tenants.yaml', options };
  await t.rejects(rehearsals.testCandidate(who, tests, file), { message: /^hostile\.yaml:7:1: / });
  t.same(read, [ringsDesk, ringsDesk]);
});

t.test('a replay lists exactly the calls that would end otherwise', async (t) => {
  const world = await openTestWorld(t);
  await applied(world);
  await recorded(world);
  const yaml = tenants.replace(
    '"+31207654321", destination: { trunk: Desk }',
    '"+31207654321", destination: { reject: true }',
  );
  const { body } = await post(world, '/tenant-files/replay', { yaml });
  t.match(body.data, {
    ...{ replayed: 4, same: 2, different: 2, left_out: 0, recorded_otherwise: 0 },
    kinds: [{ before: 'trunk Desk', after: '480 did_rejects', calls: 2 }],
    changes: [
      {
        call: 'call_1',
        started_at: '2026-11-21T08:01:00.000Z',
        to: '+31207654321',
        recorded: 'answered',
        before: 'trunk Desk',
      },
      { call: 'call_3', after: '480 did_rejects', why: /^resolveTarget: 480 did_rejects/ },
    ],
  });
  t.equal(body.data.changes.length, 2);
  const within = { from: '2026-11-21T08:02:00Z', to: '2026-11-21T08:03:30Z', limit: 0 };
  t.match((await post(world, '/tenant-files/replay', { yaml, ...within })).body.data, {
    replayed: 2,
    different: 1,
    changes: [],
  });
  t.equal((await post(world, '/tenant-files/replay', { yaml, hours: 0.5 })).body.data.replayed, 0);
  for (const range of [
    { from: 'yesterday' },
    { from: '2026-11-22', to: '2026-11-21' },
    { from: '2026-11-20', hours: 1 },
  ]) {
    t.match(await post(world, '/tenant-files/replay', { yaml, ...range }), {
      status: 422,
      body: { error: { code: 'validation_failed' } },
    });
  }
});

t.test('a tenant replays its own calls alone', async (t) => {
  const world = await openTestWorld(t);
  await applied(world);
  await recorded(world);
  const yaml =
    'version: 1\naccounts:\n  - name: Bistro\n    dids: [{ number: "+31207654321", destination: { reject: true } }]\n';
  const own = (await post(world, '/tenant-files/replay', { yaml }, world.keys.bistro)).body.data;
  t.match(own, { replayed: 2, different: 2 });
  t.same(
    own.changes.map(({ call }: { call: string }) => call),
    ['call_1', 'call_3'],
  );
  const foreign = await post(world, '/tenant-files/replay', { yaml: tenants }, world.keys.bistro);
  t.match(foreign, { status: 422 }, 'the file of another tenant');
  const nothing = (await post(world, '/tenant-files/replay', { yaml }, world.keys.reseller)).body.data;
  t.match(nothing, { replayed: 2, different: 2 }, "its child is a reseller's as well");
  const clinic = 'version: 1\naccounts:\n  - name: Clinic\n    notes: ""\n';
  t.match((await post(world, '/tenant-files/replay', { yaml: clinic }, world.keys.clinic)).body.data, {
    replayed: 0,
    different: 0,
  });
});

t.test('registrations are taken as they were recorded', async (t) => {
  const world = await openTestWorld(t);
  await applied(world);
  await recorded(world);
  const trunk = (await world.admin.trunks.list(null, { afterId: 0, offset: 0, limit: 9 }, { name: 'Desk' })).rows.find(
    ({ accountId }) => accountId === world.accounts.bistro,
  );
  const transition = (minute: number, state: 'registered' | 'offline') => ({
    kind: 'trunk_transition' as const,
    transition: {
      trunkId: trunk?.id ?? 0,
      accountId: world.accounts.bistro,
      state,
      atMs: NOW - 3_600_000 + minute * 60_000,
      cause: null,
    },
  });
  await saveSipEvents(world.store, [transition(-99_999, 'offline'), transition(2, 'registered')]);
  const yaml = tenants
    .replace('- name: Bistro\n', '- name: Bistro\n    did_default_dest: { trunk: Desk }\n')
    .replace('"+31207654321", destination: { trunk: Desk }', '"+31207654321", destination: { reject: true }');
  const { data } = (await post(world, '/tenant-files/replay', { yaml })).body;
  t.same(data.kinds, [
    { before: '480 trunk_offline', after: '480 did_rejects', calls: 1 },
    { before: 'trunk Desk', after: '480 did_rejects', calls: 1 },
  ]);
  t.equal(data.recorded_otherwise, 1);
});
