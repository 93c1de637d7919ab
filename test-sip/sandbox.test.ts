import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { PDF } from '../billing-hooks/regulatory/test-files.ts';
import { receive } from '../billing-hooks/webhooks/test-webhooks.ts';
import { startProduct } from './support/product.ts';
import { tempDir } from './support/temp-dir.ts';
import { until } from './support/wait.ts';

const exec = promisify(execFile);
const PROGRAM = readFileSync(join(import.meta.dirname, '../admin/published/onboarding.js.txt'), 'utf8');

t.test('from the onboarding program of the guide to a telephone that rings, with a test key', async (t) => {
  const product = await startProduct(t, { DIDFARM_WEBHOOK_ALLOW: '127.0.0.0/8' });
  const account = product.demo.accounts.find(({ name }) => name === 'MSP Demo');
  const [key, liveKey] = [account?.test_api_key ?? '', account?.api_key ?? ''];
  const call = async (method: string, path: string, body?: object, by = key) => {
    const answer = await product.api(method, path, body, by);
    // biome-ignore lint/suspicious/noExplicitAny: answers of many shapes
    return { status: answer.status, ...(answer.body as any) };
  };
  const before = await call('GET', '/wallet/transactions', undefined, liveKey);
  const heard = { test: await receive(t), live: await receive(t) };
  const hook = (url: string) => ({ url, events: ['*'] });
  t.equal((await call('POST', '/webhooks', hook(heard.test.url))).status, 201);
  t.equal((await call('POST', '/webhooks', hook(heard.live.url), liveKey)).status, 201);

  // The program, byte for byte but host and key.
  const file = join(tempDir(t), 'onboarding.cjs');
  writeFileSync(file, PROGRAM.replaceAll('https://didfarm.com/api/v1', product.demo.api));
  const env = { PATH: process.env.PATH, DIDFARM_API_KEY: key };
  const { stdout, stderr } = await exec(process.execPath, [file], { env });
  t.equal(stderr, '');
  t.match(stdout, /Order #1 created\nTrunk: acme_\w{5} \/ \S{16,}\n\+31\d+ assigned to Acme Corp\nDone:/);
  const number = /Found: (\+\d+)/.exec(stdout)?.[1] ?? '';
  const password = /Trunk: \S+ \/ (\S+)/.exec(stdout)?.[1] ?? '';

  // Documents, a regulator in a hurry, a PBX, a call.
  const proof = { content: PDF.toString('base64') };
  const submitted = await call('POST', '/regulatory/submit', { number, identity: proof, address_proof: proof });
  t.equal(submitted.status, 201, JSON.stringify(submitted));
  const decided = await call('POST', `/sandbox/regulatory/${submitted.data.id}/decision`, { status: 'approved' });
  t.equal(decided.data.status, 'approved');
  const [trunk] = (await call('GET', '/portal/sip-trunks')).data;
  const pbx = await call('POST', '/sandbox/pbx', { trunk: trunk.uuid, password });
  t.match(pbx.data, { registered: true }, 'with the password that the program was told');
  const rung = await call('POST', '/sandbox/calls', { from: '+4915112345678', to: number });
  t.match(rung.data, { status: 200, rang: [pbx.data.id], call: { to: number, result: 'ok', reason: 'answered' } });

  // Time goes by.
  t.equal((await call('POST', '/sandbox/wallet', { amount: -99_800 })).status, 201);
  const month = await call('POST', '/sandbox/clock/advance', { days: 75 });
  const events = month.data.events.map(({ event }: { event: string }) => event);
  t.ok(events.includes('number.suspended') && events.includes('number.released'), events.join(' '));
  t.equal((await call('POST', '/sandbox/calls', { to: number })).data.call.reason, 'unknown_did');
  const told = () => heard.test.received.map(({ body }) => (JSON.parse(body) as { event: string }).event);
  for (const event of ['regulatory.approved', 'number.activated', 'number.suspended', 'number.released'])
    await until(`${event} is told`, () => told().includes(event));
  for (const { headers } of heard.test.received) t.equal(headers['x-didfarm-livemode'], 'false');
  await until('the registration is told', () =>
    heard.test.received.some(({ body }) => body.includes('trunk.registered')),
  );

  // And nothing of it is live.
  t.same(heard.live.received, []);
  t.same(await call('GET', '/wallet/transactions', undefined, liveKey), before);
  const names = (await call('GET', '/portal/sip-trunks', undefined, liveKey)).data.map(
    ({ name }: { name: string }) => name,
  );
  t.same(names, ['Acme Corp', 'Beta Services'], 'those of the demo world');
  const world = readdirSync(join(product.dataDir, 'sandbox')).filter((name) => name.endsWith('.db'));
  t.equal(world.length, 1);
  t.same(await product.stop(), { code: 0, signal: null });
});
