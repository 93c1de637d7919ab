import t from 'tap';
import { openTestWorld, send, type TestWorld } from './test-world.ts';

/** One of each resource, owned by that account. */
async function furnish(world: TestWorld, accountId: number, tag: string) {
  const { trunk } = await world.admin.trunks.create('test', { accountId, name: `Trunk ${tag}` });
  const number = `+3120${String(accountId).padStart(7, '0')}`;
  const destination = { kind: 'trunk' as const, trunkId: trunk.id };
  const did = await world.admin.dids.create('test', { accountId, number, destination });
  const domain = await world.admin.domains.create('test', {
    accountId,
    domain: `${tag}.example`,
    algorithms: undefined,
  });
  const fields = {
    accountId,
    name: tag,
    mode: 'live' as const,
    scopes: ['admin'],
    allowedAddresses: [],
    expiresAtMs: null,
  };
  const { key } = await world.admin.keys.create('test', fields);
  const members = [{ trunkId: trunk.id, priority: 1, weight: 1 }];
  const group = await world.admin.groups.create('test', { accountId, name: `Group ${tag}`, members });
  const made = await world.admin.trunks.create('test', { accountId, name: `Phone ${tag}`, kind: 'extension' });
  const call = callRecord(world.calls.length + 1, accountId, trunk.id);
  world.calls.push(call);
  return { accountId, trunk, did, domain, key, call, number, group, phone: made.trunk };
}

function callRecord(id: number, accountId: number, trunkId: number): TestWorld['calls'][number] {
  const leg = { callId: `c${id}`, remote: '192.0.2.1:5060', contact: 'sip:x@192.0.2.1' };
  return {
    id,
    uuid: `call-${id}`,
    direction: 'in',
    accountId,
    trunkId,
    didId: null,
    carrierId: null,
    from: '+4912345',
    to: '+3120',
    startedAtMs: 1,
    answeredAtMs: null,
    endedAtMs: 2,
    result: 'client_error',
    reason: 'trunk_offline',
    status: 480,
    sentence: '',
    aLeg: leg,
    bLeg: null,
    attempts: [],
    hungUpBy: 'server',
    trace: [],
  };
}

type Furnished = Awaited<ReturnType<typeof furnish>>;

/** Every request that names a row of somebody, with what it needs to be otherwise valid. */
function requestsAbout(
  owned: Furnished,
): readonly (readonly ['GET' | 'POST' | 'PATCH' | 'DELETE', string, unknown?])[] {
  const { trunk, did, domain, key, call, accountId, number, group, phone } = owned;
  return [
    ['GET', `/portal/sip-trunks/${trunk.id}`],
    ['GET', `/portal/sip-trunks/${trunk.uuid}`],
    ['GET', `/portal/sip-trunks/${trunk.uuid.slice(0, 12)}`],
    ['GET', `/portal/sip-trunks/${trunk.id}/pbx-config`],
    ['GET', `/portal/sip-trunks/${trunk.uuid}/routing-policy`],
    ['PATCH', `/portal/sip-trunks/${trunk.id}/routing-policy`, { refer: 'local' }],
    ['GET', `/portal/did-routing/${did.id}/routing-policy`],
    ['PATCH', `/portal/did-routing/${did.uuid}/routing-policy`, { location: 'https://stolen.example/' }],
    ['GET', `/accounts/${accountId}/routing-policy`],
    ['PATCH', `/accounts/${accountId}/routing-policy`, { redirect: 'follow' }],
    ['POST', `/api-keys/${key.id}/rotate`, {}],
    ['GET', `/extensions/${phone.uuid}`],
    ['PATCH', `/extensions/${phone.id}`, { name: 'Stolen' }],
    ['POST', `/extensions/${phone.id}/regenerate-credentials`, {}],
    ['DELETE', `/extensions/${phone.id}`],
    ['GET', `/extensions?account_id=${accountId}`],
    ['GET', `/trunk-groups/${group.uuid}`],
    ['PATCH', `/trunk-groups/${group.id}`, { name: 'Stolen' }],
    ['DELETE', `/trunk-groups/${group.id}`],
    ['GET', `/trunk-groups?account_id=${accountId}`],
    ['POST', '/trunk-groups', { name: 'Planted', account_id: accountId }],
    ['GET', `/sip-domains/${domain.uuid}`],
    ['PATCH', `/sip-domains/${domain.id}`, { digest_algorithms: null }],
    ['PATCH', `/portal/sip-trunks/${trunk.id}`, { name: 'Stolen' }],
    ['POST', `/portal/sip-trunks/${trunk.uuid}/regenerate-credentials`, {}],
    ['POST', '/portal/sip-trunks', { name: 'Planted', account_id: accountId }],
    ['GET', `/portal/sip-trunks?account_id=${accountId}`],
    ['GET', `/portal/did-routing/${did.id}`],
    ['GET', `/portal/did-routing?sip_trunk_id=${trunk.id}`],
    ['GET', `/portal/did-routing?account_id=${accountId}`],
    ['POST', '/portal/did-routing', { did_number_id: did.id, sip_trunk_id: trunk.id }],
    ['POST', '/portal/did-routing', { number, sip_trunk_uuid: trunk.uuid }],
    ['DELETE', `/portal/did-routing/${did.id}`],
    ['GET', `/numbers/${did.id}`],
    ['GET', `/numbers?account_id=${accountId}`],
    ['DELETE', `/numbers/${did.uuid}`],
    ['GET', `/wallet/balance?account_id=${accountId}`],
    ['GET', `/wallet/transactions?account_id=${accountId}`],
    ['GET', `/accounts/${accountId}/billing-terms`],
    ['PATCH', `/accounts/${accountId}/billing-terms`, { mode: 'postpaid' }],
    ['GET', `/accounts/${accountId}/billing-profile`],
    ['PATCH', `/accounts/${accountId}/billing-profile`, { footer: 'stolen' }],
    ['POST', `/accounts/${accountId}/offboard`],
    ['GET', `/invoices?account_id=${accountId}`],
    ['POST', '/invoices', { month: '2026-10', account_id: accountId }],
    ['POST', '/invoices', { month: '2026-10', sip_trunk_id: trunk.uuid }],
    ['POST', '/rate-decks', { name: 'Planted', account_id: accountId }],
    ['GET', `/exports/transactions?account_id=${accountId}`],
    ['GET', `/exports/call-charges?account_id=${accountId}`],
    ['GET', `/calls/${call.id}`],
    ['GET', `/calls/${call.uuid}`],
    ['GET', `/calls?trunk=${trunk.id}`],
    ['GET', `/calls?account_id=${accountId}`],
    ['GET', `/registrations?account_id=${accountId}`],
    ['GET', `/registrations/failures?trunk=${trunk.uuid}`],
    ['GET', `/portal/sip-trunks/${trunk.id}/availability`],
    ['GET', `/portal/sip-trunks/${trunk.uuid}/availability?by=month`],
    ['GET', `/portal/sip-trunks/${phone.uuid}/availability`],
    ['GET', `/routing/explain?from=123&to=${number.slice(1)}`],
    ['GET', `/route?from=123&to=123&trunk=${trunk.uuid}`],
    ['GET', `/auth?username=${trunk.username}&realm=${trunk.realm}`],
    ['GET', `/api-keys/${key.id}`],
    ['DELETE', `/api-keys/${key.uuid}`],
    ['POST', '/api-keys', { name: 'x', scopes: ['admin'], account_id: accountId }],
    ['GET', `/accounts/${accountId}`],
    ['GET', `/accounts?parent_id=${accountId}`],
    ['PATCH', `/accounts/${accountId}`, { notes: 'stolen' }],
    ['POST', '/accounts', { name: 'Child', parent_id: accountId }],
    ['POST', '/sip-domains', { domain: 'planted.example', account_id: accountId }],
    ['DELETE', `/sip-domains/${domain.id}`],
  ];
}

const LISTS = [
  '/portal/sip-trunks',
  '/portal/did-routing',
  '/numbers',
  '/calls',
  '/registrations',
  '/api-keys',
  '/accounts',
  '/sip-domains',
  '/audit',
  '/invoices',
  '/rate-decks',
  '/rating/unrated',
];

t.test('a foreign, a sibling and a parent account do not exist for a key', async (t) => {
  const world = await openTestWorld(t);
  const owned = {
    msp: await furnish(world, world.accounts.msp, 'msp'),
    reseller: await furnish(world, world.accounts.reseller, 'reseller'),
    bistro: await furnish(world, world.accounts.bistro, 'bistro'),
    clinic: await furnish(world, world.accounts.clinic, 'clinic'),
  };
  const pairs = [
    ['bistro', 'msp', 'foreign'],
    ['msp', 'bistro', 'foreign'],
    ['bistro', 'clinic', 'sibling'],
    ['bistro', 'reseller', 'parent'],
    ['reseller', 'msp', 'foreign'],
  ] as const;
  for (const [who, whose, relation] of pairs) {
    for (const [method, path, body] of requestsAbout(owned[whose])) {
      const answer = await send(world.app, method, path, { key: world.keys[who], body });
      t.equal(answer.status, 404, `${relation}: ${who} ${method} ${path.replace(/\d+$/, '…')}`);
      t.equal(answer.body.error.code, 'not_found');
      t.notOk(JSON.stringify(answer.body).includes(owned[whose].trunk.uuid.slice(0, 10) + owned[whose].number));
    }
    const header = { 'x-didfarm-account': String(owned[whose].accountId) };
    const acting = await send(world.app, 'GET', '/portal/sip-trunks', { key: world.keys[who], headers: header });
    t.equal(acting.status, 404, `${relation}: cannot act in it`);
    for (const path of LISTS) {
      const { status, body } = await send(world.app, 'GET', path, { key: world.keys[who] });
      t.equal(status, 200, path);
      const text = JSON.stringify(body);
      for (const secret of [owned[whose].trunk.uuid, owned[whose].number, owned[whose].key.uuid, `"${whose}`]) {
        t.notOk(text.includes(secret), `${relation}: ${path} does not show ${secret}`);
      }
    }
  }
});

t.test('a reseller sees its children and acts in them', async (t) => {
  const world = await openTestWorld(t);
  const bistro = await furnish(world, world.accounts.bistro, 'bistro');
  const key = world.keys.reseller;
  t.equal((await send(world.app, 'GET', `/portal/sip-trunks/${bistro.trunk.id}`, { key })).status, 200);
  const headers = { 'x-didfarm-account': String(world.accounts.clinic) };
  const made = await send(world.app, 'POST', '/portal/sip-trunks', { key, body: { name: 'For clinic' }, headers });
  t.equal(made.body.data.account_id, world.accounts.clinic);
  const inClinic = await send(world.app, 'GET', '/portal/sip-trunks', { key, headers });
  t.same(
    inClinic.body.data.map((trunk: { name: string }) => trunk.name),
    ['For clinic'],
    'only that child is seen',
  );
  const sideways = await send(world.app, 'GET', `/portal/sip-trunks/${bistro.trunk.id}`, { key, headers });
  t.equal(sideways.status, 404);
  t.equal((await send(world.app, 'GET', '/portal/sip-trunks', { key: world.keys.clinic })).body.meta.total, 1);
});

t.test('an account does not raise its own ceilings, and its parent does', async (t) => {
  const world = await openTestWorld(t);
  const path = `/accounts/${world.accounts.bistro}`;
  for (const body of [{ max_in: 100 }, { status: 'active' }, { is_reseller: true }, { name: 'Other' }]) {
    t.equal((await send(world.app, 'PATCH', path, { key: world.keys.bistro, body })).status, 403, JSON.stringify(body));
  }
  t.equal(
    (await send(world.app, 'PATCH', path, { key: world.keys.bistro, body: { timezone: 'Europe/Amsterdam' } })).status,
    200,
  );
  const raised = await send(world.app, 'PATCH', path, { key: world.keys.reseller, body: { max_in: 5 } });
  t.equal(raised.body.data.max_in, 5);
  t.equal((await send(world.app, 'PATCH', path, { key: world.keys.reseller, body: { bulk: true } })).status, 403);
});

t.test('a child learns what it inherits, not from whom', async (t) => {
  const world = await openTestWorld(t);
  const patch = { brand_name: 'VoiceReseller', timezone: 'Europe/Berlin' };
  await send(world.app, 'PATCH', `/accounts/${world.accounts.reseller}`, { key: world.keys.reseller, body: patch });
  const { data } = (await send(world.app, 'GET', `/accounts/${world.accounts.bistro}`, { key: world.keys.bistro }))
    .body;
  t.equal(data.brand_name, null);
  t.same(data.effective.brand_name, { value: 'VoiceReseller', from: 'inherited', from_account_id: null });
  t.equal(data.parent_id, null, 'the account above does not exist for it');
  const seen = (await send(world.app, 'GET', `/accounts/${world.accounts.bistro}`, { key: world.keys.reseller })).body
    .data;
  t.equal(seen.effective.brand_name.from_account_id, world.accounts.reseller);
  t.equal(seen.parent_id, world.accounts.reseller);
});

t.test('a suspended account reads and does not write; so do those below it', async (t) => {
  const world = await openTestWorld(t);
  const suspend = { key: world.keys.operator, body: { status: 'suspended' } };
  t.equal((await send(world.app, 'PATCH', `/accounts/${world.accounts.reseller}`, suspend)).status, 200);
  for (const key of [world.keys.reseller, world.keys.bistro]) {
    t.equal((await send(world.app, 'GET', '/portal/sip-trunks', { key })).status, 200);
    const write = await send(world.app, 'POST', '/portal/sip-trunks', { key, body: { name: 'No' } });
    t.match(write, { status: 403, body: { error: { code: 'account_suspended' } } });
  }
});
