import t from 'tap';
import { openTestWorld, send } from './test-world.ts';

t.test('the first curl of the MSP guide works without a content type', async (t) => {
  const world = await openTestWorld(t);
  const answer = await send(world.app, 'POST', '/portal/sip-trunks', {
    key: world.keys.msp,
    body: '{"name": "Acme Corp", "auth_type": "digest"}',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  t.equal(answer.status, 201);
  const { data } = answer.body;
  t.match(data, { name: 'Acme Corp', sip_server: 'sip.didfarm.com', status: 'provisioning', realm: 'sip.didfarm.com' });
  t.match(data.uuid, /^trk_[0-9a-f]{16}$/);
  t.match(data.username, /^acme_/);
  t.type(data.id, 'number');
  t.ok(data.password.length >= 16);
  t.equal(world.published.count, 1, 'answered only after SIP has it');
});

t.test('a password is told once and never again', async (t) => {
  const world = await openTestWorld(t);
  const key = world.keys.msp;
  const created = await send(world.app, 'POST', '/portal/sip-trunks', { key, body: { name: 'Once' } });
  const { id, uuid, password } = created.body.data;
  for (const path of ['/portal/sip-trunks', `/portal/sip-trunks/${id}`, `/portal/sip-trunks/${uuid}`, '/audit']) {
    const { status, body } = await send(world.app, 'GET', path, { key });
    t.equal(status, 200, path);
    t.notOk(JSON.stringify(body).includes(password), `not in ${path}`);
    t.notMatch(JSON.stringify(body), /ha1/i, `no hash in ${path}`);
  }
});

t.test('regenerated credentials have the same user name and another password', async (t) => {
  const world = await openTestWorld(t);
  const key = world.keys.msp;
  const { data } = (await send(world.app, 'POST', '/portal/sip-trunks', { key, body: { name: 'Acme' } })).body;
  const path = `/portal/sip-trunks/${data.uuid}/regenerate-credentials`;
  const again = await send(world.app, 'POST', path, { key });
  t.equal(again.status, 200);
  t.equal(again.body.data.username, data.username);
  t.equal(again.body.data.uuid, data.uuid);
  t.not(again.body.data.password, data.password);
  const rotated = await send(world.app, 'POST', path, { key, body: { rotate_username: true } });
  t.not(rotated.body.data.username, data.username);
});

t.test('a change with an old ETag is refused as stale', async (t) => {
  const world = await openTestWorld(t);
  const key = world.keys.msp;
  const created = await send(world.app, 'POST', '/portal/sip-trunks', { key, body: { name: 'Acme' } });
  const path = `/portal/sip-trunks/${created.body.data.id}`;
  const etag = String(created.headers.etag);
  const first = await send(world.app, 'PATCH', path, { key, body: { max_in: 2 }, headers: { 'if-match': etag } });
  t.equal(first.status, 200);
  t.equal(first.body.data.max_in, 2);
  const second = await send(world.app, 'PATCH', path, { key, body: { max_in: 9 }, headers: { 'if-match': etag } });
  t.equal(second.status, 422);
  t.equal(second.body.error.code, 'stale_version');
  t.equal((await send(world.app, 'GET', path, { key })).body.data.max_in, 2);
});

t.test('a deleted trunk is gone, and its number is unassigned', async (t) => {
  const world = await openTestWorld(t);
  const key = world.keys.msp;
  const { data } = (await send(world.app, 'POST', '/portal/sip-trunks', { key, body: { name: 'Acme' } })).body;
  const did = await world.admin.dids.create('test', { accountId: world.accounts.msp, number: '+31201234567' });
  const assign = { did_number_id: did.id, sip_trunk_id: data.id };
  t.equal((await send(world.app, 'POST', '/portal/did-routing', { key, body: assign })).status, 201);
  t.equal((await send(world.app, 'DELETE', `/portal/sip-trunks/${data.id}`, { key })).status, 200);
  t.equal((await send(world.app, 'GET', `/portal/sip-trunks/${data.id}`, { key })).status, 404);
  const routing = await send(world.app, 'GET', `/portal/did-routing/${did.id}`, { key });
  t.equal(routing.body.data.sip_trunk_id, null);
  t.equal(routing.body.data.destination, null);
});

t.test('lists go page by page and by cursor, in order of id', async (t) => {
  const world = await openTestWorld(t);
  const key = world.keys.msp;
  for (let n = 1; n <= 5; n += 1) {
    await send(world.app, 'POST', '/portal/sip-trunks', { key, body: { name: `Trunk ${n}` } });
  }
  const names = (body: { data: { name: string }[] }) => body.data.map((trunk) => trunk.name);
  const page = await send(world.app, 'GET', '/portal/sip-trunks?page=2&per_page=2', { key });
  t.same(names(page.body), ['Trunk 3', 'Trunk 4']);
  t.match(page.body.meta, { total: 5, page: 2, per_page: 2 });
  const seen: string[] = [];
  let path = '/portal/sip-trunks?per_page=2';
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { body } = await send(world.app, 'GET', path, { key });
    seen.push(...names(body));
    cursor = body.meta.next_cursor;
    path = `/portal/sip-trunks?per_page=2&cursor=${cursor}`;
  }
  t.same(seen, ['Trunk 1', 'Trunk 2', 'Trunk 3', 'Trunk 4', 'Trunk 5']);
});

t.test('when the SIP side does not confirm, the caller is told so', async (t) => {
  const world = await openTestWorld(t);
  world.published.fail = true;
  const answer = await send(world.app, 'POST', '/portal/sip-trunks', { key: world.keys.msp, body: { name: 'Acme' } });
  t.equal(answer.status, 500);
  t.equal(answer.body.error.code, 'sip_unavailable');
  t.ok(answer.body.error.log_id);
});

t.test('a user name is free to choose under an own SIP domain, and generated under the platform', async (t) => {
  const world = await openTestWorld(t);
  const key = world.keys.msp;
  const post = (body: object, who = key) => send(world.app, 'POST', '/portal/sip-trunks', { key: who, body });
  t.equal((await send(world.app, 'POST', '/sip-domains', { key, body: { domain: 'Acme.example' } })).status, 201);
  const own = await post({ name: 'Phone', realm: 'acme.example', username: '1002' });
  t.match(own.body.data, { username: '1002', realm: 'acme.example', sip_server: 'acme.example' });
  t.equal((await post({ name: 'Greedy', username: 'boss' })).status, 422);
  const body = { name: 'Moved here', username: 'boss', account_id: world.accounts.msp };
  t.equal((await post(body, world.keys.operator)).body.data.username, 'boss', 'the operator may');
  const foreign = await post({ name: 'Foreign', realm: 'acme.example', username: '1003' }, world.keys.bistro);
  t.match(foreign.body.error, { code: 'validation_failed', fields: [{ field: 'realm' }] });
});

t.test('many registrations are asked for in small portions', async (t) => {
  const world = await openTestWorld(t);
  await world.admin.seed(501, {});
  t.equal(
    (await send(world.app, 'GET', '/registrations?state=never', { key: world.keys.operator })).body.meta.total,
    501,
  );
  t.ok(Math.max(...world.sip.asked) <= 500, 'the SIP thread is never busy for long');
});
