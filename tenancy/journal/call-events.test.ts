import t from 'tap';
import { Value } from 'typebox/value';
import { envelopeOf } from '../events/index.ts';
import { createAccount, createWebhook, renderEvent, takeOutbox, updateWebhook } from '../store/index.ts';
import { askForCallEvents } from './call-events.ts';
import { saveCalls } from './calls.ts';
import { openJournal } from './test-journal.ts';

async function openCalls(t: Parameters<typeof openJournal>[0]) {
  const journal = await openJournal(t);
  const { store, account } = journal;
  const listen = (events: readonly string[], accountId: number | null = account.id) =>
    store.write((context) => createWebhook(context, { accountId, url: 'https://a.example/', events }));
  const told = async () => (await takeOutbox(store, 100)).filter(({ event }) => event.startsWith('call.'));
  const names = async () => (await told()).map(({ event }) => event);
  return { ...journal, listen, told, names };
}

const END = { result: 'ok', reason: 'answered', hungUpBy: 'caller' } as const;

t.test('a call is told when it begins, is answered and ends, once each, as the catalogue says', async (t) => {
  const { store, clock, call, listen, told } = await openCalls(t);
  await listen(['call.started', 'call.answered', 'call.ended']);
  const at = clock.nowMs();
  await saveCalls(store, [call('a')]);
  await saveCalls(store, [call('a', { codec: 'PCMA/8000' })]);
  await saveCalls(store, [call('a', { answeredAtMs: at + 2000 })]);
  await saveCalls(store, [call('a', { answeredAtMs: at + 2000, endedAtMs: at + 65_000, ...END })]);
  const rows = await told();
  t.same(
    rows.map(({ event }) => event),
    ['call.started', 'call.answered', 'call.ended'],
  );
  t.match(rows.at(-1)?.data, {
    call_uuid: 'a',
    duration_sec: 63,
    result: 'ok',
    reason: 'answered',
    hung_up_by: 'caller',
  });
  for (const row of rows) {
    t.same([...Value.Errors(envelopeOf(row.event), JSON.parse(renderEvent(row)))], [], row.event);
  }
});

t.test('of a call whose records come at once all is told that there is to tell', async (t) => {
  const { store, clock, call, listen, names } = await openCalls(t);
  await listen(['call.started', 'call.answered', 'call.ended']);
  await saveCalls(store, [call('a', { answeredAtMs: clock.nowMs(), endedAtMs: clock.nowMs(), ...END })]);
  await saveCalls(store, [call('b', { endedAtMs: clock.nowMs(), result: 'client_error', reason: 'did_suspended' })]);
  t.same(await names(), ['call.started', 'call.answered', 'call.ended', 'call.started', 'call.ended']);
});

t.test(
  'nothing is written while nobody has named them: not for *, not for others, not once switched off',
  async (t) => {
    const { store, account, call, listen, names } = await openCalls(t);
    await saveCalls(store, [call('a')]);
    await listen(['*', 'call.funds_ending']);
    const stranger = await store.write((context) => createAccount(context, { name: 'Other' }));
    await listen(['call.started'], stranger.id);
    await saveCalls(store, [call('b')]);
    t.same(await names(), []);
    const { row } = await listen(['call.ended']);
    await saveCalls(store, [call('c')]);
    t.same(await names(), [], 'only what is named');
    const off = { url: undefined, events: ['call.started'], isEnabled: false };
    await store.write((context) => updateWebhook(context, row.id, off));
    await saveCalls(store, [call('d')]);
    t.same(await names(), []);
    await store.write((context) => updateWebhook(context, row.id, { ...off, isEnabled: true }));
    await saveCalls(store, [call('e'), call('f', { accountId: stranger.id }), call('g', { accountId: null })]);
    t.same(await names(), ['call.started', 'call.started']);
    t.match(await takeOutbox(store, 100), [{ accountId: account.id }, { accountId: stranger.id }]);
  },
);

t.test('who follows events by asking hears of calls while he asks', async (t) => {
  const { store, clock, account, call, names } = await openCalls(t);
  await store.bulk((connection) => askForCallEvents(connection, account.id, clock.nowMs()));
  await saveCalls(store, [call('a')]);
  t.same(await names(), ['call.started']);
  clock.advance(61_000);
  await saveCalls(store, [call('b', { startedAtMs: clock.nowMs() })]);
  t.same(await names(), ['call.started']);
  await store.bulk((connection) => askForCallEvents(connection, null, clock.nowMs()));
  await saveCalls(store, [call('c', { startedAtMs: clock.nowMs(), accountId: null })]);
  t.equal((await names()).length, 2, 'the operator hears of every call');
});
