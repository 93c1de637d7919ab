import t from 'tap';
import type { RegisterFailure } from '../bus/index.ts';
import { beginRun, keepRun, saveRegisterFailures, saveSipEvents } from '../tenancy/index.ts';
import type { RegisteredContact } from './ports.ts';
import { openTestWorld, send, type TestWorld } from './test-world.ts';

const SINCE_MS = Date.UTC(2026, 0, 2);

async function open(t: Parameters<typeof openTestWorld>[0]) {
  const world = await openTestWorld(t);
  const key = world.keys.msp;
  const { data } = (await send(world.app, 'POST', '/portal/sip-trunks', { key, body: { name: 'Acme' } })).body;
  const trunk = data as { readonly id: number; readonly uuid: string; readonly username: string };
  const read = async (path: string, as: keyof TestWorld['keys'] = 'msp') =>
    send(world.app, 'GET', path, { key: world.keys[as] });
  const registration = async () => (await read(`/portal/sip-trunks/${trunk.id}`)).body.data.registration;
  const fail = (atMs: number, more: Partial<RegisterFailure> = {}) =>
    saveRegisterFailures(world.store, [{ ...failure(trunk, world.accounts.msp), atMs, ...more }]);
  return { world, trunk, read, registration, fail };
}

function failure(trunk: { readonly id: number; readonly username: string }, accountId: number): RegisterFailure {
  return {
    atMs: 0,
    trunkId: trunk.id,
    accountId,
    realm: 'sip.didfarm.com',
    username: trunk.username,
    sourceAddress: '2001:db8::7',
    sourcePort: 5060,
    transport: 'udp',
    userAgent: '3CXPhoneSystem 20',
    callId: 'x',
    result: 'client_error',
    reason: 'aor_mismatch',
    sentence: 'You sent To 100@sip.didfarm.com, expected acme@sip.didfarm.com.',
    remedy: 'Make the user in From, To and the authentication user name the same.',
    trace: [],
  };
}

function contact(trunkId: number, accountId: number): RegisteredContact {
  return {
    trunkId,
    accountId,
    aor: 'sip:acme@sip.didfarm.com',
    contact: 'sip:acme@10.0.0.1:5060',
    contactParams: '',
    instance: null,
    regId: null,
    q: 1,
    callId: 'c',
    cseq: 1,
    path: [],
    transport: 'tls',
    sourceAddress: '192.0.2.7',
    sourcePort: 40_001,
    localAddress: '192.0.2.1',
    localPort: 5061,
    flowId: '',
    userAgent: 'FPBX-17',
    registeredAtMs: SINCE_MS,
    refreshedAtMs: SINCE_MS,
    expiresAtMs: SINCE_MS + 60_000,
    rttMs: 23.4,
  };
}

t.test('who asks why a number does not ring is told what its PBX sent last, or that it sent nothing', async (t) => {
  const { world, trunk, read, fail } = await open(t);
  const destination = { kind: 'trunk', trunkId: trunk.id } as const;
  await world.admin.dids.create('test', { accountId: world.accounts.msp, number: '+31201234567', destination });
  const ask = (as: keyof TestWorld['keys']) => read('/routing/explain?from=1&to=%2B31201234567', as);
  const never = /^No REGISTER of this trunk has come yet\. Enter the SIP server/;
  t.match((await ask('msp')).body, { reason: 'trunk_offline', remedy: never, data: { remedy: never } });
  await fail(SINCE_MS);
  const { sentence, remedy } = failure(trunk, world.accounts.msp);
  t.equal((await ask('msp')).body.data.remedy, `${sentence} ${remedy}`);
  t.equal((await ask('operator')).body.remedy, `${sentence} ${remedy}`);
  t.equal((await ask('clinic')).status, 404, 'nobody else is told');
});

t.test('a failed REGISTER whose reason only another release knows is shown as it is', async (t) => {
  const { trunk, read, fail } = await open(t);
  await fail(SINCE_MS, { reason: 'of_another_release' as RegisterFailure['reason'] });
  for (const path of [`/portal/sip-trunks/${trunk.id}`, '/registrations']) {
    const { status, body } = await read(path);
    t.equal(status, 200, path);
    t.match([body.data].flat()[0].registration.last_failure, { reason: 'of_another_release', sentence: /^You sent/ });
  }
});

t.test('a registered trunk shows since when, from where, over what, by which PBX and how far away', async (t) => {
  const { world, trunk, registration, read } = await open(t);
  world.sip.registrations.set(trunk.id, {
    trunkId: trunk.id,
    state: 'registered',
    sinceMs: SINCE_MS,
    reason: null,
    contacts: [contact(trunk.id, world.accounts.msp)],
  });
  const shown = await registration();
  t.match(shown, {
    state: 'registered',
    since: '2026-01-02T00:00:00.000Z',
    sentence: null,
    remedy: null,
    user_agent: 'FPBX-17',
    transport: 'tls',
    rtt_ms: 23.4,
    expires_at: '2026-01-02T00:01:00.000Z',
    last_failure: null,
    contacts: [{ contact: 'sip:acme@10.0.0.1:5060', source: '192.0.2.7:40001', rtt_ms: 23.4 }],
  });
  t.same((await read('/registrations')).body.data[0].registration, shown, 'in the list as well');
});

t.test(
  'why no PBX is registered: never came, the last end, or the newest failure since, with what to do',
  async (t) => {
    const { world, trunk, registration, read, fail } = await open(t);
    t.match(await registration(), {
      state: 'never',
      since: null,
      reason: null,
      sentence: /^No REGISTER/,
      contacts: [],
    });
    await fail(SINCE_MS - 1000);
    t.match(await registration(), { state: 'never', sentence: /^You sent To 100@.*, expected acme@/ });
    const status = { trunkId: trunk.id, state: 'offline', sinceMs: SINCE_MS, contacts: [] } as const;
    world.sip.registrations.set(trunk.id, { ...status, reason: 'flow_closed' });
    t.match(await registration(), {
      state: 'offline',
      since: '2026-01-02T00:00:00.000Z',
      reason: 'flow_closed',
      sentence: 'The connection of the PBX was closed.',
      remedy: /firewall|network/,
      last_failure: { at: '2026-01-01T23:59:59.000Z', reason: 'aor_mismatch', source: '[2001:db8::7]:5060' },
    });
    await fail(SINCE_MS + 5000, {
      reason: 'wrong_password',
      sentence: 'You sent another password.',
      remedy: 'Type it.',
    });
    t.match(await registration(), {
      reason: 'flow_closed',
      sentence: 'You sent another password.',
      remedy: 'Type it.',
      last_failure: { reason: 'wrong_password' },
    });
    const list = await read('/registrations?state=offline');
    t.match(list.body, { meta: { total: 1 }, data: [{ registration: { sentence: 'You sent another password.' } }] });
    t.equal((await read('/registrations?state=registered')).body.meta.total, 0);
  },
);

t.test('failed REGISTERs are read by the owner and the operator, and by nobody else', async (t) => {
  const { trunk, read, fail } = await open(t);
  await fail(SINCE_MS);
  await fail(SINCE_MS, { trunkId: null, accountId: null, reason: 'unknown_user' });
  const reasons = async (as: keyof TestWorld['keys']) =>
    (await read('/registrations/failures', as)).body.data.map((row: { reason: string }) => row.reason);
  t.same(await reasons('msp'), ['aor_mismatch']);
  t.same(await reasons('operator'), ['unknown_user', 'aor_mismatch']);
  t.same(await reasons('reseller'), []);
  t.same(await reasons('bistro'), []);
  t.equal((await read(`/registrations/failures?trunk=${trunk.uuid}`, 'reseller')).status, 404);
  t.match((await read(`/registrations/failures?trunk=${trunk.uuid}`)).body.data, [
    { trunk_id: trunk.id, sentence: /expected/, source: '[2001:db8::7]:5060' },
  ]);
});

t.test("availability by day and month of the account's time zone, to nobody else", async (t) => {
  const { world, trunk, read } = await open(t);
  const { store, clock, accounts } = world;
  const path = `/accounts/${accounts.msp}`;
  await send(world.app, 'PATCH', path, { key: world.keys.operator, body: { timezone: 'Asia/Tokyo' } });
  const run = await beginRun(store);
  const turn = (state: 'registered' | 'offline', cause: 'expired' | null) => {
    const transition = { trunkId: trunk.id, accountId: accounts.msp, state, atMs: clock.nowMs(), cause };
    return saveSipEvents(store, [{ kind: 'trunk_transition', transition }]);
  };
  // 18:00 in Tokyo.
  await turn('registered', null);
  clock.advance(5 * 3_600_000);
  await turn('offline', 'expired');
  clock.advance(2 * 3_600_000);
  await keepRun(store, run);
  const { data } = (await read(`/portal/sip-trunks/${trunk.id}/availability`)).body;
  t.equal(data.periods.length, 30);
  t.match(data, {
    trunk_uuid: trunk.uuid,
    timezone: 'Asia/Tokyo',
    by: 'day',
    total: { availability_percent: 71.428, registered_seconds: 18_000, offline_seconds: 7200, outages: 1 },
  });
  t.same(data.periods.slice(-2), [
    {
      period: '2026-11-21',
      from: '2026-11-20T15:00:00.000Z',
      until: '2026-11-21T15:00:00.000Z',
      availability_percent: 83.333,
      registered_seconds: 18_000,
      offline_seconds: 3600,
      outages: 1,
      offline_seconds_by_cause: { expired: 3600 },
    },
    {
      period: '2026-11-22',
      from: '2026-11-21T15:00:00.000Z',
      until: '2026-11-22T15:00:00.000Z',
      availability_percent: 0,
      registered_seconds: 0,
      offline_seconds: 3600,
      outages: 0,
      offline_seconds_by_cause: { expired: 3600 },
    },
  ]);
  const months = (await read(`/portal/sip-trunks/${trunk.uuid}/availability?by=month&from=2026-10-31`)).body.data;
  t.match(months.periods, [
    { period: '2026-10', availability_percent: null },
    { period: '2026-11', availability_percent: 71.428 },
  ]);
  for (const as of ['reseller', 'bistro'] as const)
    t.equal((await read(`/portal/sip-trunks/${trunk.id}/availability`, as)).status, 404);
  t.equal((await read(`/portal/sip-trunks/${trunk.id}/availability`, 'operator')).status, 200);
  for (const query of ['from=2026-02-30', 'from=2026-11-20&to=2026-11-19', 'from=2020-01-01', 'by=week', 'to=x'])
    t.match((await read(`/portal/sip-trunks/${trunk.id}/availability?${query}`)).status, 422, query);
});

t.test('a ban that keeps the PBX of a trunk out is seen and lifted by its owner, others are not', async (t) => {
  const { world, trunk, read, fail } = await open(t);
  const lift = (address: string, as: keyof TestWorld['keys'] = 'msp') =>
    send(world.app, 'DELETE', `/portal/sip-trunks/${trunk.id}/bans/${encodeURIComponent(address)}`, {
      key: world.keys[as],
    });
  for (const address of ['2001:db8:0:0::/64', '192.0.2.66'])
    world.sip.bans.set(address, { address, untilMs: 60_000, reason: '10 identities' });
  t.equal((await read(`/portal/sip-trunks/${trunk.id}/bans`)).body.meta.total, 0);
  // A datagram of a made-up address, as anybody can send it with this trunk in To.
  await fail(SINCE_MS, { reason: 'banned' });
  await fail(SINCE_MS, { reason: 'unknown_realm', sourceAddress: '192.0.2.66' });
  t.equal((await read(`/portal/sip-trunks/${trunk.id}/bans`)).body.meta.total, 0);
  // From 2001:db8::7, with an answer to a nonce that was sent there.
  await fail(SINCE_MS, { reason: 'wrong_password' });
  t.match((await read(`/portal/sip-trunks/${trunk.id}/bans`)).body, {
    data: [{ address: '2001:db8:0:0::/64', until: '1970-01-01T00:01:00.000Z' }],
    meta: { total: 1 },
  });
  t.equal((await read(`/portal/sip-trunks/${trunk.id}/bans`, 'bistro')).status, 404);
  t.equal((await lift('2001:db8::7', 'bistro')).status, 404);
  t.equal((await lift('192.0.2.66')).status, 404, 'somebody else, who never tried this trunk');
  t.match((await lift('2001:db8::7')).body.data, { address: '2001:db8:0:0::/64', lifted: true });
  t.equal((await lift('2001:db8::7')).status, 404);
  t.ok(world.sip.bans.has('192.0.2.66'));
  await fail(SINCE_MS, { reason: 'banned', sourceAddress: '192.0.2.66', transport: 'tls' });
  t.equal((await read(`/portal/sip-trunks/${trunk.id}/bans`)).body.meta.total, 1, 'nor can a connection be made up');
  const entries = (await read('/audit')).body.data.filter((entry: { resource: string }) => entry.resource === 'ban');
  t.match(entries, [
    {
      account_id: world.accounts.msp,
      actor: /^key:/,
      action: 'lift',
      resource_id: '2001:db8:0:0::/64',
      before: { reason: '10 identities' },
      after: null,
    },
  ]);
});
