import t from 'tap';
import { openTestWorld, send } from './test-world.ts';

t.test('lists are narrowed to an account and by a part of what their rows are called by', async (t) => {
  const world = await openTestWorld(t);
  const { msp, bistro } = world.accounts;
  const make = async (path: string, body: object) =>
    t.equal((await send(world.control, 'POST', path, { body })).status, 201, path);
  for (const [account_id, word] of [
    [msp, 'North_1'],
    [bistro, 'South'],
  ] as const) {
    await make('/trunk-groups', { account_id, name: `Group ${word}`, members: [] });
    await make('/users', {
      account_id,
      name: `Ann ${word}`,
      email: `ann@${word.toLowerCase()}.example`,
      role: 'support',
    });
    await make('/api-keys', { account_id, name: `Key ${word}`, scopes: ['calls:read'] });
    await make('/sip-domains', { account_id, domain: `${word.replace('_', '-').toLowerCase()}.example` });
    await make('/webhooks', { account_id, url: `https://${word.replace('_', '-')}.example.org/x`, events: ['*'] });
    await make('/carriers', { name: `Carrier ${word}` });
  }
  const find = async (path: string, key = '') => {
    const { status, body } = await (key === ''
      ? send(world.control, 'GET', path)
      : send(world.app, 'GET', path, { key }));
    t.equal(status, 200, path);
    return body as { readonly data: readonly Record<string, unknown>[]; readonly meta: { readonly total: number } };
  };
  for (const path of ['/trunk-groups', '/users', '/api-keys', '/sip-domains', '/webhooks', '/carriers']) {
    const { data, meta } = await find(`${path}?search=soUTH`);
    t.match(data, [/south/i.test(JSON.stringify(data[0])) ? {} : { path }], path);
    t.match(meta, { total: 1 }, 'what is left out is not counted');
    t.equal((await find(`${path}?search=h%25`)).meta.total, 0, 'wildcards are taken as they are');
    if (path === '/carriers') continue;
    t.equal((await find(`${path}?search=soUTH&account_id=${msp}`)).meta.total, 0);
    const foreign = await find(`${path}?search=north`, world.keys.bistro);
    t.equal(foreign.meta.total, 0, 'what may not be seen is not found');
    t.equal(
      (await send(world.app, 'GET', `${path}?account_id=${msp}`, { key: world.keys.bistro })).status,
      404,
      'nor does that account exist',
    );
  }
  const [key] = (await find('/api-keys?search=Key+South')).data as readonly { readonly prefix: string }[];
  t.equal((await find(`/api-keys?search=${key?.prefix}`)).meta.total, 1, 'a key by how it begins');
});

t.test('who changed what is asked by thing, by who did it and by what was done', async (t) => {
  const world = await openTestWorld(t);
  const { keys } = world;
  const made = await send(world.app, 'POST', '/portal/sip-trunks', { key: keys.msp, body: { name: 'T' } });
  const { id, uuid } = made.body.data;
  await send(world.app, 'PATCH', `/portal/sip-trunks/${id}`, { key: keys.msp, body: { max_in: 3 } });
  await send(world.app, 'PATCH', `/portal/sip-trunks/${id}`, { key: keys.operator, body: { max_in: 4 } });
  const list = async (query: string, key = keys.msp) =>
    (await send(world.app, 'GET', `/audit?${query}`, { key })).body as {
      readonly data: readonly { readonly actor: string; readonly action: string; readonly resource_id: string }[];
      readonly meta: { readonly total: number };
    };
  const all = await list(`resource=sip_trunk&resource_id=${uuid}`);
  t.same(
    all.data.map(({ action }) => action),
    ['create', 'update', 'update'],
  );
  t.equal((await list(`resource_id=${uuid}&action=update`)).meta.total, 2);
  t.equal((await list(`resource_id=${uuid}&actor=${encodeURIComponent(all.data[0]?.actor ?? '')}`)).meta.total, 2);
  t.equal((await list(`resource_id=${uuid}`, keys.bistro)).meta.total, 0, 'others do not see it');
  t.equal((await list(`account_id=${world.accounts.msp}&resource=sip_trunk`, keys.operator)).meta.total, 3);
  t.equal((await send(world.app, 'GET', '/audit?resource=', { key: keys.msp })).status, 422);
});
