import t from 'tap';
import { openTestWorld, send } from './test-world.ts';

t.test('a key is rotated: for a while both work, then the new one alone', async (t) => {
  const { app, keys, clock } = await openTestWorld(t);
  const made = await send(app, 'POST', '/api-keys', { key: keys.msp, body: { name: 'ci', scopes: ['trunks:read'] } });
  const works = async (key: string) => (await send(app, 'GET', '/portal/sip-trunks', { key })).status;
  const path = `/api-keys/${made.body.data.uuid}/rotate`;
  const rotated = await send(app, 'POST', path, { key: keys.msp, body: { overlap_seconds: 60 } });
  t.match(rotated, {
    status: 201,
    body: { data: { name: 'ci', scopes: ['trunks:read'], replaces: made.body.data.id } },
  });
  t.same([await works(made.body.data.key), await works(rotated.body.data.key)], [200, 200]);
  clock.advance(61_000);
  t.same([await works(made.body.data.key), await works(rotated.body.data.key)], [401, 200]);
  t.equal((await send(app, 'POST', path, { key: keys.bistro, body: {} })).status, 404, 'never by a stranger');
});

t.test('a role is a set of scopes, and nobody hands on more than the own ones', async (t) => {
  const { app, keys } = await openTestWorld(t);
  const create = (key: string, body: object) => send(app, 'POST', '/api-keys', { key, body: { name: 'x', ...body } });
  const support = (await create(keys.msp, { role: 'support' })).body.data;
  t.ok(support.scopes.includes('calls:read'));
  t.equal((await send(app, 'GET', '/calls', { key: support.key })).status, 200);
  t.equal((await send(app, 'POST', '/portal/sip-trunks', { key: support.key, body: { name: 'T' } })).status, 403);
  t.match((await create(keys.msp, {})).body.error, { message: /scopes: is required \(or role\)/ });
  t.match((await create(keys.msp, { role: 'owner', scopes: ['admin'] })).body.error, { message: /role: goes without/ });
  t.equal((await create(support.key, { role: 'read-only' })).status, 403);
});
