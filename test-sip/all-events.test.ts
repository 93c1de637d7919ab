import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { Value } from 'typebox/value';
import { PDF, PNG } from '../billing-hooks/regulatory/test-files.ts';
import { authorizationFor } from './support/client-digest.ts';
import { configFile } from './support/config-file.ts';
import { type Product, startProduct } from './support/product.ts';
import { UserAgent } from './support/user-agent.ts';
import { until } from './support/wait.ts';

/** The eight of the guide, and those of our own that a PBX can cause. */
const PROVOKED = [
  'number.activated',
  'number.suspended',
  'number.released',
  'regulatory.approved',
  'regulatory.rejected',
  'trunk.registered',
  'trunk.offline',
  'message.received',
  'emergency.called',
  'call.started',
  'call.ended',
] as const;
const OPT_IN = PROVOKED.filter((event) => event.startsWith('call.'));
/** On a loaded machine; each takes less than a second. */
const TOLD_MS = 30_000;

interface Posted {
  readonly type: string;
  readonly signature: string;
  readonly body: string;
}

/** Remembers what is posted to it. */
async function listen(t: Test) {
  const posted: Posted[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      const { 'content-type': type = '', 'x-didfarm-signature': signature = '' } = request.headers;
      posted.push({ type, signature: String(signature), body });
      response.end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const events = () =>
    posted.filter(({ type }) => type === 'application/json').map((one) => ({ ...one, told: JSON.parse(one.body) }));
  const records = () => posted.filter(({ type }) => type === 'application/x-ndjson');
  const find = (event: string) => events().find(({ told }) => told.event === event);
  return { url: `http://127.0.0.1:${port}/hook`, find, records };
}

/** By openssl, which knows nothing of how we sign. */
function hmac(secret: string, body: string): string {
  const digest = execFileSync('openssl', ['dgst', '-sha256', '-hmac', secret, '-r'], { input: body });
  return digest.toString().slice(0, 64);
}

async function ask(product: Product, method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: object) {
  const answer = await product.api(method, path, body);
  // biome-ignore lint/suspicious/noExplicitAny: answers of many shapes
  const { data } = answer.body as { readonly data: any };
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`);
  return data;
}

function submit(t: Test, product: Product, number: string, apiKey: string): string {
  const dir = t.testdir({});
  writeFileSync(join(dir, 'passport.pdf'), PDF);
  writeFileSync(join(dir, 'lease.png'), PNG);
  const form = ['-F', `number=${number}`, '-F', 'identity=@passport.pdf', '-F', 'local_address_proof=@lease.png'];
  const url = `http://127.0.0.1:${product.httpPort}/api/regulatory/submit`;
  const curl = ['-sSf', '-H', `Authorization: Bearer ${apiKey}`, ...form, url];
  return String(JSON.parse(execFileSync('curl', curl, { cwd: dir, encoding: 'utf8' })).data.id);
}

/** An INVITE to a number of help; the demo world's carrier does not answer, but the call has been made. */
async function callForHelp(pbx: UserAgent): Promise<number> {
  const { username, realm, password } = pbx.identity;
  const uri = `sip:112@${realm}`;
  const contact = ['contact', `<${pbx.contactUri}>`] as const;
  const sdp = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n';
  const fields = { uri, to: `<${uri}>`, callId: 'help@test', body: sdp };
  const challenge = await pbx.request('INVITE', { ...fields, headers: [contact] });
  const [line = ''] = challenge.headerLines('proxy-authenticate');
  const value = authorizationFor({ challenge: line, username, password, method: 'INVITE', uri });
  return (await pbx.request('INVITE', { ...fields, headers: [contact, ['proxy-authorization', value]] })).status;
}

t.test('each event, provoked from outside, reaches an endpoint as the OpenAPI document says, signed', async (t) => {
  const yaml = 'registration: { flap_damping_sec: 0, probe_interval_sec: 0 }\nwebhooks: { allow: [127.0.0.0/8] }\n';
  const product = await startProduct(t, configFile(t, yaml));
  const account = product.demo.accounts.find(({ name }) => name === 'MSP Demo');
  const acme = product.trunk('Acme Corp');
  const { url, find, records } = await listen(t);
  const as = { account_id: account?.id };
  const { secret } = await ask(product, 'POST', '/webhooks', { url, events: ['*', ...OPT_IN], ...as });
  const stream = await ask(product, 'POST', '/record-streams', { url, ...as });
  await ask(product, 'POST', '/wallet/topups', { amount: 10_000, ...as });

  const buy = async (query: string, index = 0): Promise<string> => {
    const offers = await ask(product, 'GET', `/numbers/search?${query}`);
    const items = [{ number: offers[index].number }];
    const bought = await product.api('POST', '/wallet/checkout', { items }, account?.api_key);
    t.equal(bought.status, 201);
    return items[0]?.number ?? '';
  };
  const number = await buy('country=US&type=local&sms_enabled=true');
  await ask(product, 'POST', '/messages/inbound', { from: '+31687654321', to: number, body: 'Hi', reference: 'r1' });
  await ask(product, 'PATCH', `/dids/${encodeURIComponent(number)}`, { status: 'suspended' });
  await ask(product, 'DELETE', `/numbers/${encodeURIComponent(number)}`);
  const good = submit(t, product, await buy('country=DE&type=local'), account?.api_key ?? '');
  await ask(product, 'POST', `/regulatory/submissions/${good}/approve`, {});
  const bad = submit(t, product, await buy('country=DE&type=local', 1), account?.api_key ?? '');
  await ask(product, 'POST', `/regulatory/submissions/${bad}/reject`, { reason: 'The passport has expired' });

  const pbx = await UserAgent.open(t, { transport: 'udp', host: '127.0.0.1', port: product.sipPort }, acme);
  t.equal((await pbx.register()).answer.status, 200);
  t.not(await callForHelp(pbx), 407);
  t.equal((await pbx.register({ expires: 0, contacts: ['*'] })).answer.status, 200);

  const { webhooks } = (await product.api('GET', '/openapi.json')).body as {
    // biome-ignore lint/suspicious/noExplicitAny: a schema
    readonly webhooks: Readonly<Record<string, any>>;
  };
  for (const event of PROVOKED) {
    await until(`${event} arrives`, () => find(event) !== undefined, TOLD_MS);
    const { told, body, signature } = find(event) ?? { told: {}, body: '', signature: '' };
    t.equal(signature, hmac(secret, body), event);
    const schema = webhooks[event].post.requestBody.content['application/json'].schema;
    t.same([...Value.Errors(schema, told)], [], body);
    t.match(told.timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  }
  const { uuid: trunk_uuid, id: trunk_id, username } = acme;
  t.match(find('trunk.registered')?.told.data, { trunk_uuid, trunk_id, username, transport: 'udp', reason: null });
  t.match(find('trunk.offline')?.told.data, { trunk_uuid, reason: 'unregistered' });
  t.match(find('emergency.called')?.told.data, { trunk_id, to: '112' });
  t.match(find('regulatory.rejected')?.told.data, { reason: 'The passport has expired', submission_id: Number(bad) });
  t.match(find('number.released')?.told.data, { number, country: 'US', type: 'local' });

  await until('the record arrives', () => records().length > 0, TOLD_MS);
  const [record] = records();
  t.equal(record?.signature, hmac(stream.secret, record?.body ?? ''));
  const { call_uuid } = find('call.ended')?.told.data ?? {};
  t.match(JSON.parse(record?.body.split('\n')[0] ?? '{}'), { call_uuid, account_id: account?.id, to: '112', trunk_id });
});
