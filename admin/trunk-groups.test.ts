import t from 'tap';
import { openTestWorld, send } from './test-world.ts';

t.test('a number rings a group of trunks; members are of its own account', async (t) => {
  const { app, keys, accounts, admin } = await openTestWorld(t);
  const main = (await admin.trunks.create('test', { accountId: accounts.msp, name: 'Main' })).trunk;
  const spare = (await admin.trunks.create('test', { accountId: accounts.msp, name: 'Spare' })).trunk;
  const foreign = (await admin.trunks.create('test', { accountId: accounts.bistro, name: 'Foreign' })).trunk;
  const post = (body: object) => send(app, 'POST', '/trunk-groups', { key: keys.msp, body });
  const members = [{ sip_trunk_id: spare.id, priority: 2 }, { sip_trunk_id: main.id }];
  const { status, body, headers } = await post({ name: 'Both', members });
  t.equal(status, 201);
  t.match(body.data, {
    uuid: /^tgr_[0-9a-f]{16}$/,
    strategy: 'priority',
    members: [
      { sip_trunk_id: main.id, priority: 1, weight: 1 },
      { sip_trunk_id: spare.id, priority: 2, weight: 1 },
    ],
  });
  const alien = await post({ name: 'Alien', members: [{ sip_trunk_id: foreign.id }] });
  t.match(alien.body.error, { fields: [{ field: 'members[0].sip_trunk_id', problem: 'is no trunk of this account' }] });
  const twice = await post({ name: 'Twice', members: [{ sip_trunk_id: main.id }, { sip_trunk_id: main.id }] });
  t.match(twice.body.error, { fields: [{ field: 'members', problem: 'must name each trunk once' }] });
  t.match((await post({ name: 'Both' })).body.error, { code: 'conflict' });

  const path = `/trunk-groups/${body.data.uuid}`;
  const stale = { key: keys.msp, headers: { 'if-match': '"99"' }, body: { strategy: 'round_robin' } };
  t.match((await send(app, 'PATCH', path, stale)).body.error, { code: 'stale_version' });
  const fresh = { ...stale, headers: { 'if-match': String(headers.etag) } };
  const changed = await send(app, 'PATCH', path, fresh);
  t.match(changed.body.data, { strategy: 'round_robin', members: [{}, {}] });

  const did = await admin.dids.create('test', { accountId: accounts.msp, number: '+31201234567' });
  const destination = { kind: 'trunk_group', id: body.data.id };
  const routed = await send(app, 'POST', '/portal/did-routing', {
    key: keys.msp,
    body: { did_number_id: did.id, destination, notes: 'reception' },
  });
  t.match(routed.body.data, { destination, sip_trunk_id: null, notes: 'reception' });
  t.equal((await send(app, 'DELETE', path, { key: keys.msp })).status, 200);
  const after = await send(app, 'GET', `/portal/did-routing/${did.id}`, { key: keys.msp });
  t.match(after.body.data, { destination: null, notes: 'reception' }, 'its number is unassigned, the note stays');
  const audit = await send(app, 'GET', '/audit', { key: keys.msp });
  t.match(
    audit.body.data.map((entry: { action: string; resource: string }) => `${entry.action} ${entry.resource}`).join(),
    /create trunk_group.*delete trunk_group|delete trunk_group.*create trunk_group/,
  );
});

t.test('an extension is a phone: its own address, its own list', async (t) => {
  const { app, keys } = await openTestWorld(t);
  await send(app, 'POST', '/sip-domains', { key: keys.msp, body: { domain: 'phones.example' } });
  const fields = { name: 'Desk 1', realm: 'phones.example', username: '1001' };
  const { status, body } = await send(app, 'POST', '/extensions', { key: keys.msp, body: fields });
  t.equal(status, 201);
  t.match(body.data, { kind: 'extension', uuid: /^ext_/, username: '1001', password: /^\S{16,}$/ });
  const trunk = await send(app, 'POST', '/portal/sip-trunks', { key: keys.msp, body: { name: 'PBX' } });
  t.equal((await send(app, 'GET', `/extensions/${trunk.body.data.id}`, { key: keys.msp })).status, 404);
  const list = await send(app, 'GET', '/extensions', { key: keys.msp });
  t.same(
    list.body.data.map((row: { name: string }) => row.name),
    ['Desk 1'],
  );
  t.equal((await send(app, 'DELETE', `/extensions/${body.data.uuid}`, { key: keys.msp })).status, 200);
});

t.test('a SIP domain is shown and its digests are changed', async (t) => {
  const { app, keys } = await openTestWorld(t);
  const made = await send(app, 'POST', '/sip-domains', { key: keys.msp, body: { domain: 'Acme.Example' } });
  t.match(made.body.data, { domain: 'acme.example', digest_algorithms: null });
  const path = `/sip-domains/${made.body.data.uuid}`;
  const changed = await send(app, 'PATCH', path, { key: keys.msp, body: { digest_algorithms: ['SHA-256', 'MD5'] } });
  t.same(changed.body.data.digest_algorithms, ['SHA-256', 'MD5']);
  const refused = await send(app, 'PATCH', path, { key: keys.msp, body: { digest_algorithms: ['MD5', 'MD5'] } });
  t.match(refused.body.error, { code: 'validation_failed', message: /each once/ });
  t.same((await send(app, 'GET', path, { key: keys.msp })).body.data.digest_algorithms, ['SHA-256', 'MD5']);
});

t.test('where unassigned numbers land is inherited, and the account that says so is named', async (t) => {
  const { app, keys, accounts } = await openTestWorld(t);
  const show = async (key: string, id: number) =>
    (await send(app, 'GET', `/accounts/${id}`, { key })).body.data.effective.did_default_dest;
  t.match(await show(keys.operator, accounts.bistro), { value: null, from: 'default', from_account_id: null });
  const body = { did_default_dest: { kind: 'uri', uri: 'sip:desk@example.com' } };
  await send(app, 'PATCH', `/accounts/${accounts.reseller}`, { key: keys.operator, body });
  t.match(await show(keys.reseller, accounts.bistro), {
    value: { kind: 'uri', uri: 'sip:desk@example.com' },
    from: 'inherited',
    from_account_id: accounts.reseller,
  });
  const seen = await show(keys.bistro, accounts.bistro);
  t.match(seen, { value: { kind: 'uri' }, from: 'inherited', from_account_id: null });
  t.notOk('uri' in seen.value, 'an address of the account above is not told');
});
