import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import t from 'tap';
import { type Product, startProduct } from '../test-sip/support/product.ts';
import { UserAgent } from '../test-sip/support/user-agent.ts';
import { until } from '../test-sip/support/wait.ts';
import { runCli } from './run-cli.ts';

/** What a person at the sqlite3 prompt gets while the server runs. */
function sqlite(product: Product, statement: string) {
  const file = join(product.dataDir, 'didfarm.db');
  const { status, stdout, stderr } = spawnSync('sqlite3', ['-batch', '-cmd', '.timeout 5000', file, statement], {
    encoding: 'utf8',
  });
  return { status, out: stdout, err: stderr };
}

async function reload(product: Product): Promise<number> {
  const quiet = () => undefined;
  return runCli(['reload'], { env: product.env, isTerminal: false, out: quiet, err: quiet });
}

t.test('what is edited by sqlite3 while the server runs is what SIP does next', async (t) => {
  const product = await startProduct(t);
  const trunk = product.trunk('Acme Corp');
  const pbx = await UserAgent.open(t, { transport: 'udp', host: '127.0.0.1', port: product.sipPort }, trunk);
  t.equal((await pbx.register()).answer.status, 200);

  t.equal(sqlite(product, "UPDATE trunks SET status = 'suspended' WHERE name = 'Acme Corp'").status, 0);
  t.equal(await reload(product), 0);
  t.equal((await pbx.register()).answer.status, 403, 'published at once by didfarm reload');
  t.equal(sqlite(product, "UPDATE trunks SET status = 'active' WHERE name = 'Acme Corp'").status, 0);
  await until('the server notices by itself', async () => (await pbx.register()).answer.status === 200);

  const explained = async () =>
    (await product.api('GET', '/routing/explain?from=%2B4915112345678&to=%2B49891234567')).body as {
      readonly data?: { readonly reason: string };
      readonly reason?: string;
    };
  const before = JSON.stringify(await explained());
  const move = `UPDATE dids SET dest_kind = 'trunk', dest_id = ${trunk.id} WHERE number = '+49891234567'`;
  t.equal(sqlite(product, move).status, 0);
  t.equal(await reload(product), 0);
  t.not(JSON.stringify(await explained()), before);
  t.match(JSON.stringify(await explained()), /Acme Corp|"reason":"answered"|trunk/);

  const view = sqlite(product, "SELECT registration, numbers FROM trunk_overview WHERE name = 'Acme Corp'");
  t.equal(view.out, 'registered|3\n');
  const numbers = sqlite(product, "SELECT account, destination FROM number_overview WHERE number = '+49891234567'");
  t.equal(numbers.out, 'MSP Demo|Acme Corp\n');
  t.match(
    sqlite(product, "SELECT parent FROM account_overview WHERE name = 'Bistro Group'").out,
    /^VoiceReseller Inc\.$/m,
  );
});

t.test('rows that are made by hand are whole, and can be used by the API', async (t) => {
  const product = await startProduct(t);
  t.equal(sqlite(product, "INSERT INTO accounts (name) VALUES ('By hand')").status, 0);
  const made = sqlite(product, "SELECT id, uuid, created_at_ms FROM accounts WHERE name = 'By hand'")
    .out.trim()
    .split('|');
  t.match(made[1], /^acc_[0-9a-f]{16}$/);
  t.ok(Math.abs(Number(made[2]) - Date.now()) < 60_000, 'the time is now');
  t.equal(await reload(product), 0);
  const trunk = { name: 'First', account_id: Number(made[0]), auth_type: 'digest' };
  t.equal((await product.api('POST', '/portal/sip-trunks', trunk)).status, 201);
});

t.test('nonsense is refused in plain words', async (t) => {
  const product = await startProduct(t);
  const nonsense: readonly (readonly [statement: string, words: RegExp])[] = [
    [
      "UPDATE trunks SET max_in = 'many'",
      /max_in: must be empty, -1 \(unlimited\), 0 \(blocked\) or a number of calls/,
    ],
    ["UPDATE dids SET number = '0201234567'", /number: must be an international number/],
    ["UPDATE accounts SET status = 'sleeping'", /status: must be one of active, suspended, closed/],
    ['UPDATE accounts SET parent_id = id', /parent_id: /],
    ["UPDATE trunks SET realm = 'nowhere.example'", /realm: neither this account nor one above it has that SIP domain/],
    ["UPDATE dids SET dest_kind = 'trunk', dest_id = 999999", /dest_id: /],
    [
      "INSERT INTO audit (actor, action, resource, resource_id) VALUES ('a', 'b', 'c', 'd'); DELETE FROM audit",
      /audit: entries are never changed and never removed/,
    ],
    ["UPDATE ledger_entries SET note = 'mine'", /ledger/],
    ["INSERT INTO users (email, name, role) VALUES ('no address', 'X', 'owner')", /email: must be an address/],
    [
      "INSERT INTO trunks (account_id, name, realm, username) VALUES (999999, 'X', 'sip.didfarm.com', 'x')",
      /ha1_sealed: a trunk that/,
    ],
  ];
  for (const [statement, words] of nonsense) {
    const { status, err } = sqlite(product, statement);
    t.not(status, 0, statement);
    t.match(err, words, statement);
  }
});
