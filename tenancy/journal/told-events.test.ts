import t from 'tap';
import { Value } from 'typebox/value';
import { type EventName, envelopeOf } from '../events/index.ts';
import {
  createDid,
  createWebhook,
  type OutboxRow,
  renderEvent,
  type SqliteConnection,
  type StoreContext,
  sendTestEvent,
  takeOutbox,
  tellOfNumber,
} from '../store/index.ts';
import { writeFundsEvent } from './funds-events.ts';
import { openJournal } from './test-journal.ts';
import { writeCredentialsMoved, writeTrunkStates } from './trunk-states.ts';
import { writeCalls } from './write-calls.ts';

t.test('what is told is what the OpenAPI document says of the event', async (t) => {
  const { store, clock, account, trunk, binding, call } = await openJournal(t);
  const owner = { accountId: account.id, trunkId: trunk.id };
  const atMs = clock.nowMs();
  const number = async (context: StoreContext) =>
    createDid(context, { accountId: account.id, number: '+31201234567', country: 'NL', type: 'local' });
  const bulk = (work: (connection: SqliteConnection) => void) => () => store.bulk(work);
  const presence = (state: 'registered' | 'offline') =>
    bulk((connection) =>
      writeTrunkStates(connection, [
        { ...owner, state, atMs, cause: state === 'offline' ? 'expired' : null, binding: binding('sip:a@127.0.0.1') },
      ]),
    );
  const funds = { accountId: account.id, trunkId: trunk.id, atMs };
  const causes: Partial<Record<EventName, () => Promise<unknown>>> = {
    'number.activated': () =>
      store.write(async (context) => tellOfNumber(context, 'number.activated', await number(context))),
    'trunk.registered': presence('registered'),
    'trunk.offline': presence('offline'),
    'trunk.credentials_moved': bulk((connection) => writeCredentialsMoved(connection, { ...owner, atMs })),
    'emergency.called': bulk((connection) => writeCalls(connection, [call('help', { isEmergency: true })])),
    'call.funds_ending': bulk((connection) =>
      writeFundsEvent(connection, { kind: 'funds_ending', ending: { ...funds, callUuid: 'cal_1', endsAtMs: atMs } }),
    ),
    'spend.alarm': bulk((connection) =>
      writeFundsEvent(connection, {
        kind: 'spend_alarm',
        alarm: { ...funds, cap: 'day', state: 'near', spentMicros: 9, capMicros: 10 },
      }),
    ),
  };
  for (const [event, cause] of Object.entries(causes)) {
    await cause();
    const told = (await takeOutbox(store, 100)).filter((row) => row.event === event);
    t.equal(told.length, 1, event);
    for (const row of told) check(t, row);
  }
});

t.test('a test of an endpoint is described too', async (t) => {
  const { store, account } = await openJournal(t);
  const body = await store.write(async (context) => {
    const { row } = await createWebhook(context, { accountId: account.id, url: 'https://a.example/', events: ['*'] });
    const id = await sendTestEvent(context, row.id);
    return (
      await context.db.selectFrom('webhookDeliveries').select('body').where('id', '=', id).executeTakeFirstOrThrow()
    ).body;
  });
  t.same([...Value.Errors(envelopeOf('webhook.test'), JSON.parse(body))], []);
});

function check(t: { same(a: unknown, b: unknown, name: string): void }, row: OutboxRow): void {
  t.same([...Value.Errors(envelopeOf(row.event), JSON.parse(renderEvent(row)))], [], row.event);
}
