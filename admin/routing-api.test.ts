import t from 'tap';
import { openTestWorld, send } from './test-world.ts';

async function withTrunk(t: Parameters<typeof openTestWorld>[0]) {
  const world = await openTestWorld(t);
  const key = world.keys.msp;
  const { data } = (await send(world.app, 'POST', '/portal/sip-trunks', { key, body: { name: 'Acme' } })).body;
  const did = await world.admin.dids.create('test', {
    accountId: world.accounts.msp,
    number: '+31201234500',
    blockSize: 100,
  });
  return { world, key, trunk: data, did };
}

t.test('a number is assigned by id or number to a trunk by id or uuid, with notes', async (t) => {
  const { world, key, trunk, did } = await withTrunk(t);
  const assign = (body: object) => send(world.app, 'POST', '/portal/did-routing', { key, body });
  const byId = await assign({ did_number_id: did.id, sip_trunk_id: trunk.id, notes: 'main line' });
  t.match(byId, { status: 201, body: { data: { sip_trunk_uuid: trunk.uuid, notes: 'main line' } } });
  const byNames = await assign({ number: '0031 20 1234500', sip_trunk_uuid: trunk.uuid });
  t.match(byNames.body.data, { number: '+31201234500', notes: 'main line' }, 'notes stay when none are given');
  t.equal((await assign({ number: '+31201234500', sip_trunk_id: trunk.uuid })).status, 201);
  t.match((await assign({ did_number_id: did.id })).body.error.fields, [{ field: 'sip_trunk_id' }]);
  t.match((await assign({ sip_trunk_id: trunk.id })).body.error.fields, [{ field: 'did_number_id' }]);
  const elsewhere = await assign({ did_number_id: did.id, destination: { kind: 'uri', uri: 'sip:a@example.com' } });
  t.match(elsewhere.body.data, { sip_trunk_id: null, destination: { kind: 'uri', uri: 'sip:a@example.com' } });
  const list = await send(world.app, 'GET', '/portal/did-routing?assigned=true', { key });
  t.equal(list.body.meta.total, 1);
});

t.test('a number of one account never rings a trunk of another', async (t) => {
  const { world, did } = await withTrunk(t);
  const theirs = await world.admin.trunks.create('test', { accountId: world.accounts.bistro, name: 'Theirs' });
  const body = { did_number_id: did.id, sip_trunk_id: theirs.trunk.id };
  const answer = await send(world.app, 'POST', '/portal/did-routing', { key: world.keys.operator, body });
  t.equal(answer.status, 422, 'not even by the operator');
});

t.test('a call is explained for own numbers, also within a block, and from own trunks', async (t) => {
  const { world, key, trunk } = await withTrunk(t);
  const inbound = await send(world.app, 'GET', '/routing/explain?from=%2B49151&to=%2B31201234577', { key });
  t.match(inbound.body, { result: 'client_error', reason: 'trunk_offline', remedy: 'Register.', steps: [{}] });
  t.match(inbound.body.data, { reason: 'trunk_offline' });
  for (const name of [String(trunk.id), trunk.uuid, 'Acme']) {
    const path = `/routing/explain?from=123&to=%2B4930123456&trunk=${name}`;
    t.equal((await send(world.app, 'GET', path, { key })).status, 200, name);
  }
  t.same(
    world.sip.explained.slice(1).map((args) => args.trunk),
    [trunk.uuid, trunk.uuid, trunk.uuid],
  );
  t.equal((await send(world.app, 'GET', '/routing/explain?from=1&to=%2B4930123456', { key })).status, 404);
  world.sip.reached.push(world.accounts.msp);
  const again = '/routing/explain?from=%2B49151&to=%2B31201234577';
  t.equal((await send(world.app, 'GET', again, { key })).body.accountIds, undefined);
  world.sip.reached.push(world.accounts.bistro);
  const strange = await send(world.app, 'GET', again, { key });
  t.equal(strange.status, 404, 'it turned out to be the call of somebody else');
  t.notMatch(JSON.stringify(strange.body), 'resolveTarget');
});

t.test('an identity is told by user name and realm', async (t) => {
  const { world, key, trunk } = await withTrunk(t);
  const path = `/auth?username=${trunk.username}&realm=SIP.didfarm.com`;
  t.match((await send(world.app, 'GET', path, { key })).body.data, {
    account_id: world.accounts.msp,
    trunk_id: trunk.id,
    allowed: true,
    reason: null,
  });
  const refused = async () => (await send(world.app, 'GET', path, { key })).body.data;
  await world.admin.trunks.update('test', trunk.id, { status: 'suspended' });
  t.match(await refused(), { allowed: false, reason: 'trunk_suspended' });
  await world.admin.trunks.update('test', trunk.id, { status: 'active' });
  await world.admin.accounts.update('test', world.accounts.msp, { status: 'suspended' });
  t.match(await refused(), { allowed: false, reason: 'account_suspended' });
  t.equal((await send(world.app, 'GET', '/auth?username=nobody&realm=sip.didfarm.com', { key })).status, 404);
});

t.test('bans are listed and lifted by the operator', async (t) => {
  const { world, key } = await withTrunk(t);
  world.sip.bans.set('192.0.2.7', { address: '192.0.2.7', untilMs: 60_000, reason: 'banned' });
  t.match((await send(world.control, 'GET', '/bans')).body.data, [
    { address: '192.0.2.7', until: '1970-01-01T00:01:00.000Z' },
  ]);
  t.equal((await send(world.app, 'DELETE', '/bans/192.0.2.7', { key })).status, 403);
  t.equal((await send(world.control, 'DELETE', '/bans/192.0.2.7')).status, 200);
  t.equal((await send(world.control, 'DELETE', '/bans/192.0.2.7')).status, 404);
  const audit = await send(world.control, 'GET', '/audit');
  const lifts = audit.body.data.filter(({ resource }: { readonly resource: string }) => resource === 'ban');
  t.match(lifts, [{ account_id: null, action: 'lift', resource_id: '192.0.2.7', before: { reason: 'banned' } }]);
  t.equal(lifts.length, 1);
});

t.test('a key bound to addresses works from nowhere else', async (t) => {
  const { world, key } = await withTrunk(t);
  const make = async (allowed: string) => {
    const body = { name: allowed, scopes: ['trunks:read'], allowed_addresses: [allowed] };
    return (await send(world.app, 'POST', '/api-keys', { key, body })).body.data.key;
  };
  const status = async (made: string) => (await send(world.app, 'GET', '/portal/sip-trunks', { key: made })).status;
  t.equal(await status(await make('127.0.0.0/8')), 200);
  t.equal(await status(await make('198.51.100.7')), 403);
  t.equal(await status(await make('2001:db8::/32')), 403);
});
