import { randomBytes } from 'node:crypto';
import t from 'tap';
import { packRates } from '../../billing-hooks/index.ts';
import type { FundsUpdate } from '../../bus/index.ts';
import { openStore, type Store } from '../../tenancy/index.ts';
import { runCallTests } from '../index.ts';
import { CallTestFileError, type CallTestWorld, parseCallTests } from './index.ts';
import { candidateWorld, example, exampleTests } from './test-tenants.ts';

interface Test {
  teardown(work: () => Promise<void>): void;
}

async function memoryStore(t: Test): Promise<Store> {
  const store = await openStore({ file: ':memory:', secretKey: randomBytes(32), platformRealm: 'sip.didfarm.com' });
  t.teardown(() => store.close());
  return store;
}

async function hotel(t: Test, change: (yaml: string) => string = (yaml) => yaml): Promise<CallTestWorld> {
  return candidateWorld(await memoryStore(t), change(example('tenants.yaml')));
}

const run = async (world: CallTestWorld, cases: string) =>
  runCallTests(world, await parseCallTests(`version: 1\ncases:\n${cases}`, 'tests.yaml'));

/** The only case of a run. */
async function only(world: CallTestWorld, text: string) {
  const [report] = (await run(world, text)).cases;
  if (report === undefined) throw new Error('no case');
  return report;
}

t.test('every example passes, and nothing is written', async (t) => {
  const store = await memoryStore(t);
  const report = await runCallTests(await candidateWorld(store, example('tenants.yaml')), await exampleTests());
  t.same(
    report.cases
      .filter(({ state }) => state !== 'passed')
      .map(({ name, sentence, mismatches }) => [name, sentence, mismatches]),
    [],
  );
  t.ok(report.passed >= 30);
  t.equal(await store.db.selectFrom('trunks').select('id').executeTakeFirst(), undefined);
  t.equal(await store.db.selectFrom('directoryChanges').select('seq').executeTakeFirst(), undefined);
});

t.test('a wrong tenant file fails exactly the cases that it breaks', async (t) => {
  const world = await hotel(t, (yaml) =>
    yaml.replace('destination: { trunk_group: Reception }', 'destination: { trunk: Restaurant }'),
  );
  const report = await runCallTests(world, await exampleTests());
  t.same(
    report.cases.filter(({ state }) => state === 'failed').map(({ name }) => name),
    ['reception rings the desk, then the porter', "with the desk offline the porter takes reception's calls"],
  );
  t.match(
    report.cases.find(({ state }) => state === 'failed'),
    {
      mismatches: [
        { field: 'rings', expected: 'trunk Harbour Hotel/Front desk', got: 'trunk Restaurant' },
        { field: 'then', expected: 'trunk Night porter', got: 'nowhere' },
      ],
      decided: { step: 'resolveTarget' },
    },
  );
});

t.test('a refusal that was not expected says why, and what to do', async (t) => {
  const report = await only(
    await hotel(t),
    `  - name: x\n    given: { offline: [Restaurant, Night porter] }\n    call: { from: "+4930", to: "+31201110002" }\n    expect: { rings: Restaurant }`,
  );
  t.match(report, {
    state: 'failed',
    line: 3,
    column: 5,
    mismatches: [{ field: 'rings', expected: 'trunk Restaurant', got: 'refused: 480 trunk_offline' }],
    decided: { step: 'resolveTarget', decided: '480 trunk_offline' },
    sentence: /Restaurant: no PBX is registered/,
    remedy: /./,
  });
});

t.test('the time of a case decides about opening hours', async (t) => {
  const world = await hotel(t, (yaml) => yaml.replace('from: "00:00", to: "24:00"', 'from: "08:00", to: "18:00"'));
  const at = (time: string, carrier: string) =>
    `  - name: ${time}\n    given: { time: "2026-11-21T${time}" }\n    call: { from: "+31201110001", to: "+442079460958", trunk: Restaurant }\n    expect: { carrier: ${carrier} }\n`;
  const report = await run(
    world,
    at('17:59:59+01:00', 'south') + at('18:00:00+01:00', 'north') + at('17:30:00Z', 'north'),
  );
  t.equal(report.passed, 3);
});

t.test('the wallet of a case decides whether a call can be paid', async (t) => {
  const base = await hotel(t);
  const account = base.directory.findDid('+31201110001')?.accountId ?? 0;
  const world = { ...base, funds: fundsOf(account) };
  const call = 'call: { from: "+31201110001", to: "+442079460958", trunk: Restaurant }';
  const broke = await only(
    world,
    `  - name: broke\n    given: { wallet: { Harbour Hotel: 0.0009 } }\n    ${call}\n    expect: { status: 503, reason: insufficient_balance }`,
  );
  t.match(broke, { state: 'passed', decided: { step: 'checkFunds' } });
  const help = `  - name: help\n    given: { wallet: { Harbour Hotel: 0 } }\n    call: { from: "+31201110001", to: "112", trunk: Restaurant }\n    expect: { emergency: true, status: 200 }`;
  t.equal((await only(world, help)).state, 'passed');
  t.match(await only(world, `  - name: rich\n    ${call}\n    expect: { carrier: south }`), { state: 'passed' });
  const wallet = (name: string) =>
    only(base, `  - name: w\n    given: { wallet: { ${name}: 0 } }\n    ${call}\n    expect: { status: 200 }`);
  t.match(await wallet('Harbour Hotel'), { state: 'failed', sentence: /has no price list/ });
  t.match(await wallet('Harbour Hostel'), { state: 'failed', sentence: /no account Harbour Hostel/ });
});

/** Nine euros, and calls for six cents a minute. */
function fundsOf(account: number): FundsUpdate {
  const none = { perMinuteMicros: null, perTrunkDayMicros: null, perDayMicros: null, rolling24hMicros: null };
  const caps = { ...none, alarmPercent: 80, timezone: 'UTC' };
  const price = { perMinuteMicros: 60_000, connectFeeMicros: 0, minimumMicros: 0, firstSec: 1, nextSec: 1 };
  const rate = { prefix: '', fromMs: 0, untilMs: Number.POSITIVE_INFINITY, band: -1, ...price };
  const deck = { id: 1, accountId: null, currency: 'EUR', timezone: 'UTC', roundToMicros: 1, bands: [] };
  return {
    reset: true,
    decks: [{ ...deck, tables: { out: packRates([rate]) } }],
    removedDecks: [],
    purses: [{ key: `account:${account}`, deckId: 1, creditMicros: 0, balanceMicros: 9_000_000, caps }],
    settledCalls: [],
    spent: [],
  };
}

t.test('what a case names must exist and be one', async (t) => {
  const world = await hotel(t);
  const from = (trunk: string) =>
    only(
      world,
      `  - name: x\n    call: { from: "1", to: "+31201110001", trunk: ${trunk} }\n    expect: { status: 200 }`,
    );
  t.match(await from('Restorant'), {
    state: 'failed',
    got: null,
    sentence: 'there is no trunk Restorant, did you mean "Restaurant"?',
  });
  t.match(await from('Front desk'), { sentence: '2 trunks have the name Front desk: say account/Front desk' });
  t.match(await from('desk@hotel.example'), { got: { status: 200 } });
  const given = await only(
    world,
    `  - name: x\n    given: { calls: [{ from: "1", to: "+31201110005" }] }\n    call: { from: "1", to: "+31201110001" }\n    expect: { status: 200 }`,
  );
  t.match(given, { state: 'failed', sentence: 'given.calls[0] would not be up: 480 did_rejects' });
});

t.test('a tenant tests its own trunks and numbers, and learns nothing of others', async (t) => {
  const all = await hotel(t);
  const clinic = all.directory.findDid('+31202220001')?.accountId ?? 0;
  const world = { ...all, visible: new Set([clinic]) };
  const own = `  - name: own\n    call: { from: "+4930", to: "+31202220001" }\n    expect: { rings: Front desk }\n`;
  const foreign = [
    'call: { from: "+4930", to: "+31201110001" }',
    'call: { from: "+31202220001", to: "+31201110001", trunk: Front desk }',
    'call: { from: "+31202220001", to: "0201110001", trunk: Front desk }',
    'call: { from: "+4930", to: "+31201119999" }',
    'call: { from: "1", to: "+31202220001", trunk: Restaurant }',
    'call: { from: "+31201110007", to: "+31202220001", source: 127.0.0.23 }',
    'call: { from: "1", to: "+31202220001", trunk: Harbour Hotel/Restaurant }',
    'register: { username: desk, realm: hotel.example }',
    'register: { username: anybody, realm: hotel.example }',
    'register: { username: anybody, realm: sip.didfarm.com }',
    'register: { trunk: Front desk, username: desk, realm: hotel.example }',
    'register: { trunk: Front desk, username: anybody, realm: sip.didfarm.com }',
  ];
  const cases = foreign.map((text, index) => `  - name: foreign ${index}\n    ${text}\n    expect: { status: 200 }\n`);
  const [first, ...others] = (await run(world, own + cases.join(''))).cases;
  t.match(first, { state: 'passed' });
  for (const report of others) {
    t.match(
      report,
      { state: 'failed', got: null, steps: [], sentence: /none of yours|there is no trunk/ },
      report.name,
    );
  }
});

t.test('a dial plan may lead a call to another tenant, of whom nothing is shown', async (t) => {
  const all = await hotel(t, (yaml) =>
    yaml
      .replace(
        'realm: clinic.harbour.example, username: desk }',
        'realm: clinic.harbour.example, username: desk, routing: { dial_plan: [{ prefix: "7", strip: 1, add: "+" }] } }',
      )
      .replace(
        '    max_in: 6',
        '    max_in: 6\n    routing: { dial_plan: [{ prefix: "+31202220001", strip: 12, add: "+31201110001" }] }',
      ),
  );
  const clinic = all.directory.findDid('+31202220001')?.accountId ?? 0;
  const cases = (world: CallTestWorld) =>
    run(
      world,
      `  - name: dialled
    call: { from: "+31202220001", to: "731201110001", trunk: Harbour Clinic/Front desk }
    expect: { status: 200 }
  - name: rewritten
    call: { from: "+4930", to: "+31202220001" }
    expect: { status: 200 }
`,
    );
  const [dialled, rewritten] = (await cases({ ...all, visible: new Set([clinic]) })).cases;
  t.match(dialled, { got: null, steps: [], sentence: /none of yours/ });
  t.match(rewritten, { state: 'passed', got: { places: [{ name: 'another tenant', account: null, uuid: null }] } });
  t.notMatch(JSON.stringify(rewritten), /Hotel|pbx\.invalid/);
  t.match(JSON.stringify((await cases(all)).cases), /Hotel/, 'the operator sees where it goes');
});

t.test('a file at fault is told with line and column, every fault at once', async (t) => {
  const faults = async (text: string) => {
    try {
      await parseCallTests(text, 'tests.yaml');
    } catch (error) {
      if (error instanceof CallTestFileError) return error.message.split('\n');
      throw error;
    }
    return [];
  };
  t.match((await faults('version: 1\ncases: [}'))[0], /^tests\.yaml:2:\d+: /);
  t.same(await faults('version: 1\ncases:\n  - name: x\n    call: { from: "1", to: +31201 }\n    expects: {}\n'), [
    'tests.yaml:3:5: cases[0] must have expect',
    'tests.yaml:4:28: cases[0].call.to must be text: put it in quotes (YAML takes it for 31201)',
    'tests.yaml:5:14: cases[0].expects is not a field here, did you mean "expect"?',
  ]);
  const two = `version: 1
cases:
  - { name: x, expect: { reason: bussy } }
  - name: x
    given: { time: "2026-11-21 19:00", offline: [a], registered: [b] }
    call: { from: "1", to: "2", trunk: a, carrier: b }
    expect: { rings: a, uri: "sip:b" }
`;
  t.same(await faults(two), [
    'tests.yaml:3:5: cases[0] must have either call or register',
    'tests.yaml:3:34: cases[0].expect.reason there is no reason bussy, did you mean "busy"?',
    'tests.yaml:4:11: cases[1].name another case has the name x',
    'tests.yaml:5:12: cases[1].given takes offline or registered, not both',
    'tests.yaml:5:20: cases[1].given.time must be a time with its offset: 2026-11-21T19:00:00+01:00',
    'tests.yaml:6:11: cases[1].call comes from a trunk or a carrier, not both',
    'tests.yaml:7:13: cases[1].expect a call goes to one place first: rings, carrier or uri',
  ]);
});

t.test('a file may ask for so many calls and no more', async (t) => {
  const calls = (times: number) =>
    `    given: { calls: [${Array.from({ length: times }, () => '{ from: "1", to: "2", times: 1000 }').join(', ')}] }\n`;
  const test = (index: number, times: number) =>
    `  - name: case ${index}\n${calls(times)}    call: { from: "1", to: "2" }\n    expect: { status: 200 }\n`;
  const file = (cases: number, times: number) =>
    `version: 1\ncases:\n${Array.from({ length: cases }, (_, index) => test(index, times)).join('')}`;
  await t.rejects(parseCallTests(file(1, 3), 'x'), {
    message: 'x:4:12: cases[0].given has 3000 calls up: at most 2000',
  });
  await t.rejects(parseCallTests(file(50, 2), 'x'), {
    message: 'x:3:3: cases are 100050 calls in all: at most 100000',
  });
  t.equal((await parseCallTests(file(49, 2), 'x')).tests.length, 49);
  const offline = (names: number) =>
    `version: 1\ngiven: { offline: [${Array.from({ length: names }, () => 'a').join(', ')}] }\n${file(500, 0).slice(11)}`;
  await t.rejects(parseCallTests(offline(2001), 'x'), {
    message: 'x:4:3: cases name 1000500 trunks and accounts in all that are given: at most 1000000',
  });
});
