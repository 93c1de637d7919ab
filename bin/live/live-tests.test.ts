import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { startProduct } from '../../test-sip/support/product.ts';
import { tempDir } from '../../test-sip/support/temp-dir.ts';
import { runHere as run } from '../test-run.ts';
import { readCredentials } from './credentials.ts';
import { LiveEndpoint } from './live-endpoint.ts';

const EXAMPLES = join(import.meta.dirname, '../../docs/examples/call-tests');
const TENANTS = join(EXAMPLES, 'tenants.yaml');
const TESTS = join(EXAMPLES, 'tests.yaml');

t.test('the cases that pass without sockets pass over real SIP, unchanged', async (t) => {
  const dir = tempDir(t);
  const dataDir = join(dir, 'data');
  const applied = await run(['apply', TENANTS, '--yes', '--json'], {
    DIDFARM_DATA_DIR: dataDir,
  });
  t.equal(applied.code, 0, applied.err);
  const secrets = join(dir, 'secrets.json');
  writeFileSync(secrets, applied.out);
  const product = await startProduct(t, { DIDFARM_DATA_DIR: dataDir, DIDFARM_RATE_LIMITS: 'off' });
  const env = { ...product.env };

  const simulated = JSON.parse((await run(['test', TESTS, '--json'], env)).out);
  t.match(simulated, { passed: 39, failed: 0, skipped: 0 });

  const live = await run(['test', TESTS, '--live', '--credentials', secrets], env);
  t.match(live, { code: 0, err: '', out: /\n39 passed, 0 failed, 0 skipped\n$/ }, live.out + live.err);

  const file = join(dir, 'more.yaml');
  writeFileSync(file, MORE);
  const more = await run(['test', file, '--live', '--credentials', secrets, '--json'], env);
  const states = JSON.parse(more.out).cases.map(({ name, state, sentence, mismatches }: Shown) => [
    name,
    state,
    mismatches[0] ?? sentence,
  ]);
  t.strictSame(states, [
    ['wrong', 'failed', { field: 'rings', expected: 'trunk Restaurant', got: 'trunk Front desk' }],
    ['time', 'skipped', 'given.time cannot be arranged on a running server'],
    ['wallet', 'failed', 'given.wallet decides nothing: the account has no price list for its calls'],
  ]);
  t.equal(more.code, 1);

  // The records of all that was placed come again as they ended; a wrong file is caught with exactly its calls.
  const replay = async (file: string) => JSON.parse((await run(['replay', file, '--json'], env)).out);
  t.match(await replay(TENANTS), { different: 0, left_out: 0, recorded_otherwise: 0 });
  const wrong = join(dir, 'wrong.yaml');
  writeFileSync(wrong, readFileSync(TENANTS, 'utf8').replace('{ extension: Room 201 }', '{ reject: true }'));
  const { replayed, changes } = await replay(wrong);
  t.ok(replayed >= 40, `${replayed} calls`);
  const calls = JSON.parse((await run(['calls', 'list', '--json'], env)).out) as readonly Placed[];
  const called = calls.filter(({ to, trunk_id }) => to === '+31201110009' && trunk_id !== null);
  const uuids = (list: readonly { readonly call?: string; readonly uuid?: string }[]) =>
    list.map(({ call, uuid }) => call ?? uuid).sort();
  t.strictSame(uuids(changes), uuids(called));
  const ends = (changes as readonly Record<string, string>[]).map((one) =>
    [one.recorded, one.before, one.after].join(' -> '),
  );
  t.strictSame(ends.sort(), [
    'answered -> trunk Room 201 -> 480 did_rejects',
    'cac_account_in -> 486 cac_account_in -> 480 did_rejects',
  ]);

  // Somebody's PBX is there now: its calls are left alone, and nothing rings it.
  const [login] = [...readCredentials(secrets).values()].filter(({ username }) => username === 'desk');
  if (login === undefined) throw new Error('the file has no front desk');
  let rang = 0;
  const there = await LiveEndpoint.open('127.0.0.1', 0, { address: '127.0.0.1', port: product.sipPort }, () => {
    rang += 1;
    return 486;
  });
  t.teardown(() => there.close());
  t.equal((await there.register(login, 300)).status, 200);
  writeFileSync(file, OF_THE_DESK);
  const careful = JSON.parse((await run(['test', file, '--live', '--credentials', secrets, '--json'], env)).out);
  t.strictSame(
    careful.cases.map(({ state, sentence }: Shown) => [state, sentence]),
    [
      ['skipped', 'trunk Front desk has a PBX of its own; --force takes its calls meanwhile'],
      ['skipped', 'trunk Front desk has a PBX of its own and is not offline'],
    ],
  );
  const forced = JSON.parse(
    (await run(['test', file, '--live', '--force', '--credentials', secrets, '--json'], env)).out,
  );
  t.match(forced, { passed: 1, skipped: 1 });
  t.equal(rang, 0);
  await there.register(login, 0);

  const keyless = join(dir, 'keyless.csv');
  writeFileSync(keyless, 'desk,clinic.harbour.example,nothing\n');
  const blind = JSON.parse((await run(['test', TESTS, '--live', '--credentials', keyless, '--json'], env)).out);
  t.match(blind.cases[0], { state: 'skipped', sentence: 'the password of trunk Front desk is not known' });
  await product.stop();
  t.match(await run(['test', TESTS, '--live'], env), { code: 1, err: /--live needs a running server/ });
});

interface Placed {
  readonly uuid: string;
  readonly to: string;
  readonly trunk_id: number | null;
}

interface Shown {
  readonly name: string;
  readonly state: string;
  readonly sentence: string;
  readonly mismatches: readonly unknown[];
}

const OF_THE_DESK = `version: 1
cases:
  - name: rings
    call: { from: "+4930", to: "+31201110001" }
    expect: { rings: Harbour Hotel/Front desk }
  - name: offline
    given: { offline: [Harbour Hotel/Front desk] }
    call: { from: "+4930", to: "+31201110001" }
    expect: { status: 480 }
`;

const MORE = `version: 1
cases:
  - name: wrong
    call: { from: "+4930", to: "+31201110001" }
    expect: { rings: Restaurant }
  - name: time
    given: { time: "2026-11-21T19:00:00Z" }
    call: { from: "+4930", to: "+31201110001" }
    expect: { rings: Harbour Hotel/Front desk }
  - name: wallet
    given: { wallet: { Harbour Hotel: 0 } }
    call: { from: "+31201110001", to: "+31612345678", trunk: Restaurant }
    expect: { status: 503 }
`;
