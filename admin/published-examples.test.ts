import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import t from 'tap';
import { openTestWorld, type TestWorld } from './test-world.ts';

const exec = promisify(execFile);

/** The examples of the published guides that concern trunks, routing and money, byte for byte. */
const EXAMPLES = {
  createTrunkMsp: String.raw`curl -X POST https://didfarm.com/api/v1/portal/sip-trunks \
-H "Authorization: Bearer $TOKEN" \
-d '{"name": "Acme Corp", "auth_type": "digest"}'`,
  assignMsp: String.raw`curl -X POST https://didfarm.com/api/v1/portal/did-routing \
-H "Authorization: Bearer $TOKEN" \
-d '{"did_number_id": 42, "sip_trunk_id": 7}'`,
  createTrunk: String.raw`curl -X POST "https://didfarm.com/api/v1/portal/sip-trunks" \
  -H "Authorization: Bearer $API_KEY" \
  -H "Content-Type: application/json" \
  -d '{
    "name": "Acme Corp",
    "auth_type": "digest"
  }'`,
  assign: String.raw`curl -X POST "https://didfarm.com/api/v1/portal/did-routing" \
  -H "Authorization: Bearer $API_KEY" \
  -H "Content-Type: application/json" \
  -d '{
    "did_number_id": 42,
    "sip_trunk_id": 7
  }'`,
  listTrunks: String.raw`curl "https://didfarm.com/api/v1/portal/sip-trunks" \
  -H "Authorization: Bearer $API_KEY"`,
  regenerate: String.raw`curl -X POST "https://didfarm.com/api/v1/portal/sip-trunks/trk_a1b2c3d4/regenerate-credentials" \
  -H "Authorization: Bearer $API_KEY"`,
  transactions: String.raw`curl "https://didfarm.com/api/v1/wallet/transactions?page=1" \
  -H "Authorization: Bearer $API_KEY"`,
  balance: String.raw`curl "https://didfarm.com/api/v1/wallet/balance" \
  -H "Authorization: Bearer $API_KEY"`,
} as const;

/** Trunk 7 with the uuid of the guide, and number 42, both of the account of the key. */
async function furnish(world: TestWorld): Promise<void> {
  const accountId = world.accounts.msp;
  const { createDid, createTrunk, topUp } = await import('../tenancy/index.ts');
  await world.store.write(async (tx) => {
    await createTrunk(tx, { accountId, name: 'Seven', id: 7, uuid: 'trk_a1b2c3d400000000' });
    await createDid(tx, { accountId, number: '+31201234567', id: 42 });
    await topUp(tx, { accountId, amountMicros: 142_500_000, idempotencyKey: 'opening' });
  });
}

t.test('the published examples work with nothing replaced but host and key', async (t) => {
  const world = await openTestWorld(t);
  await furnish(world);
  await world.app.listen({ host: '127.0.0.1', port: 0 });
  const address = world.app.server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const env = { PATH: process.env.PATH, API_KEY: world.keys.msp, TOKEN: world.keys.msp };
  const run = async (name: keyof typeof EXAMPLES) => {
    const command = EXAMPLES[name]
      .replace('https://didfarm.com', `http://127.0.0.1:${port}`)
      .replace('curl ', 'curl -sS ');
    return JSON.parse((await exec('bash', ['-c', command], { env })).stdout);
  };
  const trunk = {
    uuid: /^trk_[0-9a-f]{16}$/,
    name: 'Acme Corp',
    sip_server: 'sip.didfarm.com',
    username: /^acme_[0-9a-z]{5}$/,
    password: /^\S{16,}$/,
    status: 'provisioning',
  };
  t.match((await run('createTrunkMsp')).data, trunk);
  t.match((await run('createTrunk')).data, { ...trunk, name: 'Acme Corp 2' }, 'a name that is taken gets a number');
  t.match((await run('assignMsp')).data, { did_number_id: 42, sip_trunk_id: 7, number: '+31201234567' });
  t.match((await run('assign')).data, { did_number_id: 42, sip_trunk_id: 7 });
  t.equal((await run('listTrunks')).meta.total, 3);
  t.match((await run('regenerate')).data, { uuid: 'trk_a1b2c3d400000000', username: String, password: /^\S{16,}$/ });
  t.match((await run('transactions')).data, [{ reference_type: 'topup', amount: 14250 }]);
  t.match(await run('balance'), { balance: '142.50', currency: 'EUR' });
});
