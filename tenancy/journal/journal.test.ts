import t from 'tap';
import type { BindingRecord, CallRecord, RegisterFailure, SipEvent } from '../../bus/index.ts';
import {
  createAccount,
  createTrunk,
  deleteTrunk,
  getTrunk,
  regenerateCredentials,
  takeOutbox,
} from '../store/index.ts';
import { handClock, openTestStore } from '../store/test-store.ts';
import {
  applyRetention,
  findCall,
  listCalls,
  listRegisterFailures,
  loadBindings,
  loadOpenCalls,
  loadTrunkStates,
  saveBindings,
  saveCalls,
  saveRegisterFailures,
  saveSipEvents,
  settleOpenCalls,
} from './index.ts';

const DAY_MS = 86_400_000;

async function open(t: Parameters<typeof openTestStore>[0]) {
  const clock = handClock();
  const store = await openTestStore(t, clock);
  const { account, trunk } = await store.write(async (tx) => {
    const account = await createAccount(tx, { name: 'Acme' });
    return { account, ...(await createTrunk(tx, { accountId: account.id, name: 'Main' })) };
  });
  const binding = (contact: string, more: Partial<BindingRecord> = {}): BindingRecord => ({
    trunkId: trunk.id,
    accountId: account.id,
    aor: `sip:${trunk.username}@sip.didfarm.com`,
    contact,
    contactParams: ';q=0.5',
    instance: null,
    regId: null,
    q: 0.5,
    callId: 'c1',
    cseq: 1,
    path: ['<sip:edge;lr>'],
    transport: 'udp',
    sourceAddress: '127.0.0.1',
    sourcePort: 5080,
    localAddress: '127.0.0.1',
    localPort: 5060,
    flowId: 'f1',
    userAgent: 'PBX/1',
    registeredAtMs: clock.nowMs(),
    refreshedAtMs: clock.nowMs(),
    expiresAtMs: clock.nowMs() + 60_000,
    ...more,
  });
  const call = (uuid: string, more: Partial<CallRecord> = {}): CallRecord => ({
    uuid,
    direction: 'in',
    accountId: account.id,
    trunkId: trunk.id,
    didId: null,
    carrierId: null,
    from: '+31612345678',
    to: '+31201234567',
    startedAtMs: clock.nowMs(),
    answeredAtMs: null,
    endedAtMs: null,
    result: null,
    reason: null,
    status: 100,
    sentence: '',
    aLeg: { callId: uuid, remote: '127.0.0.2:5060', contact: '' },
    bLeg: null,
    attempts: [],
    hungUpBy: null,
    trace: [],
    ...more,
  });
  const failure = (more: Partial<RegisterFailure> = {}): RegisterFailure => ({
    atMs: clock.nowMs(),
    trunkId: trunk.id,
    accountId: account.id,
    realm: 'sip.didfarm.com',
    username: trunk.username,
    sourceAddress: '192.0.2.1',
    sourcePort: 5060,
    transport: 'udp',
    userAgent: '',
    callId: 'x',
    result: 'client_error',
    reason: 'wrong_password',
    sentence: '',
    remedy: '',
    trace: [{ step: 'authenticate', saw: 'x', decided: '401' }],
    ...more,
  });
  return { store, clock, account, trunk, binding, call, failure };
}

t.test('bindings come back exactly as they were, the last change of each winning', async (t) => {
  const { store, binding } = await open(t);
  const kept = binding('sip:1002@10.0.0.5:5080;line=abc', { instance: '<urn:uuid:1>', regId: 1 });
  await saveBindings(store, [
    { op: 'put', binding: binding(kept.contact, { cseq: 0 }) },
    { op: 'put', binding: binding('sip:gone@10.0.0.6') },
    { op: 'put', binding: kept },
    { op: 'remove', trunkId: kept.trunkId, contact: 'sip:gone@10.0.0.6', cause: 'unregistered' },
  ]);
  t.strictSame(await loadBindings(store), [kept]);
});

t.test('a refresh moves the expiry of what was put before it, and of nothing that came or went after it', async (t) => {
  const { store, binding } = await open(t);
  const [kept, shortened, gone] = ['sip:a@b', 'sip:c@d', 'sip:e@f'].map((contact) => binding(contact));
  if (kept === undefined || shortened === undefined || gone === undefined) throw new Error('three bindings were made');
  const { trunkId } = kept;
  const later = kept.expiresAtMs + 30_000;
  const contacts = [kept, shortened, gone].map(({ contact }) => contact);
  const refreshes = { trunkIds: [trunkId, trunkId, trunkId], contacts, expiresAtMs: [later, later, later] };
  await saveSipEvents(store, [
    ...[kept, shortened, gone].map((record) => ({
      kind: 'binding' as const,
      change: { op: 'put' as const, binding: record },
    })),
    { kind: 'refreshes', refreshes },
    { kind: 'binding', change: { op: 'put', binding: shortened } },
    { kind: 'binding', change: { op: 'remove', trunkId, contact: gone.contact, cause: 'unregistered' } },
    { kind: 'refreshes', refreshes: { trunkIds: [trunkId], contacts: [gone.contact], expiresAtMs: [later] } },
  ]);
  const extended = { ...kept, refreshedAtMs: kept.refreshedAtMs + 30_000, expiresAtMs: later };
  t.strictSame(await loadBindings(store), [extended, shortened]);
});

t.test('expired bindings, and those of a deleted or re-keyed trunk, do not come back', async (t) => {
  const { store, binding, clock, trunk } = await open(t);
  await saveBindings(store, [{ op: 'put', binding: binding('sip:a@b') }]);
  clock.advance(60_000);
  t.strictSame(await loadBindings(store), []);
  const again = binding('sip:a@b');
  await saveBindings(store, [{ op: 'put', binding: again }]);
  await store.write((tx) => regenerateCredentials(tx, trunk.id, { overlapSec: 60 }, null));
  t.equal((await loadBindings(store)).length, 1, 'an overlap keeps the PBX registered');
  await store.write((tx) => regenerateCredentials(tx, trunk.id, {}, null));
  t.strictSame(await loadBindings(store), []);
  await store.write((tx) => deleteTrunk(tx, trunk.id, null));
  await saveBindings(store, [{ op: 'put', binding: again }]);
  t.strictSame(await loadBindings(store), [], 'a late report of a deleted trunk is ignored');
});

t.test('the first registration activates the trunk, and state and event are written together', async (t) => {
  const { store, binding, trunk, account, clock } = await open(t);
  t.equal(trunk.status, 'provisioning');
  const record = binding('sip:a@b');
  const change = { trunkId: trunk.id, accountId: account.id, atMs: clock.nowMs(), binding: record };
  const batch: SipEvent[] = [
    { kind: 'binding', change: { op: 'put', binding: record } },
    { kind: 'trunk_state', state: { ...change, state: 'registered', cause: null } },
    { kind: 'trunk_state', state: { ...change, state: 'offline', cause: 'expired' } },
    { kind: 'trunk_state', state: { ...change, trunkId: 4711, state: 'offline', cause: 'expired' } },
    { kind: 'ban', ban: { op: 'add', address: '192.0.2.1', untilMs: 0, reason: 'x' } },
  ];
  await saveSipEvents(store, batch);
  t.equal((await getTrunk(store, trunk.id, null)).status, 'active');
  t.match(await loadTrunkStates(store), [{ trunkId: trunk.id, state: 'offline', cause: 'expired' }]);
  const events = await takeOutbox(store, 10);
  t.match(events, [
    {
      event: 'trunk.registered',
      accountId: account.id,
      data: { trunk_uuid: trunk.uuid, contact: 'sip:a@b', reason: null },
    },
    {
      event: 'trunk.offline',
      data: { trunk_id: trunk.id, username: trunk.username, source: '127.0.0.1:5080', reason: 'expired' },
    },
  ]);
  t.equal(events.length, 2);
});

t.test('a batch that cannot be written leaves nothing of itself', async (t) => {
  const { store, binding, call } = await open(t);
  const broken = { ...call('c'), direction: null } as unknown as CallRecord;
  await t.rejects(
    saveSipEvents(store, [
      { kind: 'binding', change: { op: 'put', binding: binding('sip:a@b') } },
      { kind: 'call', record: broken },
    ]),
    { code: 'validation_failed' },
  );
  t.strictSame(await loadBindings(store), []);
});

t.test('the last record of a call wins, and other tenants do not see it', async (t) => {
  const { store, call, account, clock } = await open(t);
  await saveCalls(store, [call('one'), call('two', { accountId: null, trunkId: null })]);
  const ended = call('one', {
    endedAtMs: clock.nowMs() + 5,
    answeredAtMs: clock.nowMs() + 1,
    result: 'ok',
    reason: 'answered',
    status: 200,
  });
  await saveCalls(store, [ended]);
  const page = { limit: 10, offset: 0 };
  t.strictSame(await listCalls(store, { ...page, accountIds: [account.id] }), {
    total: 1,
    calls: [{ ...ended, id: 1 }],
  });
  t.equal((await listCalls(store, { ...page, accountIds: [account.id + 1] })).total, 0);
  t.strictSame(
    (await listCalls(store, { ...page, accountIds: null })).calls.map((c) => c.uuid),
    ['two', 'one'],
    'newest first',
  );
  t.strictSame(
    (await listCalls(store, { ...page, accountIds: null, live: true })).calls.map((c) => c.uuid),
    ['two'],
  );
  t.equal(
    (await listCalls(store, { ...page, accountIds: null, result: 'ok', reason: 'answered', direction: 'in' })).total,
    1,
  );
  t.match(await findCall(store, 'one'), { status: 200 });
  t.equal(await findCall(store, 'three'), undefined);
});

t.test('after a crash open calls are closed once, never before they were answered', async (t) => {
  const { store, call, clock } = await open(t);
  await saveCalls(store, [
    call('up', { answeredAtMs: clock.nowMs() + 500 }),
    call('done', { endedAtMs: 1, result: 'ok', reason: 'busy' }),
  ]);
  const left = await loadOpenCalls(store);
  t.match(left, [{ uuid: 'up' }]);
  await saveSipEvents(store, [{ kind: 'calls_alive', atMs: clock.nowMs() + 700 }]);
  await saveCalls(store, [call('new')]);
  await settleOpenCalls(store, left, clock.nowMs());
  t.match(await findCall(store, 'up'), {
    endedAtMs: clock.nowMs() + 500,
    aliveAtMs: clock.nowMs() + 700,
    result: 'server_error',
    reason: 'server_restart',
  });
  t.match(await findCall(store, 'done'), { reason: 'busy' });
  t.match(await loadOpenCalls(store), [{ uuid: 'new' }], 'a call that came since is left alone');
});

t.test('a call for help is told once, to the account that called', async (t) => {
  const { store, call, account } = await open(t);
  const help = call('help', { isEmergency: true, accountId: account.id, from: '+31201234567', to: '112' });
  await saveCalls(store, [help, { ...help, answeredAtMs: help.startedAtMs + 1 }]);
  await saveCalls(store, [{ ...help, endedAtMs: help.startedAtMs + 2 }, call('other')]);
  const told = (await takeOutbox(store, 10)).filter(({ event }) => event === 'call.emergency');
  t.match(told, [{ accountId: account.id, data: { call_uuid: 'help', from: '+31201234567', to: '112' } }]);
  t.equal(told.length, 1);
});

t.test('failed REGISTERs are kept with their trace, scoped by account, newest first', async (t) => {
  const { store, failure, account, trunk } = await open(t);
  await saveRegisterFailures(store, [
    failure(),
    failure({ reason: 'nonce_stale' }),
    failure({ accountId: null, trunkId: null, reason: 'unknown_user' }),
  ]);
  const page = { limit: 10, offset: 0 };
  const mine = await listRegisterFailures(store, { ...page, accountIds: [account.id], trunkId: trunk.id });
  t.strictSame(
    mine.failures.map((f) => f.reason),
    ['nonce_stale', 'wrong_password'],
  );
  t.strictSame(mine.failures[1], failure());
  t.equal((await listRegisterFailures(store, { ...page, accountIds: null })).total, 3);
  t.equal((await listRegisterFailures(store, { ...page, accountIds: [] })).total, 0);
});

t.test('retention removes what is old, bounds what is many, and keeps calls that are up', async (t) => {
  const { store, call, failure, clock } = await open(t);
  await saveCalls(store, [call('old', { endedAtMs: 1 }), call('up')]);
  await saveRegisterFailures(store, [failure()]);
  clock.advance(40 * DAY_MS);
  await saveCalls(store, [call('new', { endedAtMs: 1 })]);
  await saveRegisterFailures(
    store,
    Array.from({ length: 5000 }, () => failure()),
  );
  t.match(await applyRetention(store, { callDays: 30, failureDays: 30, failureRows: 100 }), {
    calls: 1,
    failures: 4901,
  });
  t.strictSame(
    (await listCalls(store, { accountIds: null, limit: 9, offset: 0 })).calls.map((c) => c.uuid),
    ['new', 'up'],
  );
  t.equal((await listRegisterFailures(store, { accountIds: null, limit: 1, offset: 0 })).total, 100);
});
