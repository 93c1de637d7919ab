import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import t from 'tap';
import { Pbx } from './support/pbx.ts';
import { freePort } from './support/ports.ts';
import { type Product, startProduct } from './support/product.ts';
import { until } from './support/wait.ts';

const ALLOW = { DIDFARM_WEBHOOK_ALLOW: '127.0.0.0/8' };
/** Events wait for their opposite (flap damping, 10 s) before they are told. */
const TOLD_MS = 30_000;

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface Test {
  teardown(work: () => void): void;
}

async function receiveAt(t: Test, port: number): Promise<readonly Received[]> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      received.push({ headers: request.headers, body });
      response.end();
    });
  }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  return received;
}

function key(product: Product): string {
  return product.demo.accounts.find(({ name }) => name === 'MSP Demo')?.api_key ?? '';
}

async function addWebhook(product: Product, port: number): Promise<{ readonly id: number; readonly secret: string }> {
  const body = { url: `http://127.0.0.1:${port}/hook`, events: ['*'] };
  const made = (await product.api('POST', '/webhooks', body, key(product))) as {
    readonly status: number;
    readonly body: { readonly data: { readonly id: number; readonly secret: string } };
  };
  return made.body.data;
}

t.test('a REGISTER over UDP reaches the endpoint as trunk.registered, signed as openssl signs', async (t) => {
  const product = await startProduct(t, ALLOW);
  const port = await freePort();
  const received = await receiveAt(t, port);
  const { id, secret } = await addWebhook(product, port);
  const acme = product.trunk('Acme Corp');
  const pbx = await Pbx.at(product, acme);
  t.equal((await pbx.register(t)).code, 0);
  await until('the event arrives', () => received.length > 0, TOLD_MS);
  const { headers, body } = received[0] ?? { headers: {}, body: '{}' };
  const told = JSON.parse(body);
  t.same(Object.keys(told), ['event', 'timestamp', 'data']);
  t.match(told, { event: 'trunk.registered', timestamp: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/ });
  t.match(told.data, { trunk_uuid: acme.uuid, trunk_id: acme.id, username: acme.username, transport: 'udp' });
  const digest = execFileSync('openssl', ['dgst', '-sha256', '-hmac', secret], { input: body, encoding: 'utf8' });
  t.equal(headers['x-didfarm-signature'], digest.trim().split('= ')[1]);
  await until('the log has it', async () => {
    const answer = await product.api('GET', `/webhooks/${id}/deliveries`, undefined, key(product));
    const [first] = (answer.body as { readonly data: readonly { readonly status: string }[] }).data;
    return first?.status === 'delivered';
  });
});

t.test('an event that nobody took before a kill -9 arrives after the restart', async (t) => {
  const product = await startProduct(t, ALLOW);
  const port = await freePort();
  await addWebhook(product, port);
  const search = await product.api('GET', '/numbers/search?country=US&type=local', undefined, key(product));
  const [offer] = (search.body as { readonly data: readonly { readonly number: string }[] }).data;
  const items = [{ number: offer?.number, country: 'US', type: 'local' }];
  const bought = await product.api('POST', '/wallet/checkout', { items }, key(product));
  t.equal(bought.status, 201);
  await product.stop('SIGKILL');
  const received = await receiveAt(t, port);
  await startProduct(t, product.env);
  await until('the event arrives', () => received.length > 0, 40_000);
  const { order_id: orderId } = (bought.body as { readonly data: { readonly order_id: number } }).data;
  const data = { number: offer?.number, country: 'US', type: 'local', trunk_uuid: null, order_id: orderId };
  t.same(JSON.parse(received[0]?.body ?? '{}').data, data);
});

t.test('the published programs run against the demo world', async (t) => {
  const product = await startProduct(t);
  const read = (name: string) =>
    readFileSync(join(import.meta.dirname, '../admin/published', name), 'utf8')
      .replaceAll('https://didfarm.com', `http://127.0.0.1:${product.httpPort}`)
      .replaceAll('curl ', 'curl -sSf ');
  const env = { ...process.env, API_KEY: key(product), TOKEN: key(product), DIDFARM_API_KEY: key(product) };
  const program = spawnSync(process.execPath, ['--input-type=commonjs', '-e', read('onboarding.js.txt')], {
    env: { ...env, NODE_OPTIONS: '' },
    encoding: 'utf8',
  });
  t.equal(program.stderr, '');
  t.match(program.stdout, /Order #\d+ created[\s\S]*assigned to Acme Corp\nDone:/);
  for (const name of ['search.sh.txt', 'checkout.sh.txt']) {
    const { status, stdout, stderr } = spawnSync('bash', ['-ec', read(name)], { env, encoding: 'utf8' });
    t.equal(status, 0, `${name}: ${stderr}`);
    t.ok(JSON.parse(stdout).data);
  }
  const sound = await product.api('GET', '/ledger/verify');
  t.match(sound.body, { data: { sound: true, entries: 3 } });
});
