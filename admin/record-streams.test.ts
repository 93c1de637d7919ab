import t from 'tap';
import { openTestWorld, send } from './test-world.ts';

t.test('a stream is made, its secret told once, changed and ended; it exists for its own account only', async (t) => {
  const world = await openTestWorld(t);
  const key = world.keys.bistro;
  const body = { url: 'https://calls.example/records' };
  const made = await send(world.app, 'POST', '/record-streams', { key, body });
  t.match(made, {
    status: 201,
    body: { data: { kind: 'http', uuid: /^rst_[0-9a-f]{16}$/, secret: /^whsec_\w{32}$/ } },
  });
  const { id, uuid } = made.body.data;
  const shown = await send(world.app, 'GET', `/record-streams/${uuid}`, { key: world.keys.reseller });
  t.match(shown.body.data, {
    id,
    url: body.url,
    account_id: world.accounts.bistro,
    status: 'active',
    waiting: 0,
    sent: 0,
  });
  t.notHas(shown.body.data, 'secret');
  for (const stranger of [world.keys.clinic, world.keys.msp]) {
    t.equal((await send(world.app, 'GET', `/record-streams/${id}`, { key: stranger })).status, 404);
    const paused = { status: 'paused' };
    t.equal((await send(world.app, 'PATCH', `/record-streams/${id}`, { key: stranger, body: paused })).status, 404);
    t.equal((await send(world.app, 'DELETE', `/record-streams/${id}`, { key: stranger })).status, 404);
    t.equal((await send(world.app, 'GET', '/record-streams', { key: stranger })).body.meta.total, 0);
  }
  const change = { status: 'paused', url: 'https://calls.example/other' };
  t.match((await send(world.app, 'PATCH', `/record-streams/${id}`, { key, body: change })).body.data, change);
  t.equal((await send(world.app, 'DELETE', `/record-streams/${id}`, { key })).body.data.status, 'deleted');
  t.equal((await send(world.app, 'GET', `/record-streams/${id}`, { key })).status, 404);
  const log = await send(world.app, 'GET', '/audit', { key: world.keys.operator });
  const streams = log.body.data.filter(({ resource }: { resource: string }) => resource === 'record_stream');
  t.same(streams.map(({ action }: { action: string }) => action).sort(), ['create', 'delete', 'update']);
});

t.test('addresses that lead inside are refused, and so are files for anybody but the operator', async (t) => {
  const world = await openTestWorld(t);
  const make = (key: string, body: object) => send(world.app, 'POST', '/record-streams', { key, body });
  for (const url of ['http://127.0.0.1/', 'http://169.254.169.254/', 'file:///etc/passwd', 'https://a:b@c.example/'])
    t.match(await make(world.keys.msp, { url }), { status: 422, body: { error: { fields: [{ field: 'url' }] } } }, url);
  t.match(await make(world.keys.msp, {}), { status: 422, body: { error: { fields: [{ field: 'url' }] } } });
  t.equal((await make(world.keys.msp, { kind: 'file' })).status, 403);
  const { operator } = world.keys;
  t.equal((await make(operator, { kind: 'file', url: 'https://a.example/x' })).status, 422);
  const file = await make(operator, { kind: 'file', account_id: world.accounts.msp });
  t.match(file, {
    status: 201,
    body: { data: { kind: 'file', url: null, secret: null, account_id: world.accounts.msp } },
  });
  const all = await make(operator, { kind: 'file' });
  t.match(all.body.data, { account_id: null });
  const url = { url: 'https://a.example/x' };
  const changed = await send(world.app, 'PATCH', `/record-streams/${all.body.data.id}`, { key: operator, body: url });
  t.equal(changed.status, 422);
});
