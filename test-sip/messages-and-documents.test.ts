import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import t from 'tap';
import { PDF, PNG } from '../billing-hooks/regulatory/test-files.ts';
import { freePort } from './support/ports.ts';
import { type Product, startProduct } from './support/product.ts';
import { until } from './support/wait.ts';

interface Told {
  readonly event: string;
  readonly signature: string;
  readonly body: string;
  readonly data: Readonly<Record<string, unknown>>;
}

async function call(product: Product, method: 'GET' | 'POST', path: string, body?: object) {
  const answer = await product.api(method, path, body, await product.bulkKey('MSP Demo'));
  // biome-ignore lint/suspicious/noExplicitAny: answers of many shapes
  return answer as { readonly status: number; readonly body: any };
}

async function listen(t: { teardown(work: () => void): void }, product: Product) {
  const port = await freePort();
  const told: Told[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      const { event, data } = JSON.parse(body) as Told;
      told.push({ event, data, body, signature: String(request.headers['x-didfarm-signature']) });
      response.end();
    });
  }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const made = await call(product, 'POST', '/webhooks', { url: `http://127.0.0.1:${port}/`, events: ['*'] });
  const isGenuine = ({ body, signature }: Told) =>
    execFileSync('openssl', ['dgst', '-sha256', '-hmac', made.body.data.secret, '-r'], { input: body })
      .toString()
      .startsWith(signature);
  const find = (event: string, number?: string) =>
    told.find((one) => one.event === event && (number === undefined || one.data.number === number));
  return { find, isGenuine };
}

async function buy(product: Product, query: string, count: number) {
  const { body } = await call(product, 'GET', `/numbers/search?${query}&per_page=${count}`);
  const items = body.data.map(({ number }: { number: string }) => ({ number }));
  const bought = await call(product, 'POST', '/wallet/checkout', { items });
  return bought.body.data.items.map(({ number }: { number: string }) => number) as readonly string[];
}

t.test('a message and documents, from the API to a real endpoint, verified by openssl', async (t) => {
  const product = await startProduct(t, { DIDFARM_WEBHOOK_ALLOW: '127.0.0.0/8' });
  const { find, isGenuine } = await listen(t, product);

  const [from, to] = await buy(product, 'country=GB&type=local&sms_enabled=true', 2);
  const sent = await call(product, 'POST', '/messages/send', { from, to, body: 'Table for two at eight?' });
  t.equal(sent.status, 201);
  await until('the message arrives', () => find('message.received') !== undefined, 30_000);
  const received = find('message.received');
  t.match(received?.data, { from, to, body: 'Table for two at eight?', segments: 1 });
  t.ok(received !== undefined && isGenuine(received));
  const isDelivered = async () => {
    const shown = await call(product, 'GET', `/messages/${sent.body.data.uuid}`);
    return shown.body.data.status === 'delivered';
  };
  await until('its sender sees it delivered', isDelivered);

  const [number = ''] = await buy(product, 'country=DE&type=local', 1);
  const dir = t.testdir({});
  writeFileSync(join(dir, 'passport.pdf'), PDF);
  writeFileSync(join(dir, 'lease.png'), PNG);
  const form = ['-F', `number=${number}`, '-F', 'identity=@passport.pdf', '-F', 'local_address_proof=@lease.png'];
  const url = `http://127.0.0.1:${product.httpPort}/api/regulatory/submit`;
  const curl = ['-sSf', '-H', `Authorization: Bearer ${await product.bulkKey('MSP Demo')}`, ...form, url];
  const submitted = JSON.parse(execFileSync('curl', curl, { cwd: dir, encoding: 'utf8' }));
  t.match(submitted.data, { status: 'pending', numbers: [{ number }] });
  const cli = [join(import.meta.dirname, '../bin/didfarm.js'), 'regulatory', 'approve', String(submitted.data.id)];
  const env = { ...process.env, NODE_OPTIONS: '', ...product.env };
  t.match(execFileSync(process.execPath, cli, { env, encoding: 'utf8' }), /approved/);
  const isLive = () => ['regulatory.approved', 'number.activated'].every((event) => find(event, number) !== undefined);
  await until('the decision is told', isLive, 30_000);
  const approved = find('regulatory.approved', number);
  t.match(approved?.data, { number, country: 'DE', type: 'local', submission_id: submitted.data.id });
  t.ok(approved !== undefined && isGenuine(approved));
});
