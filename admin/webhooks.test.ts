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

t.test(
  'an endpoint is changed, switched off and on, tested and given a new secret; by its own account only',
  async (t) => {
    const world = await openTestWorld(t);
    const key = world.keys.bistro;
    const made = await send(world.app, 'POST', '/webhooks', { key, body: { url: 'https://hooks.example/a' } });
    const { id, secret } = made.body.data;
    const writes = [
      ['PATCH', `/webhooks/${id}`, { enabled: false }],
      ['POST', `/webhooks/${id}/rotate-secret`, {}],
      ['POST', `/webhooks/${id}/test`, undefined],
    ] as const;
    for (const [method, path, body] of writes) {
      const options = body === undefined ? { key: world.keys.clinic } : { key: world.keys.clinic, body };
      t.equal((await send(world.app, method, path, options)).status, 404, `${method} ${path}`);
    }
    const off = await send(world.app, 'PATCH', `/webhooks/${id}`, {
      key,
      body: { enabled: false, events: ['trunk.offline'] },
    });
    t.match(off.body.data, { enabled: false, disabled_reason: 'switched off', events: ['trunk.offline'] });
    t.match(await send(world.app, 'POST', `/webhooks/${id}/test`, { key }), {
      status: 422,
      body: { error: { fields: [{ field: 'enabled' }] } },
    });
    const on = await send(world.app, 'PATCH', `/webhooks/${id}`, { key, body: { enabled: true } });
    t.match(on.body.data, { enabled: true, disabled_reason: null, url: 'https://hooks.example/a' });
    const bad = await send(world.app, 'PATCH', `/webhooks/${id}`, { key, body: { url: 'http://127.0.0.1/' } });
    t.equal(bad.status, 422);
    const rotated = await send(world.app, 'POST', `/webhooks/${id}/rotate-secret`, {
      key,
      body: { overlap_seconds: 60 },
    });
    t.match(rotated.body.data, { secret: /^whsec_\w{32}$/, secret_rotates_at: String });
    t.not(rotated.body.data.secret, secret);
    const test = await send(world.app, 'POST', `/webhooks/${id}/test`, { key });
    t.match(test, { status: 202, body: { data: { status: 'pending' } } });
    const one = `/webhooks/${id}/deliveries/${test.body.data.delivery_id}`;
    t.match((await send(world.app, 'GET', one, { key })).body.data, { event: 'webhook.test', status: 'pending' });
    t.equal((await send(world.app, 'GET', one, { key: world.keys.clinic })).status, 404);
    t.equal((await send(world.app, 'GET', `/webhooks/${id}/deliveries/999999`, { key })).status, 404);
  },
);
