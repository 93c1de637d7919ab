import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import t from 'tap';
import { freePort } from './support/ports.ts';
import { type Product, startProduct } from './support/product.ts';
import { until } from './support/wait.ts';

const ALLOW = { DIDFARM_WEBHOOK_ALLOW: '127.0.0.0/8' };

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface Test {
  teardown(work: () => void): void;
}

interface Place {
  readonly received: Received[];
  /** Whether what comes is answered. */
  isAnswering: boolean;
}

async function receiveAt(t: Test, port: number): Promise<Place> {
  const place: Place = { received: [], isAnswering: true };
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      place.received.push({ headers: request.headers, body });
      if (place.isAnswering) response.end();
    });
  }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return place;
}

function key(product: Product): string {
  return product.demo.accounts.find(({ name }) => name === 'MSP Demo')?.api_key ?? '';
}

async function addWebhook(product: Product, port: number): Promise<void> {
  const body = { url: `http://127.0.0.1:${port}/hook`, events: ['number.activated'] };
  const { status } = await product.api('POST', '/webhooks', body, key(product));
  if (status !== 201) throw new Error(`the endpoint was not made: ${status}`);
}

t.test(
  'killed between commit and send, and between send and note: every event arrives, each with one id',
  async (t) => {
    const product = await startProduct(t, ALLOW);
    const port = await freePort();
    await addWebhook(product, port);
    // What is sent is not answered, so that nobody can note it; and only four events are on their way at a time.
    const place = await receiveAt(t, port);
    place.isAnswering = false;
    const search = await product.api('GET', '/numbers/search?country=US&type=local', undefined, key(product));
    const offers = (search.body as { readonly data: readonly { readonly number: string }[] }).data.slice(0, 6);
    const items = offers.map(({ number }) => ({ number, country: 'US', type: 'local' }));
    const bought = await product.api('POST', '/wallet/checkout', { items }, key(product));
    t.equal(bought.status, 201);
    await until('what can be sent is sent', () => place.received.length === 4, 20_000);
    await product.stop('SIGKILL');
    const before = place.received.splice(0);
    place.isAnswering = true;
    const again = await startProduct(t, product.env);
    await until('all arrive', () => place.received.length === 6, 40_000);
    const { order_id: orderId } = (bought.body as { readonly data: { readonly order_id: number } }).data;
    const told = place.received.map(({ body }) => JSON.parse(body).data);
    t.same(
      told.sort((a, b) => a.number.localeCompare(b.number)),
      items
        .map(({ number }) => ({ number, country: 'US', type: 'local', trunk_uuid: null, order_id: orderId }))
        .sort((a, b) => a.number.localeCompare(b.number)),
    );
    const idOf = ({ headers }: Received) => headers['x-didfarm-event-id'];
    for (const first of before) {
      const second = place.received.find((one) => idOf(one) === idOf(first));
      t.equal(second?.body, first.body, 'what comes again has the same bytes');
      t.equal(second?.headers['x-didfarm-signature'], first.headers['x-didfarm-signature']);
    }
    const bulkKey = await again.bulkKey('MSP Demo');
    await until('the log has them', async () => {
      const answer = await again.api('GET', '/webhooks/1/deliveries', undefined, bulkKey);
      const rows = (answer.body as { readonly data: readonly { readonly status: string }[] }).data;
      return rows.length === 6 && rows.every(({ status }) => status === 'delivered');
    });
    t.equal(place.received.length, 6, 'and none once more');
  },
);

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
