import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { freePort } from '../test-sip/support/ports.ts';
import { runHere as run } from './test-run.ts';

const LAUNCHER = join(import.meta.dirname, 'didfarm.js');

interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function start(args: readonly string[], env: Record<string, string>): ChildProcess {
  return spawn(process.execPath, [LAUNCHER, ...args], { env: { PATH: process.env.PATH ?? '', ...env } });
}

async function launch(args: readonly string[], env: Record<string, string>): Promise<Outcome> {
  const child = start(args, env);
  let out = '';
  let err = '';
  child.stdout?.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    err += chunk;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, err };
}

/** Short, because the path of a socket may have 107 characters only. */
function freshDir(t: { teardown(work: () => void): void }): string {
  const dir = mkdtempSync(join(tmpdir(), 'didfarm-cli-'));
  t.teardown(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

t.test('without a server the commands work on the database itself', async (t) => {
  const dir = freshDir(t);
  const env = { DIDFARM_DATA_DIR: join(dir, 'data') };
  const csv = join(dir, 'users.csv');
  const dids = join(dir, 'dids.csv');
  const seeded = await run(['seed', '--trunks', '3', '--csv', csv, '--dids', dids], env);
  t.match(seeded, { code: 0, out: /^3 trunks in the account Bench/, err: '' });
  t.match(readFileSync(csv, 'utf8'), /^u000001,sip\.didfarm\.com,\S{16,}\nu000002,.*\nu000003,.*\n$/);
  t.match(readFileSync(dids, 'utf8'), /^\+\d+,u000001,sip\.didfarm\.com\n/);
  const listed = await run(['trunks', 'list', '--json'], env);
  t.same(
    JSON.parse(listed.out).map((trunk: { username: string }) => trunk.username),
    ['u000001', 'u000002', 'u000003'],
  );
  const table = await run(['trunks', 'list', '--search', '000002'], env);
  t.match(table.out, /^ID +UUID/);
  t.equal(table.out.trim().split('\n').length, 2);
  const account = JSON.parse((await run(['accounts', 'list', '--json'], env)).out)[0];
  const created = await run(['trunks', 'create', 'Acme', '--account', String(account.id), '--json'], env);
  t.match(JSON.parse(created.out), { name: 'Acme', username: /^acme_/, password: /^\S{16,}$/ });
  const child = await run(['accounts', 'create', 'Client', '--json'], env);
  t.match(JSON.parse(child.out), { name: 'Client', parent_id: null });
  t.match(await run(['dids', 'add', '+31201234567', '--account', String(account.id)], env), { code: 0 });
  t.match(await run(['registrations', 'show', '+31201234567'], env), {
    code: 1,
    err: /^didfarm: \+31201234567 rings no trunk: "didfarm explain/,
  });
  const assigned = await run(['dids', 'assign', '+31201234567', '--trunk', '1', '--json'], env);
  t.match(JSON.parse(assigned.out), { number: '+31201234567', sip_trunk_id: 1 });
  t.match(await run(['registrations', 'show', '+31201234567'], env), {
    code: 0,
    out: /^u000001: never registered\nwhy: /,
  });
  t.match(await run(['registrations', 'show', '+31201'], env), {
    code: 1,
    err: /^didfarm: there is no number \+31201: /,
  });
  t.match(await run(['ledger', 'verify'], env), { code: 0, out: /sound/ });
  t.match(await run(['bans', 'list'], env), { code: 0, out: 'none\n' });
  const config = await run(['trunks', 'pbx-config', '1', '--pbx', 'asterisk', '--out', join(dir, 'pbx')], env);
  t.match(config, { code: 0, out: /type=registration[\s\S]*password=REPLACE_WITH_THE_PASSWORD/ });
  t.match(readdirSync(join(dir, 'pbx')).join(), /extensions_.*\.conf,pjsip_.*\.conf/);
  t.match(await run(['trunks', 'pbx-config', '1', '--pbx', 'avaya'], env), { code: 1, err: /^didfarm: pbx: / });
});

t.test('a trunk is found by what people have of it: its user name, with or without realm, or its name', async (t) => {
  const env = { DIDFARM_DATA_DIR: join(freshDir(t), 'data') };
  await run(['seed', '--trunks', '2'], env);
  await run(['trunks', 'create', 'Head Office', '--account', '1'], env);
  for (const [said, name] of [
    ['u000002', 'u000002'],
    ['U000002@sip.didfarm.com', 'u000002'],
    ['head office', 'Head Office'],
  ] as const) {
    const shown = await run(['trunks', 'show', said], env);
    t.match(shown, { code: 0, out: new RegExp(`^name +${name}$[\\s\\S]*^${name}: never registered$`, 'm') }, said);
  }
  const named = await run(['registrations', 'show', 'u000001'], env);
  t.match(named, { code: 0, out: /^u000001: never registered\nwhy: +No REGISTER/ });
  const unknown = await run(['trunks', 'show', 'u00000'], env);
  t.match(unknown, { code: 1, err: 'didfarm: there is no trunk "u00000": "didfarm trunks list" shows them all\n' });
  await run(['accounts', 'create', 'Client'], env);
  await run(['trunks', 'create', 'u000001', '--account', '2'], env);
  const several = await run(['trunks', 'delete', 'u000001'], env);
  t.match(several, { code: 1, err: /^didfarm: several trunks .*by its id: 1 \(u000001, u000001@\S+\), 4 \(u000001, / });
});

t.test('a fault is one line on stderr and a non-zero exit', async (t) => {
  const dir = freshDir(t);
  const missing = await run(['trunks', 'list'], { DIDFARM_DATA_DIR: join(dir, 'nowhere') });
  t.match(missing, { code: 1, out: '', err: /^didfarm: .*didfarm\.db does not exist: set DIDFARM_DATA_DIR.*\n$/ });
  t.notOk(existsSync(join(dir, 'nowhere')), 'and reading makes no directory');
  const env = { DIDFARM_DATA_DIR: join(dir, 'data') };
  await run(['seed', '--trunks', '1'], env);
  const unknown = 'didfarm: There is no such trunk. Check the path and the id.\n';
  t.match(await run(['trunks', 'show', '999'], env), { code: 1, err: unknown });
  t.match(await run(['explain', '--from', '1', '--to', '2'], env), {
    code: 1,
    err: /^didfarm: The server is not running/,
  });
  t.match(await run(['drift'], env), {
    code: 1,
    err: 'didfarm: no tenant file has been applied yet: "didfarm apply FILE" applies one\n',
  });
  t.match(await run(['trunkz'], env), { code: 1, err: /unknown command 'trunkz'/ });
  const config = join(dir, 'config.yaml');
  writeFileSync(config, 'sip:\n  port: ninety\n');
  const malformed = await run(['trunks', 'list'], { ...env, DIDFARM_CONFIG: config });
  t.match(malformed, { code: 1, err: /^didfarm: .*config\.yaml/ });
  t.notMatch(malformed.err, /\n\s+at /, 'no stack trace');
});

t.test('drift is told against the file applied last, and rollback applies an earlier one', async (t) => {
  const dir = freshDir(t);
  const env = { DIDFARM_DATA_DIR: join(dir, 'data') };
  const file = join(dir, 'tenants.yaml');
  const write = (maxIn: number, more = '') =>
    writeFileSync(
      file,
      `version: 1\nprune: true\naccounts:\n  - name: Acme\n    trunks: [{name: Main, max_in: ${maxIn}}${more}]\n`,
    );
  write(2);
  writeFileSync(file, Buffer.from([0xff, 0xfe, 0x76]));
  t.match(await run(['plan', file], env), {
    code: 1,
    err: /tenants\.yaml is not a text in UTF-8: save it in that encoding\n$/,
  });
  write(2);
  t.match(await run(['plan', file], env), { code: 2, out: /\+ trunk Main \(Acme\).*\n0 PBXes will be unregistered/ });
  t.match(await run(['apply', file, '--yes'], env), { code: 0, out: /New passwords, shown once/ });
  t.match(await run(['drift'], env), { code: 0, out: 'no changes\n' });
  write(5, ', {name: Spare}');
  await run(['apply', file, '--yes'], env);
  t.match(await run(['drift'], env), { code: 0, out: 'no changes\n' });
  await run(['trunks', 'create', 'By hand', '--account', '1'], env);
  t.match(await run(['drift'], env), {
    code: 2,
    out: /against .*tenants\.yaml, applied 2.*\n- trunk By hand \(Acme\)/,
  });
  t.match(await run(['rollback', '1', '--yes'], env), { code: 0, out: /max_in 5 -> 2[\s\S]*applied: 3 changes/ });
  const trunks = JSON.parse((await run(['trunks', 'list', '--json'], env)).out);
  t.same(
    trunks.map((trunk: { name: string; max_in: number }) => [trunk.name, trunk.max_in]),
    [['Main', 2]],
  );
  t.match(await run(['rollback', '9'], env), { code: 1, err: /fewer than 10 tenant files have been applied/ });
});

t.test('a backup is restored: what came after it is gone, what was in it works', async (t) => {
  const dir = freshDir(t);
  const env = { DIDFARM_DATA_DIR: join(dir, 'data') };
  const copy = join(dir, 'copy.db');
  const trunks = async () => JSON.parse((await run(['trunks', 'list', '--json'], env)).out).length as number;
  await run(['seed', '--trunks', '2'], env);
  t.match(await run(['backup', copy], env), { code: 0, out: /copy\.db: \d+ bytes; keep the secret key/ });
  t.equal(statSync(copy).mode & 0o777, 0o600);
  t.match(await run(['backup', copy], env), { code: 1, err: /exists already/ }, 'and is never written over');
  await run(['trunks', 'create', 'Later', '--account', '1'], env);
  t.equal(await trunks(), 3);
  t.match(await run(['restore', copy], env), { code: 1, err: /is there already; --yes replaces it/ });
  t.equal(await trunks(), 3, 'nothing is replaced unasked');
  t.match(await run(['restore', copy, '--yes'], env), { code: 0, out: 'restored\n' });
  t.equal(await trunks(), 2);
  t.ok(existsSync(join(dir, 'data', 'didfarm.db.before-restore')), 'the old one is kept');
  const alien = { DIDFARM_DATA_DIR: join(dir, 'elsewhere') };
  t.match(await run(['restore', copy], alien), { code: 1, err: /key/ }, 'without its key it is refused');
  writeFileSync(join(dir, 'junk.db'), 'no database at all, only some words '.repeat(100));
  t.match(await run(['restore', join(dir, 'junk.db'), '--yes'], env), { code: 1 });
  t.equal(await trunks(), 2, 'what cannot be read replaces nothing');
  t.match(await run(['migrate'], env), { code: 0, out: 'the schema is up to date\n' });
});

t.test('the completion scripts know every command and are valid', async (t) => {
  const bash = await run(['completion', 'bash'], {});
  t.match(bash.out, /'trunks'\) words='[^']*pbx-config/);
  const asked = `${bash.out}\nCOMP_WORDS=(didfarm trunks re); COMP_CWORD=2; _didfarm didfarm re trunks; echo "$COMPREPLY"`;
  t.equal(execFileSync('bash', ['-c', asked], { encoding: 'utf8' }), 'regenerate\n');
  t.match((await run(['completion', 'fish'], {})).out, /complete -c didfarm -f -n '__fish_use_subcommand' -a trunks/);
  t.match((await run(['completion', 'zsh'], {})).out, /bashcompinit/);
  t.match(await run(['completion', 'cmd'], {}), { code: 1, err: /there is bash, zsh, fish/ });
});

t.test('with a server the commands go through its control socket', async (t) => {
  const env = {
    DIDFARM_DATA_DIR: join(freshDir(t), 'data'),
    DIDFARM_SIP_HOST: '127.0.0.1',
    DIDFARM_SIP_PORT: String(await freePort()),
    DIDFARM_HTTP_PORT: String(await freePort()),
    DIDFARM_METRICS_PORT: String(await freePort()),
  };
  const server = start(['serve', '--demo'], env);
  // Not SIGKILL: the launcher could not pass it on, and the server would stay.
  t.teardown(() => server.kill('SIGTERM'));
  await up(server);
  const trunks = JSON.parse((await run(['trunks', 'list', '--json'], env)).out);
  t.match(trunks[0], { name: 'Acme Corp', registration: { state: 'never' } });
  const explained = await run(['explain', '--from', '+4915112345678', '--to', '+31201234567', '--json'], env);
  t.match(JSON.parse(explained.out), {
    result: 'client_error',
    reason: 'trunk_offline',
    steps: [{ step: 'rejectLoops' }],
  });
  t.match(await run(['doctor'], env), { out: /server: is running and SIP listens/ });
  t.match(await run(['ledger', 'verify'], env), { code: 0, out: /sound/ });
  t.match(await run(['reload'], env), { code: 0, out: 'published\n' });
  t.match(await run(['migrate'], env), { code: 1, err: /the server is running/ });
  t.match(await run(['restore', 'x.db', '--yes'], env), { code: 1, err: /x\.db does not exist/ });
  const copy = join(env.DIDFARM_DATA_DIR, 'copy.db');
  t.match(await run(['backup', copy], env), { code: 0 }, 'a backup while the server runs');
  t.match(await run(['restore', copy, '--yes'], env), { code: 1, err: /the server is running: stop it first/ });
  server.kill('SIGTERM');
  const [code] = (await once(server, 'exit')) as [number | null];
  t.equal(code, 0, 'the launcher forwards SIGTERM and ends as the server does');
});

/** Waits for the line by which the server says that everything listens. */
function up(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let printed = '';
    server.stdout?.on('data', (chunk) => {
      printed += chunk;
      if (printed.includes('didfarm is up')) resolve();
    });
    server.once('exit', (code) => reject(new Error(`the server ended with ${code}:\n${printed}`)));
  });
}

t.test('the launcher mirrors the exit code of what it starts', async (t) => {
  t.equal((await launch(['--version'], {})).code, 0);
  t.match((await launch(['--version'], {})).out, /^\d+\.\d+\.\d+\n$/);
  t.equal((await launch(['doctor'], { DIDFARM_SIP_PORT: 'x' })).code, 2);
});
