import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { freePort } from '../../test-sip/support/ports.ts';
import { type Product, startProduct } from '../../test-sip/support/product.ts';
import { type Test, tempDir } from '../../test-sip/support/temp-dir.ts';
import { until } from '../../test-sip/support/wait.ts';

/** The values of the generated pjsip.conf by `type.option`. */
function valuesOf(conf: string): Readonly<Record<string, string>> {
  const values: Record<string, string> = {};
  let type = '';
  for (const line of conf.split('\n')) {
    const [option = '', ...rest] = line.split('=');
    const value = rest.join('=').replace(/\\;/g, ';');
    if (option === 'type') type = value;
    values[`${type}.${option}`] = value;
  }
  return values;
}

/** A program with its configuration, which ends with the test. */
function run(t: Test, command: string, args: readonly string[]): () => string {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
    });
  }
  const ended = new Promise((resolve) => child.once('close', resolve));
  t.teardown(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  return () => output;
}

async function newTrunk(product: Product, name: string, more: { readonly realm?: string } = {}) {
  const [account] = product.demo.accounts;
  const { body } = await product.api(
    'POST',
    '/portal/sip-trunks',
    { name, pbx: 'asterisk', ...more },
    account?.api_key,
  );
  const { data } = body as { data: { uuid: string; pbx_config: { files: { content: string }[] } } };
  return { uuid: data.uuid, values: valuesOf(data.pbx_config.files[0]?.content ?? '') };
}

async function registeredWithin(product: Product, uuid: string, output: () => string) {
  const state = async () => {
    const { body } = await product.api('GET', `/portal/sip-trunks/${uuid}`);
    return (body as { data: { registration: { state: string } } }).data.registration.state;
  };
  await until('registered', async () => (await state()) === 'registered').catch((error: Error) => {
    throw new Error(`${error.message}\n${output()}`);
  });
}

t.test('the values of the generated configuration register', async (t) => {
  const product = await startProduct(t);

  t.test('in baresip', async (t) => {
    // Debian's baresip gives up at a challenge that is not MD5, even beside one that is.
    const domain = { domain: 'baresip.example', digest_algorithms: ['MD5'] };
    t.equal((await product.api('POST', '/sip-domains', domain, product.demo.accounts[0]?.api_key)).status, 201);
    const { uuid, values } = await newTrunk(product, 'Baresip', { realm: domain.domain });
    const dir = tempDir(t);
    const port = await freePort();
    writeFileSync(
      join(dir, 'config'),
      [
        'module_path /usr/lib/baresip/modules',
        'net_interface 127.0.0.1',
        `sip_listen 127.0.0.1:${port}`,
        'module account.so',
        '',
      ].join('\n'),
    );
    const parameters = [
      `auth_user=${values['auth.username']}`,
      `auth_pass=${values['auth.password']}`,
      `outbound="${values['registration.outbound_proxy']}"`,
      `regint=${values['registration.expiration']}`,
    ];
    writeFileSync(join(dir, 'accounts'), `<${values['registration.client_uri']}>;${parameters.join(';')}\n`);
    const output = run(t, 'baresip', ['-f', dir]);
    await registeredWithin(product, uuid, output);
    t.pass('registered');
  });

  t.test("in Kamailio's uac", async (t) => {
    const { uuid, values } = await newTrunk(product, 'Kamailio');
    const dir = tempDir(t);
    const port = await freePort();
    const [, user = '', realm = ''] = /^sip:([^@]+)@(.+)$/.exec(values['registration.client_uri'] ?? '') ?? [];
    mkdirSync(join(dir, 'db'));
    const columns = [
      'id(int,auto) l_uuid(string) l_username(string) l_domain(string) r_username(string) r_domain(string)',
      'realm(string) auth_username(string) auth_password(string) auth_ha1(string,null) auth_proxy(string) expires(int)',
      'flags(int) reg_delay(int) contact_addr(string) socket(string,null)',
    ].join(' ');
    const proxy = (values['registration.outbound_proxy'] ?? '').replace(/;lr$/, '').replaceAll(':', '\\:');
    const fields = ['1', 'a', user, '127.0.0.1', user, realm, values['auth.realm'], values['auth.username']];
    const row = [...fields, values['auth.password'], '', proxy, '300', '0', '0', `127.0.0.1\\:${port}`, ''];
    writeFileSync(join(dir, 'db', 'uacreg'), `${columns} \n${row.join(':')}\n`);
    writeFileSync(join(dir, 'db', 'version'), 'table_name(string) table_version(int) \nuacreg:5\n');
    writeFileSync(join(dir, 'kamailio.cfg'), kamailioConfig(port, join(dir, 'db')));
    const output = run(t, 'kamailio', ['-f', join(dir, 'kamailio.cfg'), '-DD', '-E', '-m', '32', '-Y', dir]);
    await registeredWithin(product, uuid, output);
    t.pass('registered');
  });
});

function kamailioConfig(port: number, db: string): string {
  return [
    'debug=2',
    'log_stderror=yes',
    'children=1',
    'disable_tcp=yes',
    `listen=udp:127.0.0.1:${port}`,
    ...['tm', 'sl', 'pv', 'rr', 'db_text', 'uac'].map((name) => `loadmodule "${name}.so"`),
    `modparam("uac", "reg_db_url", "text://${db}")`,
    `modparam("uac", "reg_contact_addr", "127.0.0.1:${port}")`,
    'modparam("uac", "reg_timer_interval", 1)',
    'modparam("uac", "reg_retry_interval", 5)',
    'request_route { sl_send_reply("200", "OK"); }',
    '',
  ].join('\n');
}
