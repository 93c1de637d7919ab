import t from 'tap';
import type { CallRecord, SipEvent } from '../../bus/index.ts';
import { createWebhook, deleteTrunk, getTrunk, takeOutbox } from '../store/index.ts';
import {
  applyRetention,
  findCall,
  listCalls,
  listRegisterFailures,
  loadBindings,
  loadOpenCalls,
  loadTrunkStates,
  saveCalls,
  saveRegisterFailures,
  saveSipEvents,
  settleOpenCalls,
} from './index.ts';
import { openJournal } from './test-journal.ts';

const DAY_MS = 86_400_000;

t.test('the first registration activates the trunk, and state and event are written together', async (t) => {
  const { store, binding, trunk, account, clock } = await openJournal(t);
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

t.test('the PBX of a deleted trunk goes offline with an event, once the SIP side has let it go', async (t) => {
  const { store, binding, trunk, account, clock } = await openJournal(t);
  await store.write((tx) => deleteTrunk(tx, trunk.id, null));
  const change = { trunkId: trunk.id, accountId: account.id, atMs: clock.nowMs(), binding: binding('sip:a@b') };
  await saveSipEvents(store, [
    { kind: 'trunk_state', state: { ...change, state: 'registered', cause: null } },
    { kind: 'trunk_state', state: { ...change, state: 'offline', cause: 'trunk_deleted' } },
  ]);
  t.match(await takeOutbox(store, 10), [
    { event: 'trunk.offline', accountId: account.id, data: { trunk_uuid: trunk.uuid, reason: 'trunk_deleted' } },
  ]);
  t.strictSame(await loadTrunkStates(store), []);
});

t.test('a batch that cannot be written leaves nothing of itself', async (t) => {
  const { store, binding, call } = await openJournal(t);
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
  const { store, call, account, clock } = await openJournal(t);
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
  const { store, call, clock } = await openJournal(t);
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
  const { store, call, account } = await openJournal(t);
  const help = call('help', { isEmergency: true, accountId: account.id, from: '+31201234567', to: '112' });
  await saveCalls(store, [help, { ...help, answeredAtMs: help.startedAtMs + 1 }]);
  await saveCalls(store, [{ ...help, endedAtMs: help.startedAtMs + 2 }, call('other')]);
  const told = (await takeOutbox(store, 10)).filter(({ event }) => event === 'emergency.called');
  t.match(told, [{ accountId: account.id, data: { call_uuid: 'help', from: '+31201234567', to: '112' } }]);
  t.equal(told.length, 1);
});

t.test('failed REGISTERs are kept with their trace, scoped by account, newest first', async (t) => {
  const { store, failure, account, trunk } = await openJournal(t);
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
  const { store, call, failure, clock } = await openJournal(t);
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

t.test('retention goes past old calls that are up, however many', async (t) => {
  const { store, call, binding, clock } = await openJournal(t);
  const many = (name: string, ended: boolean) =>
    Array.from({ length: 2500 }, (_, n) => call(`${name}${n}`, ended ? { endedAtMs: 1 } : {}));
  await saveCalls(store, [...many('up', false), ...many('old', true)]);
  const bindings = Array.from({ length: 3 }, (_, n) => binding(`sip:${n}@b`));
  await saveSipEvents(
    store,
    bindings.map((record) => ({ kind: 'binding', change: { op: 'put', binding: record } })),
  );
  clock.advance(40 * DAY_MS);
  await saveCalls(store, many('new', true));
  t.match(await applyRetention(store, { callDays: 30 }), { calls: 2500, bindings: 3 });
  t.match(await applyRetention(store, { callDays: 30 }), { calls: 0, bindings: 0 });
});

t.test('of what is told and tried the old goes once it is over, wherever young and waiting ones stand', async (t) => {
  const { store, account, clock } = await openJournal(t);
  const { row: webhook } = await store.write((context) =>
    createWebhook(context, { accountId: account.id, url: 'https://a.example/', events: ['call.ended'] }),
  );
  const now = clock.nowMs();
  const [old, young, ahead] = [now - 50 * DAY_MS, now - DAY_MS, now + 500 * DAY_MS];
  await store.bulk((connection) => {
    connection.exec('DELETE FROM outbox; DELETE FROM register_failures');
    const tell = connection.prepare(
      "INSERT INTO outbox (account_id, event, payload, created_at_ms, dispatched_at_ms) VALUES (1, 'x', '{}', ?, ?)",
    );
    // The clock was ahead for more than a slice; then came some that nobody took, old ones that went out, and young ones.
    for (let n = 0; n < 2100; n++) tell.run([ahead, ahead]);
    for (let n = 0; n < 2100; n++) tell.run([old, null]);
    for (let n = 0; n < 2100; n++) tell.run([old, old]);
    for (let n = 0; n < 2100; n++) tell.run([young, young]);
    const deliver = connection.prepare(
      `INSERT INTO webhook_deliveries (webhook_id, outbox_id, event, resource, body, next_attempt_at_ms, created_at_ms, finished_at_ms)
       VALUES (?, ?, 'x', 'x', '{}', 0, ?, ?)`,
    );
    // Waiting for long, over for long, tried once more and over now.
    for (let n = 0; n < 10; n++) deliver.run([webhook.id, n, old, [null, old, young][n % 3] ?? null]);
  });
  t.match(await applyRetention(store), { outbox: 2100, deliveries: 3 });
  t.match(await applyRetention(store), { outbox: 0, deliveries: 0 });
});

t.test('no round of retention reads all of what grows for ever', async (t) => {
  const { store } = await openJournal(t);
  const before = new Set(await store.bulk((connection) => connection.preparedSql));
  await applyRetention(store);
  await store.bulk((connection) => {
    const texts = connection.preparedSql.filter(
      (text) => !before.has(text) && /calls|deliver|outbox|failures/.test(text),
    );
    t.ok(texts.length >= 5, texts.join('\n'));
    for (const text of texts) {
      t.strictSame(
        connection.queryPlan(text).filter((step) => /^SCAN (?!\(subquery)/.test(step)),
        [],
        text,
      );
    }
  });
});
