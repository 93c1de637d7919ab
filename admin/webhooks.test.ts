import t from 'tap';
import { openTestWorld, send } from './test-world.ts';

t.test('an endpoint is added, its secret told once; it exists for its own account only', async (t) => {
  const world = await openTestWorld(t);
  const body = { url: 'https://hooks.example/didfarm', events: ['*'] };
  const made = await send(world.app, 'POST', '/webhooks', { key: world.keys.bistro, body });
  t.match(made, { status: 201, body: { data: { id: Number, uuid: /^whk_[0-9a-f]{16}$/, secret: /^whsec_\w{32}$/ } } });
  const { id, uuid } = made.body.data;
  const shown = await send(world.app, 'GET', `/webhooks/${uuid}`, { key: world.keys.reseller });
  t.match(shown.body.data, { id, url: body.url, account_id: world.accounts.bistro }, 'a reseller sees below itself');
  t.equal(shown.body.data.secret, undefined);
  for (const key of [world.keys.clinic, world.keys.msp]) {
    t.equal((await send(world.app, 'GET', `/webhooks/${id}`, { key })).status, 404);
    t.equal((await send(world.app, 'GET', `/webhooks/${id}/deliveries`, { key })).status, 404);
    t.equal((await send(world.app, 'DELETE', `/webhooks/${id}`, { key })).status, 404);
    t.equal((await send(world.app, 'POST', `/webhooks/${id}/deliveries/1/replay`, { key })).status, 404);
    t.equal((await send(world.app, 'GET', '/webhooks', { key })).body.meta.total, 0);
  }
  t.same((await send(world.app, 'GET', `/webhooks/${id}/deliveries`, { key: world.keys.bistro })).body.data, []);
  t.equal((await send(world.app, 'DELETE', `/webhooks/${id}`, { key: world.keys.bistro })).body.data.status, 'deleted');
  t.equal((await send(world.app, 'GET', `/webhooks/${id}`, { key: world.keys.bistro })).status, 404);
});

t.test('addresses that lead inside, and what is no address, are refused at once', async (t) => {
  const world = await openTestWorld(t);
  const urls = [
    'http://127.0.0.1/',
    'http://[::1]/',
    'http://169.254.169.254/',
    'ftp://a.example/',
    'nonsense.text',
    'https://a:b@c.example/',
  ];
  for (const url of urls) {
    const answer = await send(world.app, 'POST', '/webhooks', { key: world.keys.msp, body: { url } });
    t.match(answer, { status: 422, body: { error: { code: 'validation_failed', fields: [{ field: 'url' }] } } }, url);
  }
  const body = { url: 'https://a.example/x', events: ['number.exploded'] };
  t.equal((await send(world.app, 'POST', '/webhooks', { key: world.keys.msp, body })).status, 422);
});
