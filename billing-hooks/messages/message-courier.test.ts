import t from 'tap';
import { createAccount, createDid, createMessage, dueMessages, listMessages, type Store } from '../../tenancy/index.ts';
import { type CarrierAdapter, createDefaultCarrier } from '../inventory/index.ts';
import { openTestShop } from '../test-store.ts';
import { MessageCourier } from './message-courier.ts';

/** Receivers for whom the carrier does not answer. */
const HANGS = '+316876600';
const hanging = (count: number) => Array.from({ length: count }, (_, i) => `${HANGS}${10 + i}`);
const TO = '+31687654321';
const ALL = { afterId: 0, offset: 0, limit: 1000 };

/** Accounts with messages that wait, as a crash or a carrier that did not answer leaves them. */
async function queue(store: Store, name: string, from: string, receivers: readonly string[]): Promise<number> {
  return store.write(async (context) => {
    const { id: accountId } = await createAccount(context, { name });
    const { id: didId } = await createDid(context, { accountId, number: from, smsEnabled: true });
    const text = { direction: 'out', body: 'Hello', encoding: 'GSM-7', segments: 1, status: 'queued' } as const;
    for (const toNumber of receivers)
      await createMessage(context, { ...text, accountId, didId, fromNumber: from, toNumber });
    return accountId;
  });
}

async function openDesk(t: Parameters<typeof openTestShop>[0]) {
  const { store } = await openTestShop(t, 1000);
  const simulated = createDefaultCarrier(store);
  const handed: string[] = [];
  const carrier: CarrierAdapter = {
    ...simulated,
    sendMessage: (message) => {
      handed.push(message.reference);
      return message.to.startsWith(HANGS) ? new Promise(() => undefined) : simulated.sendMessage(message);
    },
  };
  const courier = new MessageCourier(store, carrier, (error) => Promise.reject(error));
  t.teardown(() => courier.close());
  const statesOf = async (accountId: number) =>
    (await listMessages(store, { accountId }, ALL, null)).rows.map(({ status }) => status);
  return { store, courier, handed, statesOf };
}

t.test('messages of one account that the carrier does not answer hold nobody else up', async (t) => {
  const { store, courier, handed, statesOf } = await openDesk(t);
  const slow = await queue(store, 'Slow', '+447400000010', hanging(40));
  const other = await queue(store, 'Other', '+447400000011', [TO, TO]);
  t.equal(await courier.round(), 7, 'some of the first, all of the second');
  t.equal(await courier.round(), 0, 'what is under way is not handed over again, and no more of that account');
  while ((await statesOf(other)).includes('queued')) await new Promise(setImmediate);
  t.same(await statesOf(other), ['sent', 'sent']);
  t.same(new Set(await statesOf(slow)), new Set(['queued']));
  t.equal(handed.length, 7);
  const late = await queue(store, 'Late', '+447400000012', [TO]);
  t.equal(await courier.round(), 1);
  while ((await statesOf(late)).includes('queued')) await new Promise(setImmediate);
});

t.test('who stops waits for no answer; the message is tried again', async (t) => {
  const { store, courier, statesOf } = await openDesk(t);
  const account = await queue(store, 'Slow', '+447400000010', hanging(1));
  await courier.round();
  await courier.close();
  t.same(await statesOf(account), ['queued']);
  const { attempts } = await store.db.selectFrom('messages').select('attempts').executeTakeFirstOrThrow();
  t.equal(attempts, 1);
});

t.test('what waits behind another message of its conversation when the courier stops is not sent', async (t) => {
  const { store, courier, handed } = await openDesk(t);
  await queue(store, 'Slow', '+447400000010', [...hanging(1), ...hanging(1)]);
  t.equal(await courier.round(), 2);
  await courier.close();
  t.equal(handed.length, 1);
  const rows = await store.db.selectFrom('messages').select('attempts').orderBy('id').execute();
  t.same(rows, [{ attempts: 1 }, { attempts: 0 }]);
});

t.test('messages of one conversation go one after the other, two conversations side by side', async (t) => {
  const { store } = await openTestShop(t, 1000);
  const account = await queue(store, 'Talks', '+447400000010', [TO, TO, '+31687654322', TO]);
  const posted: string[] = [];
  const { promise: isLate, resolve: answer } = Promise.withResolvers<void>();
  const carrier: CarrierAdapter = {
    ...createDefaultCarrier(store),
    sendMessage: async ({ to, reference }) => {
      posted.push(reference);
      if (to === TO && posted.length === 1) await isLate;
      return { status: 'accepted', carrierId: reference };
    },
  };
  const courier = new MessageCourier(store, carrier, (error) => t.fail(String(error)));
  t.teardown(() => courier.close());
  const rowsOf = async () =>
    await store.db
      .selectFrom('messages')
      .select(['uuid', 'status'])
      .where('accountId', '=', account)
      .orderBy('id')
      .execute();
  const [first, second, other, third] = (await rowsOf()).map(({ uuid }) => uuid);
  t.equal(await courier.round(), 4);
  while ((await rowsOf())[2]?.status !== 'sent') await new Promise(setImmediate);
  t.same(posted, [first, other]);
  answer();
  await courier.settle();
  t.same(posted, [first, other, second, third]);
  t.ok((await rowsOf()).every(({ status }) => status === 'sent'));
});

t.test(
  'each account has a message under way before anybody has a second, found without reading the queue',
  async (t) => {
    const { store } = await openDesk(t);
    const first = await queue(store, 'First', '+447400000010', Array(20).fill(TO));
    const second = await queue(store, 'Second', '+447400000011', Array(3).fill(TO));
    const due = await dueMessages(store, 2, 3, []);
    t.same(
      due.map(({ accountId }) => accountId),
      [first, second, first],
    );
    const before = await store.bulk((connection) => new Set(connection.preparedSql));
    await dueMessages(store, 2, 4, []);
    await store.bulk((connection) => {
      for (const text of [...before, ...connection.preparedSql].filter((each) => each.includes('waiting.account'))) {
        const tables = connection.queryPlan(text).filter((detail) => /messages/.test(detail));
        t.ok(tables.length >= 3 && tables.every((detail) => detail.startsWith('SEARCH')), tables.join('; '));
      }
    });
  },
);
