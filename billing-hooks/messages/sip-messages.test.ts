import t from 'tap';
import type { PbxMessage, PbxMessageResult, SipMessage } from '../../bus/index.ts';
import {
  createAccount,
  createDid,
  findMessageDeliveries,
  getBalance,
  listMessages,
  saveSipEvents,
  verifyLedger,
} from '../../tenancy/index.ts';
import { NO_CALLS } from '../funds/index.ts';
import { openTestShop } from '../test-store.ts';
import { PbxMessages } from './pbx-messages.ts';
import { PER_MINUTE } from './send-message.ts';
import { takeInbound } from './take-inbound.ts';
import { takeSipMessages } from './take-sip-messages.ts';

const NUMBER = '+447400000000';
const FRIEND = '+31687654321';
const HOUR_MS = 3_600_000;
const ALL = { afterId: 0, offset: 0, limit: 1000 };

async function openDesk(t: Parameters<typeof openTestShop>[0], cents = 1000) {
  const shop = await openTestShop(t, cents);
  const { store, accountId, clock } = shop;
  const newDid = (number: string) =>
    store.write((context) => createDid(context, { accountId, number, smsEnabled: true }));
  const did = await newDid(NUMBER);
  const handIn = (fields: Partial<SipMessage>) => {
    const ids = { trunkId: 1, accountId, didId: did.id };
    const message = { ...ids, to: FRIEND, body: 'Hello', key: 'k', atMs: clock.nowMs(), ...fields };
    return saveSipEvents(store, [{ kind: 'sip_message', message }]);
  };
  const all = async () => (await listMessages(store, {}, ALL, null)).rows;
  const waiting = async () => (await store.db.selectFrom('sipMessages').selectAll().execute()).length;
  return { ...shop, did, newDid, handIn, all, waiting };
}

t.test('what a PBX hands in is charged once, however often it comes and wherever a crash falls', async (t) => {
  const { store, accountId, handIn, all, waiting } = await openDesk(t);
  await handIn({ key: 'a' });
  await handIn({ key: 'a' });
  const kept = await store.db.selectFrom('sipMessages').selectAll().executeTakeFirstOrThrow();
  t.notMatch(Buffer.from(kept.bodySealed).toString('latin1'), 'Hello', 'its text is sealed');
  t.equal(await takeSipMessages(store, NO_CALLS), 1);
  // As if the process had died between the two transactions, and the PBX had sent it again.
  await store.db.insertInto('sipMessages').values(kept).execute();
  t.equal(await takeSipMessages(store, NO_CALLS), 1);
  t.match(await all(), [{ direction: 'out', status: 'queued', toNumber: FRIEND, body: 'Hello', segments: 1 }]);
  t.equal((await all()).length, 1);
  t.equal(await waiting(), 0);
  t.equal(await getBalance(store, accountId), 10_000_000 - 70_000);
  t.same((await verifyLedger(store)).faults, []);
});

t.test('what cannot be paid for is kept as a failed message with its reason, and costs nothing', async (t) => {
  const { store, accountId, handIn, all } = await openDesk(t, 0);
  await handIn({});
  await takeSipMessages(store, NO_CALLS);
  t.match(await all(), [{ status: 'failed', reason: /balance/, priceMicros: 0, body: 'Hello' }]);
  t.equal(await getBalance(store, accountId), 0);
});

t.test('beyond the limit of a number messages wait, in order, and those of another number go on', async (t) => {
  const { store, clock, handIn, newDid, all, waiting } = await openDesk(t, 10_000);
  const other = await newDid('+447400000001');
  for (let n = 0; n < PER_MINUTE + 2; n += 1) await handIn({ key: `k${n}`, body: `${n}` });
  await handIn({ key: 'other', didId: other.id, body: 'other' });
  t.equal(await takeSipMessages(store, NO_CALLS), PER_MINUTE + 1);
  t.equal(await waiting(), 2);
  t.equal(await takeSipMessages(store, NO_CALLS), 0, 'not even asked about again');
  clock.advance(61_000);
  t.equal(await takeSipMessages(store, NO_CALLS), 2);
  const own = (await all()).filter(({ body }) => body !== 'other').map(({ body }) => Number(body));
  t.same(
    own,
    Array.from({ length: PER_MINUTE + 2 }, (_, n) => n),
  );
});

t.test('a number that has moved to another account meanwhile sends nothing, and the other sees nothing', async (t) => {
  const { store, did, handIn, all, waiting } = await openDesk(t);
  await handIn({ key: 'before' });
  const { id } = await store.write((context) => createAccount(context, { name: 'Other' }));
  await store.db.updateTable('dids').set({ accountId: id }).where('id', '=', did.id).execute();
  await handIn({ key: 'after' });
  t.equal(await waiting(), 1, 'what comes after the move is not even kept');
  await takeSipMessages(store, NO_CALLS);
  t.same(await all(), []);
  t.equal(await waiting(), 0);
});

t.test('another message by the name of an earlier one, and one of a number that is gone, hold up nobody', async (t) => {
  const { store, did, handIn, newDid, all, waiting } = await openDesk(t);
  const gone = await newDid('+447400000001');
  const other = await newDid('+447400000002');
  await handIn({ key: 'same', body: 'One' });
  await takeSipMessages(store, NO_CALLS);
  await handIn({ key: 'same', body: 'Two' });
  await handIn({ key: 'gone', body: 'Gone', didId: gone.id });
  await handIn({ key: 'other', body: 'Other', didId: other.id });
  await store.db.updateTable('dids').set({ status: 'released' }).where('id', '=', gone.id).execute();
  await takeSipMessages(store, NO_CALLS);
  t.equal(await waiting(), 0);
  const told = (await all()).map(({ body, status }) => [body, status]);
  t.same(told.toSorted(), [
    ['One', 'queued'],
    ['Other', 'queued'],
    ['Two', 'failed'],
  ]);
  t.ok(did);
});

async function openPbxes(t: Parameters<typeof openTestShop>[0]) {
  const desk = await openDesk(t);
  const { store } = desk;
  const sent: PbxMessage[] = [];
  const answers: { next: (message: PbxMessage) => PbxMessageResult | Promise<PbxMessageResult> } = {
    next: () => ({ kind: 'answered', trunkId: 7, status: 200 }),
  };
  const faults: unknown[] = [];
  const pbxes = new PbxMessages(
    store,
    async (message) => {
      sent.push(message);
      return answers.next(message);
    },
    (error) => faults.push(error),
  );
  const bring = (body: string, to = NUMBER) =>
    store.write((context) => takeInbound(context, { from: FRIEND, to, body, reference: body }));
  const round = async () => {
    await pbxes.round();
    await pbxes.settle();
  };
  const deliveryOf = async (id: number) => (await findMessageDeliveries(store, [id])).get(id);
  return { ...desk, pbxes, sent, answers, faults, bring, round, deliveryOf };
}

t.test('a PBX that is not there is waited for, and asked as soon as it registers; order is kept', async (t) => {
  const { store, clock, accountId, sent, answers, bring, round, deliveryOf } = await openPbxes(t);
  answers.next = () => ({ kind: 'offline', trunkId: 7 });
  const first = await bring('one');
  await bring('two');
  await round();
  t.same(
    sent.map(({ body }) => body),
    ['one'],
    'the second waits behind the first',
  );
  t.match(await deliveryOf(first.id), { status: 'pending', reason: 'trunk_offline', attempts: 1 });
  await round();
  t.equal(sent.length, 1, 'not before its time');
  answers.next = () => ({ kind: 'answered', trunkId: 7, status: 200 });
  const transition = { trunkId: 7, accountId, state: 'registered', atMs: clock.nowMs(), cause: null } as const;
  await saveSipEvents(store, [{ kind: 'trunk_transition', transition }]);
  await round();
  await round();
  t.same(
    sent.map(({ body, attempt }) => [body, attempt]),
    [
      ['one', 1],
      ['one', 2],
      ['two', 1],
    ],
  );
  t.match(await deliveryOf(first.id), { status: 'delivered', reason: null, sipStatus: 200 });
});

t.test('a refusal is final, silence and 503 are tried again for a day', async (t) => {
  const { clock, answers, bring, round, deliveryOf, sent } = await openPbxes(t);
  answers.next = () => ({ kind: 'answered', trunkId: 7, status: 404 });
  const refused = await bring('refused');
  await round();
  t.match(await deliveryOf(refused.id), { status: 'failed', reason: 'message_refused', sipStatus: 404, attempts: 1 });
  answers.next = ({ attempt }) =>
    attempt % 2 === 0 ? { kind: 'silent', trunkId: 7 } : { kind: 'answered', trunkId: 7, status: 503 };
  const late = await bring('late');
  const before = sent.length;
  for (let hour = 0; hour < 25; hour += 1) {
    await round();
    clock.advance(HOUR_MS);
  }
  t.match(await deliveryOf(late.id), { status: 'failed', finishedAtMs: Number });
  t.equal(sent.length - before, 25);
});

t.test('a number that rings no PBX has no delivery; a PBX that hangs holds up only its own number', async (t) => {
  const { answers, bring, round, deliveryOf, newDid, pbxes, sent, faults } = await openPbxes(t);
  await newDid('+447400000001');
  const hanging = Promise.withResolvers<PbxMessageResult>();
  answers.next = ({ to }) => (to === NUMBER ? hanging.promise : { kind: 'no_pbx' });
  await bring('slow');
  await pbxes.round();
  const quick = await bring('quick', '+447400000001');
  await pbxes.round();
  while ((await deliveryOf(quick.id)) !== undefined) await new Promise((resolve) => setImmediate(resolve));
  t.same(
    sent.map(({ body }) => body),
    ['slow', 'quick'],
  );
  hanging.resolve({ kind: 'answered', trunkId: 7, status: 200 });
  await round();
  t.same(faults, []);
});

t.test('an account whose PBXes all hang leaves places to the others', async (t) => {
  const { store, answers, bring, newDid, pbxes, sent, faults } = await openPbxes(t);
  const hanging = Promise.withResolvers<PbxMessageResult>();
  answers.next = () => hanging.promise;
  for (let i = 10; i < 35; i += 1) {
    await newDid(`+4474000000${i}`);
    await bring(`mine ${i}`, `+4474000000${i}`);
  }
  const other = await store.write((context) => createAccount(context, { name: 'Other' }));
  const theirs = '+447400009999';
  await store.write((context) =>
    createDid(context, { accountId: other.id, number: theirs, smsEnabled: true, status: 'active' }),
  );
  await bring('theirs', theirs);
  await pbxes.round();
  await pbxes.round();
  t.equal(sent.filter(({ body }) => body.startsWith('mine')).length, 10, 'its share, and no more in the next round');
  t.equal(sent.filter(({ body }) => body === 'theirs').length, 1);
  hanging.resolve({ kind: 'answered', trunkId: 7, status: 200 });
  await pbxes.settle();
  await pbxes.round();
  t.equal(sent.length, 21, 'places that are free again are taken');
  await pbxes.settle();
  t.same(faults, []);
});
