import t from 'tap';
import { openTestWorld, send, type TestWorld } from './test-world.ts';

async function furnish(world: TestWorld, accountId: number) {
  const { trunk } = await world.admin.trunks.create('test', { accountId, name: `Trunk ${accountId}` });
  const number = `+3120${String(accountId).padStart(7, '0')}`;
  const did = await world.admin.dids.create('test', { accountId, number });
  return { trunk, did };
}

t.test('policies of accounts, trunks and numbers are set key by key, and null clears one', async (t) => {
  const world = await openTestWorld(t);
  const { trunk, did } = await furnish(world, world.accounts.msp);
  const key = world.keys.msp;
  for (const [path, body] of [
    [`/portal/sip-trunks/${trunk.uuid}/routing-policy`, { blocked: ['KP', '+882'], refer: 'local' }],
    [`/portal/did-routing/${did.id}/routing-policy`, { disaster: { trunk_id: trunk.id, after_sec: 20 } }],
    [`/accounts/${world.accounts.msp}/routing-policy`, { redirect: 'follow', pass_headers: ['X-Ticket'] }],
  ] as const) {
    const before = world.published.count;
    t.match(await send(world.app, 'PATCH', path, { key, body }), { status: 200, body: { data: body } });
    t.equal(world.published.count, before + 1, 'SIP knows it when the answer comes');
    t.strictSame((await send(world.app, 'GET', path, { key })).body.data, body);
    const [first = ''] = Object.keys(body);
    await send(world.app, 'PATCH', path, { key, body: { [first]: null } });
    t.notOk(first in (await send(world.app, 'GET', path, { key })).body.data);
  }
});

t.test('what cannot be meant is refused in words', async (t) => {
  const world = await openTestWorld(t);
  const { trunk, did } = await furnish(world, world.accounts.msp);
  const other = await furnish(world, world.accounts.bistro);
  const key = world.keys.msp;
  const patch = async (path: string, body: object) => {
    const answer = await send(world.app, 'PATCH', `${path}/routing-policy`, { key, body });
    return { status: answer.status, text: JSON.stringify(answer.body) };
  };
  const didPath = `/portal/did-routing/${did.id}`;
  t.match(await patch(didPath, { blocked: ['KP'] }), { status: 422, text: /blocked: there is no such field/ });
  const foreign = await patch(didPath, { disaster: { trunk_id: other.trunk.id } });
  t.match(foreign, { status: 422, text: /is no trunk of this account/ });
  const hours = { timezone: 'Mars/Base', open: [] };
  t.match(await patch(`/portal/sip-trunks/${trunk.id}`, { hours }), { status: 422, text: /Mars\/Base/ });
  t.match(await patch(`/portal/sip-trunks/${trunk.id}`, { pass_headers: ['From'] }), { status: 422 });
});

t.test('nobody trusts itself, and the limits of an account are set by the one above it', async (t) => {
  const world = await openTestWorld(t);
  const { trunk } = await furnish(world, world.accounts.bistro);
  const patch = async (who: keyof TestWorld['keys'], path: string, body: object) =>
    (await send(world.app, 'PATCH', `${path}/routing-policy`, { key: world.keys[who], body })).status;
  const trunkPath = `/portal/sip-trunks/${trunk.id}`;
  t.equal(await patch('bistro', trunkPath, { caller_id: 'trusted' }), 403);
  t.equal(await patch('reseller', trunkPath, { attestation: 'A' }), 403);
  t.equal(await patch('operator', trunkPath, { caller_id: 'trusted' }), 200);
  const account = `/accounts/${world.accounts.bistro}`;
  t.equal(await patch('bistro', account, { blocked: null }), 403);
  t.equal(await patch('bistro', account, { refer: 'local' }), 200);
  t.equal(await patch('reseller', account, { blocked: ['KP'] }), 200);
  t.equal(await patch('bistro', trunkPath, { blocked: ['RU'] }), 200, 'its own trunk it may limit');
});

t.test('policies of others do not exist, and those of carriers are the operator’s', async (t) => {
  const world = await openTestWorld(t);
  const { trunk, did } = await furnish(world, world.accounts.msp);
  const carrier = await world.admin.carriers.create('test', { name: 'up' });
  for (const path of [
    `/portal/sip-trunks/${trunk.id}`,
    `/portal/did-routing/${did.id}`,
    `/accounts/${world.accounts.msp}`,
  ]) {
    for (const method of ['GET', 'PATCH'] as const) {
      const options = { key: world.keys.bistro, body: method === 'GET' ? undefined : {} };
      t.equal((await send(world.app, method, `${path}/routing-policy`, options)).status, 404, `${method} ${path}`);
    }
  }
  const path = `/carriers/${carrier.uuid}/routing-policy`;
  t.equal((await send(world.app, 'GET', path, { key: world.keys.msp })).status, 403);
  const body = { calls_per_second_out: 5, gateway_plan: [{ prefix: '+', strip: 1, add: '00' }] };
  t.match(await send(world.app, 'PATCH', path, { key: world.keys.operator, body }), { status: 200 });
});

t.test('a registration at a carrier is set, shown without its password, and ended', async (t) => {
  const world = await openTestWorld(t);
  const carrier = await world.admin.carriers.create('test', { name: 'up' });
  const path = `/carriers/${carrier.id}/registration`;
  const key = world.keys.operator;
  t.equal((await send(world.app, 'GET', path, { key })).status, 404);
  const registrar = 'sip.up.example;transport=tls';
  const lacking = await send(world.app, 'PATCH', path, { key, body: { registrar, username: 'us' } });
  t.match({ ...lacking, text: JSON.stringify(lacking.body) }, { status: 422, text: /password: is required/ });
  const body = { registrar, username: 'us', password: 'a secret word', expires_sec: 120 };
  const made = await send(world.app, 'PATCH', path, { key, body });
  t.match(made, { status: 200, body: { data: { registrar, username: 'us', expires_sec: 120, live: null } } });
  await send(world.app, 'PATCH', path, { key, body: { expires_sec: null, domain: 'up.example' } });
  const shown = await send(world.app, 'GET', path, { key });
  t.match(shown.body.data, { username: 'us', expires_sec: null, domain: 'up.example' });
  const policy = await send(world.app, 'GET', `/carriers/${carrier.id}/routing-policy`, { key });
  const audit = await send(world.app, 'GET', '/audit', { key });
  const said = JSON.stringify([made.body, shown.body, policy.body, audit.body]);
  t.notMatch(said, /a secret word|sealed/);
  t.match(said, /routing_policy/);
  await send(world.app, 'DELETE', path, { key });
  t.equal((await send(world.app, 'GET', path, { key })).status, 404);
});
