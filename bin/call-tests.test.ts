import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import type { CallRecord } from '../bus/index.ts';
import { loadSecretKey, openStore, saveCalls } from '../tenancy/index.ts';
import { runHere as run } from './test-run.ts';

const EXAMPLES = join(import.meta.dirname, '../docs/examples/call-tests');
const TENANTS = join(EXAMPLES, 'tenants.yaml');
const TESTS = join(EXAMPLES, 'tests.yaml');

function freshDir(t: { teardown(work: () => void): void }): string {
  const dir = mkdtempSync(join(tmpdir(), 'didfarm-tests-'));
  t.teardown(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** The example's tenants with one mistake in them. */
function wrongTenants(dir: string): string {
  const file = join(dir, 'wrong.yaml');
  const text = readFileSync(TENANTS, 'utf8');
  writeFileSync(
    file,
    text.replace('destination: { uri: "sip:music@127.0.0.24:5084" }', 'destination: { reject: true }'),
  );
  return file;
}

t.test('call tests of a tenant file need neither a server nor a database', async (t) => {
  const dir = freshDir(t);
  const env = { DIDFARM_DATA_DIR: join(dir, 'data'), DIDFARM_TARGET_ALLOW: '127.0.0.0/8' };
  const passed = await run(['test', TESTS, '--candidate', TENANTS], env);
  t.match(passed, {
    code: 0,
    err: '',
    out: /^ok {4}the hotel's number rings the front desk\n[\s\S]*\n39 passed, 0 failed, 0 skipped\n$/,
  });
  t.notOk(existsSync(join(dir, 'data')), 'and leave nothing behind');
  t.match(await run(['test', TESTS], env), { code: 1, err: /didfarm\.db does not exist/ });
});

t.test('a failed case ends with 1 and says where, what, why and what to do', async (t) => {
  const dir = freshDir(t);
  const env = { DIDFARM_DATA_DIR: join(dir, 'data'), DIDFARM_TARGET_ALLOW: '127.0.0.0/8' };
  const file = wrongTenants(dir);
  const failed = await run(['test', TESTS, '--candidate', file], env);
  t.equal(failed.code, 1);
  t.match(failed.out, /FAIL {2}a number that leads to a URI {2}\(\S+tests\.yaml:\d+:5\)\n/);
  t.match(failed.out, /\n {6}uri: expected uri sip:music@127\.0\.0\.24:5084, got refused: 480 did_rejects\n/);
  t.match(failed.out, /\n {6}decided by resolveTarget: 480 did_rejects \(\+31201110004 is set to reject calls\.\)\n/);
  t.match(failed.out, /\n38 passed, 1 failed, 0 skipped\n$/);

  const tap = await run(['test', TESTS, '--candidate', file, '--format', 'tap'], env);
  t.match(tap.out, /^TAP version 14\n1\.\.39\nok 1 - the hotel's number/);
  t.match(tap.out, /\nnot ok 16 - a number that leads to a URI\n {2}---\n {2}at: "\S+tests\.yaml:\d+:5"\n/);

  const out = join(dir, 'report.xml');
  const junit = await run(['test', TESTS, '--candidate', file, '--format', 'junit', '--out', out], env);
  t.match(junit, { code: 1, out: '' });
  const xml = readFileSync(out, 'utf8');
  t.match(xml, /<testsuite name="\S+tests\.yaml" tests="39" failures="1" skipped="0">/);
  t.match(xml, /name="the hotel&apos;s number rings the front desk" file="\S+" line="\d+"\/>/);
  t.match(
    xml,
    /<failure message="uri: expected uri sip:music@127\.0\.0\.24:5084, got refused: 480 did_rejects">decided by /,
  );

  const json = await run(['test', TESTS, '--candidate', file, '--json'], env);
  t.match(JSON.parse(json.out), { passed: 38, failed: 1, skipped: 0 });
});

t.test('a file at fault ends with 2, with line and column', async (t) => {
  const dir = freshDir(t);
  const env = { DIDFARM_DATA_DIR: join(dir, 'data'), DIDFARM_TARGET_ALLOW: '127.0.0.0/8' };
  const file = join(dir, 'tests.yaml');
  writeFileSync(file, 'version: 1\ncases:\n  - name: x\n    call: { from: "1", to: +31 }\n    expect: { rigns: a }\n');
  const bad = await run(['test', file, '--candidate', TENANTS], env);
  t.equal(bad.code, 2);
  t.match(bad.err, /tests\.yaml:4:28: cases\[0\]\.call\.to must be text: put it in quotes \(YAML takes it for 31\)\n/);
  t.match(bad.err, /tests\.yaml:5:22: cases\[0\]\.expect\.rigns is not a field here, did you mean "rings"\?\n/);
  t.match(await run(['test', join(dir, 'no.yaml')], env), { code: 2, err: /no\.yaml cannot be read \(ENOENT\)/ });
  const tenants = join(dir, 'bad-tenants.yaml');
  writeFileSync(tenants, 'version: 1\naccounts:\n  - nam: x\n');
  t.match(await run(['test', TESTS, '--candidate', tenants], env), { code: 2, err: /bad-tenants\.yaml:3:\d+: / });
});

t.test('plan shows what a file would break, and apply refuses it', async (t) => {
  const dir = freshDir(t);
  const env = { DIDFARM_DATA_DIR: join(dir, 'data'), DIDFARM_TARGET_ALLOW: '127.0.0.0/8' };
  const wrong = wrongTenants(dir);
  const planned = await run(['plan', wrong, '--test', TESTS], env);
  t.match(planned, { code: 1, out: /\+ account Harbour Hotel\n[\s\S]*FAIL {2}a number that leads to a URI/ });
  const refused = await run(['apply', wrong, '--yes', '--test', TESTS], env);
  t.match(refused, { code: 1, err: 'didfarm: not applied: 1 tests failed\n' });
  t.match(await run(['accounts', 'list'], env), { out: 'none\n' });
  t.match(await run(['plan', TENANTS, '--test', TESTS], env), { code: 2, out: /39 passed, 0 failed/ });
  t.match(await run(['apply', TENANTS, '--yes', '--test', TESTS], env), { code: 0, out: /applied: \d+ changes/ });
  t.match(await run(['plan', TENANTS, '--test', TESTS], env), { code: 0, out: /^no changes\n[\s\S]*39 passed/ });
  t.match(
    await run(['test', TESTS], env),
    { code: 0, out: /39 passed, 0 failed/ },
    'and so do the tenants as they are',
  );
  const bad = join(dir, 'bad.yaml');
  writeFileSync(bad, 'version: 1\n');
  t.match(await run(['plan', TENANTS, '--test', bad], env), { code: 1, err: /bad\.yaml:1:1: must have cases/ });
});

t.test('a wrong file is caught by replay, with the exact calls', async (t) => {
  const dir = freshDir(t);
  const env = { DIDFARM_DATA_DIR: join(dir, 'data'), DIDFARM_TARGET_ALLOW: '127.0.0.0/8' };
  await run(['apply', TENANTS, '--yes'], env);
  t.match(await run(['replay', TENANTS], env), { code: 0, out: /^0 calls from \S+ to \S+: 0 would end otherwise\n$/ });
  await record(join(dir, 'data'), ['+31201110001', '+31201110004', '+31201110002', '+31201110004']);
  t.match(await run(['replay', TENANTS], env), { code: 0, out: /^4 calls .*: 0 would end otherwise\n$/ });

  const wrong = wrongTenants(dir);
  const caught = await run(['replay', wrong], env);
  t.equal(caught.code, 2);
  t.match(caught.out, /^4 calls .*: 2 would end otherwise\n/);
  t.match(caught.out, /\n +2 {2}uri sip:music@127\.0\.0\.24:5084 {2}480 did_rejects\n/);
  t.same(caught.out.match(/^call_\d+/gm), ['call_1', 'call_3']);
  const report = JSON.parse((await run(['replay', wrong, '--hours', '1', '--limit', '1', '--json'], env)).out);
  t.match(report, {
    replayed: 4,
    same: 2,
    different: 2,
    changes: [{ call: 'call_1', why: /^resolveTarget: 480 did_rejects/ }],
  });
  t.equal(report.changes.length, 1);

  t.match(await run(['replay', TENANTS, '--hours', 'many'], env), { code: 1, err: /--hours must be a number/ });
  const backwards = await run(['replay', TENANTS, '--from', '2026-11-21', '--to', '2026-11-20'], env);
  t.match(backwards, { code: 1, err: /from: must be before to/ });
});

/** What the journal would have of carriers' calls to these numbers, within the last hour. */
async function record(dataDir: string, numbers: readonly string[]): Promise<void> {
  const store = await openStore({
    file: join(dataDir, 'didfarm.db'),
    secretKey: loadSecretKey({ dataDir, secretKeyFile: undefined }),
  });
  const calls = numbers.map((to, index): CallRecord => {
    const startedAtMs = Date.now() - 600_000 + index * 1000;
    const leg = { callId: `c${index}`, remote: '127.0.0.21:5060', contact: '' };
    return {
      ...{ uuid: `call_${index}`, direction: 'in', accountId: 1, trunkId: null, didId: null, carrierId: 1 },
      ...{ from: '+4930111', to, startedAtMs, answeredAtMs: startedAtMs, endedAtMs: startedAtMs + 500 },
      ...{ result: 'ok', reason: 'answered', status: 200, sentence: '', aLeg: leg, bLeg: null, attempts: [] },
      ...{ hungUpBy: 'caller', trace: [] },
    };
  });
  await saveCalls(store, calls);
  await store.close();
}
