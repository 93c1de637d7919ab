import t from 'tap';
import { applyTenants } from '../tenancy/index.ts';
import type { DomainCheck } from './domain-check.ts';
import { openTestWorld, send } from './test-world.ts';

t.test(
  'people have a role, are seen by their account and those above, and get no more than their maker has',
  async (t) => {
    const world = await openTestWorld(t);
    const { keys } = world;
    const ann = { email: 'Ann@Bistro.example', name: 'Ann', role: 'support' };
    const made = await send(world.app, 'POST', '/users', { key: keys.bistro, body: ann });
    t.match(made, { status: 201, body: { data: { email: 'ann@bistro.example', role: 'support', status: 'active' } } });
    t.ok(made.body.data.scopes.includes('calls:read'));
    const path = `/users/${made.body.data.uuid}`;
    for (const key of [keys.bistro, keys.reseller, keys.operator]) {
      t.equal((await send(world.app, 'GET', path, { key })).status, 200);
    }
    for (const method of ['GET', 'PATCH', 'DELETE'] as const) {
      const body = method === 'PATCH' ? { name: 'Eve' } : undefined;
      t.equal((await send(world.app, method, path, { key: keys.clinic, body })).status, 404, `${method} of a sibling`);
    }
    t.match(
      await send(world.app, 'POST', '/users', { key: keys.msp, body: ann }),
      { status: 422 },
      'an address is unique',
    );
    const bad = await send(world.app, 'POST', '/users', {
      key: keys.msp,
      body: { ...ann, email: 'no address', role: 'king' },
    });
    t.same(bad.body.error.fields.map((fault: { field: string }) => fault.field).sort(), ['email', 'role']);
    const stale = await send(world.app, 'PATCH', path, {
      key: keys.bistro,
      body: { status: 'suspended' },
      headers: { 'if-match': '"9"' },
    });
    t.equal(stale.body.error.code, 'stale_version');
    t.match((await send(world.app, 'PATCH', path, { key: keys.bistro, body: { role: 'owner' } })).body.data.scopes, [
      'admin',
    ]);
    t.equal((await send(world.app, 'DELETE', path, { key: keys.bistro })).status, 200);
    t.equal((await send(world.app, 'GET', path, { key: keys.bistro })).status, 404);
    t.equal(
      (await send(world.app, 'POST', '/users', { key: keys.msp, body: ann })).status,
      201,
      'the address is free again',
    );
    const audit = await send(world.app, 'GET', '/audit?per_page=200', { key: keys.bistro });
    const actions = audit.body.data.filter((entry: { resource: string }) => entry.resource === 'user');
    t.same(
      actions.map((entry: { action: string }) => entry.action),
      ['create', 'update', 'delete'],
    );
  },
);

t.test('a tenant shows by a TXT record that a SIP domain is its own before trunks use it', async (t) => {
  const records = new Map<string, string[][]>();
  const domainCheck: DomainCheck = {
    isRequired: true,
    resolveTxt: async (name) => records.get(name) ?? Promise.reject(new Error('ENOTFOUND')),
  };
  const world = await openTestWorld(t, { domainCheck });
  const { msp, operator } = world.keys;
  const add = (domain: string, options: object) =>
    send(world.app, 'POST', '/sip-domains', { body: { domain, account_id: world.accounts.msp }, ...options });
  const domain = (await add('voice.acme-corp.com', { key: msp })).body.data;
  t.match(domain, { verified_at: null, verification: { type: 'TXT', name: '_didfarm.voice.acme-corp.com' } });
  const trunk = { name: 'Desk', realm: 'voice.acme-corp.com', username: '1002' };
  const create = (key: string) => send(world.app, 'POST', '/portal/sip-trunks', { key, body: trunk });
  t.match((await create(msp)).body.error, {
    code: 'validation_failed',
    fields: [{ field: 'realm', problem: /is yours/ }],
  });
  const yaml = 'version: 1\naccounts: [{name: MSP, trunks: [{name: T, realm: voice.acme-corp.com, username: "7"}]}]';
  t.match((await send(world.app, 'POST', '/tenant-files/apply', { key: msp, body: { yaml } })).body.error, {
    message: /is yours/,
  });
  const verify = () => send(world.app, 'POST', `/sip-domains/${domain.id}/verify`, { key: msp });
  t.match(
    (await verify()).body.error.message,
    /put the TXT record "didfarm-verification=dom_\w{16}" at _didfarm\.voice/,
  );
  records.set(domain.verification.name, [['something else']]);
  t.match((await verify()).body.error.message, /it says "something else"/);
  const value: string = domain.verification.value;
  records.set(domain.verification.name, [['spf'], [value.slice(0, 9), value.slice(9)]]);
  t.match((await verify()).body.data, { verified_at: /^2026-/ });
  t.equal((await create(msp)).status, 201);

  for (const free of ['acme-a', 'phones.example', 'pbx.local']) {
    t.match((await add(free, { key: msp })).body.data.verified_at, /^2026-/, `${free} is owned by nobody`);
  }
  t.match((await add('sip.other-corp.com', { key: operator })).body.data.verified_at, /^2026-/, 'the operator knows');
  const options = { visible: null, actor: 'test', checksDomains: true, resolveSecret: () => undefined };
  await applyTenants(world.store, 'version: 1\naccounts: [{name: MSP, sip_domains: [{domain: y.org}]}]', 'f', options);
  t.match((await send(world.app, 'GET', '/sip-domains/y.org', { key: msp })).body.data, { verified_at: null });
});

t.test('the check can be switched off', async (t) => {
  const domainCheck: DomainCheck = { isRequired: false, resolveTxt: () => Promise.reject(new Error('not asked')) };
  const world = await openTestWorld(t, { domainCheck });
  const key = world.keys.msp;
  const added = await send(world.app, 'POST', '/sip-domains', { key, body: { domain: 'voice.acme-corp.com' } });
  t.match(added.body.data.verified_at, /^2026-/);
});

t.test('what firewalls must let in is published without a key', async (t) => {
  const world = await openTestWorld(t);
  const list = await world.app.inject('/addresses.json');
  t.match(
    { status: list.statusCode, body: list.json() },
    { status: 200, body: { domain: 'sip.didfarm.com', addresses: [], sip: { udp: 5060, tcp: 5060, tls: null } } },
  );
});
