import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { createDid, createTrunk, topUp } from '../tenancy/index.ts';
import { openTestWorld, send, type TestWorld } from './test-world.ts';

const exec = promisify(execFile);

/** As the guides print it; only the host is another. */
function published(name: string, host: string): string {
  const text = readFileSync(join(import.meta.dirname, 'published', name), 'utf8');
  return text.replaceAll('https://didfarm.com', host).replaceAll('curl ', 'curl -sS ');
}

async function openShop(t: Parameters<typeof openTestWorld>[0], cents = 14_250) {
  const world = await openTestWorld(t);
  const accountId = world.accounts.msp;
  await world.store.write(async (context) => {
    await topUp(context, { accountId, amountMicros: cents * 10_000, idempotencyKey: 'opening' });
  });
  await world.app.listen({ host: '127.0.0.1', port: 0 });
  const address = world.app.server.address();
  return { world, host: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}` };
}

async function shell(world: TestWorld, script: string): Promise<string> {
  const env = { PATH: process.env.PATH, API_KEY: world.keys.msp, TOKEN: world.keys.msp };
  return (await exec('bash', ['-ec', script], { env })).stdout;
}

t.test('the search of the guide gives its documented body', async (t) => {
  const { world, host } = await openShop(t);
  const { data, meta } = JSON.parse(await shell(world, published('search.sh.txt', host)));
  t.same(meta, { total: 48, page: 1 });
  t.same(data[0], {
    number: '+31201234567',
    country: 'NL',
    type: 'local',
    city: 'Amsterdam',
    monthly_rate: 150,
    setup_fee: 0,
    sms_enabled: false,
    requires_regulatory: true,
  });
  t.same(
    Object.keys(data[0]),
    'number country type city monthly_rate setup_fee sms_enabled requires_regulatory'.split(' '),
  );
});

t.test('the checkout of the guide buys the number, and says that documents are missing', async (t) => {
  const { world, host } = await openShop(t);
  t.same(JSON.parse(await shell(world, published('checkout.sh.txt', host))), {
    data: {
      order_id: 1,
      status: 'completed',
      currency: 'EUR',
      total: 150,
      requires_regulatory: true,
      items: [
        {
          did_number_id: 1,
          number: '+31201234567',
          country: 'NL',
          type: 'local',
          status: 'pending_regulatory',
          setup_fee: 0,
          monthly_rate: 150,
          requires_regulatory: true,
        },
      ],
    },
  });
  t.equal((await send(world.app, 'GET', '/wallet/balance', { key: world.keys.msp })).body.balance, '141.00');
});

t.test('without money the checkout of the guide gives the error of the guide, whole', async (t) => {
  const { world, host } = await openShop(t, 149);
  t.same(JSON.parse(await shell(world, published('checkout.sh.txt', host))), {
    error: { code: 'insufficient_balance', message: 'Wallet balance too low for this purchase.', status: 422 },
  });
});

t.test('the sequence of the MSP guide runs as one script, without any Content-Type', async (t) => {
  const { world, host } = await openShop(t);
  await world.store.write(async (context) => {
    await createTrunk(context, { accountId: world.accounts.msp, name: 'Seven', id: 7 });
    await createDid(context, { accountId: world.accounts.msp, number: '+31102345678', id: 42 });
  });
  const answers = (await shell(world, published('msp-sequence.sh.txt', host))).split('}{').length;
  t.equal(answers, 3);
  const { body } = await send(world.app, 'GET', '/portal/did-routing', { key: world.keys.msp });
  t.match(body.data, [
    { did_number_id: 42, sip_trunk_id: 7 },
    { number: '+31201234567', sip_trunk_id: null },
  ]);
});

for (const country of ['NL', 'US']) {
  t.test(`the onboarding program of the guide runs through for ${country}`, async (t) => {
    const { world, host } = await openShop(t);
    const program = published('onboarding.js.txt', host).replace(
      "'Acme Corp', 'NL', 'local'",
      `'Acme Corp', '${country}', 'local'`,
    );
    const file = join(t.testdir(), 'onboarding.cjs');
    writeFileSync(file, program);
    const env = { PATH: process.env.PATH, DIDFARM_API_KEY: world.keys.msp };
    const { stdout, stderr } = await exec(process.execPath, [file], { env });
    t.equal(stderr, '');
    t.match(
      stdout,
      /Found: \+\d+ at 1[05]0 cents\/mo\nOrder #1 created\nTrunk: acme_\w{5} \/ \S{16,}\n\+\d+ assigned to Acme Corp\nDone:/,
    );
    const { body } = await send(world.app, 'GET', '/portal/did-routing', { key: world.keys.msp });
    t.match(body.data, [{ sip_trunk_name: 'Acme Corp', status: country === 'NL' ? 'pending_regulatory' : 'active' }]);
  });
}
