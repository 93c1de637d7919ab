import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { runHere } from '../bin/test-run.ts';
import { loadConfig } from '../config/index.ts';

const PAGE = readFileSync(join(import.meta.dirname, 'configuration.md'), 'utf8');

/** The examples of one kind, in order. */
function examples(kind: string): readonly string[] {
  return [...PAGE.matchAll(/^```(\w+ ?[\w-]*)\n([\s\S]*?)^```/gm)]
    .filter(([, info]) => info === kind)
    .map(([, , text = '']) => text);
}

function run(line: string, dir: string) {
  const args = line
    .trim()
    .replace(/^npx didfarm /, '')
    .replace(/ > .*$/, '')
    .split(' ');
  const env = { DIDFARM_DATA_DIR: join(dir, 'data'), DIDFARM_DOMAIN: 'sip.example.net' };
  return runHere(
    args.map((arg) => (arg.endsWith('.yaml') ? join(dir, arg) : arg)),
    env,
  );
}

t.test('the examples of docs/configuration.md do what the page says', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'didfarm-docs-'));
  t.teardown(() => rmSync(dir, { recursive: true, force: true }));
  const write = (name: string, text = '') => writeFileSync(join(dir, name), text);

  const [server = ''] = examples('yaml server');
  write('server.yaml', server);
  const { config } = loadConfig({ DIDFARM_CONFIG: join(dir, 'server.yaml') });
  t.match(config, { domain: 'sip.example.net', sip: { external: '192.0.2.10' }, calls: { drainSec: 30 } });

  const [tls = ''] = examples('yaml tls');
  write('tls.yaml', tls);
  const { sip } = loadConfig({ DIDFARM_CONFIG: join(dir, 'tls.yaml') }).config;
  t.match(sip, { hasTls: true, tlsCertDir: '/etc/letsencrypt/live', tlsClientCertificates: 'request' });

  const [first, ...others] = examples('yaml tenants');
  write('tenants.yaml', first);
  const [plan = '', apply = '', again = '', exporting = ''] = ['plan', 'apply', 'plan-again', 'export'].flatMap(
    (name) => examples(`sh ${name}`),
  );
  const planned = await run(plan, dir);
  t.equal(planned.code, 2);
  const promised = /`(0 PBXes[^`]*)`/.exec(PAGE)?.[1]?.replace(/\s+/g, ' ') ?? 'the page promises something';
  t.ok(planned.out.includes(promised), planned.out);
  t.match(await run(apply, dir), { code: 0, out: /New passwords, shown once/ });
  t.match(await run(again, dir), { code: 0, out: 'no changes\n' });
  t.equal(others.length, 2);
  for (const text of others) {
    write('more.yaml', text);
    t.match(await run('npx didfarm apply more.yaml --yes', dir), { code: 0, out: /applied: \d+ changes/ });
    t.match(await run('npx didfarm plan more.yaml', dir), { code: 0, out: 'no changes\n' });
  }
  write('tenants.yaml', examples('yaml faulty')[0]);
  const refused = await run(plan, dir);
  const fault = /`(tenants\.yaml:6:\d+:[^`]*)`/.exec(PAGE)?.[1]?.replace(/\s+/g, ' ') ?? 'the page tells a fault';
  t.equal(refused.code, 1);
  t.ok(refused.err.includes(fault), `${refused.err} has: ${fault}`);
  const exported = await run(exporting, dir);
  write('exported.yaml', exported.out);
  t.match(await run('npx didfarm plan exported.yaml', dir), { code: 0, out: 'no changes\n' });

  const [sql = '', view = ''] = examples('sql');
  const { default: openDatabase } = await import('better-sqlite3');
  const database = openDatabase(join(dir, 'data', 'didfarm.db'));
  database.exec(sql);
  t.match(database.prepare(view).all([]), [
    { account: 'Acme', name: 'Head office', registration: 'never', numbers: 1 },
    { account: 'Acme', name: 'Warehouse', registration: 'never', numbers: 0 },
  ]);
  database.close();
  const trunks = JSON.parse((await run('npx didfarm trunks list --json', dir)).out) as {
    name: string;
    max_in: number;
  }[];
  t.equal(trunks.find((trunk) => trunk.name === 'Warehouse')?.max_in, 7);
});
