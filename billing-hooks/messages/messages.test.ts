import { readFileSync } from 'node:fs';
import t from 'tap';
import { Value } from 'typebox/value';
import {
  createAccount,
  createDid,
  envelopeOf,
  getBalance,
  getMessage,
  listMessages,
  renderEvent,
  setMessagePrice,
  takeOutbox,
  topUp,
  verifyLedger,
} from '../../tenancy/index.ts';
import { type CarrierAdapter, createDefaultCarrier } from '../inventory/index.ts';
import { openTestShop } from '../test-store.ts';
import { carryMessages } from './carry-messages.ts';
import { countSegments } from './count-segments.ts';
import { deliverMessage, takeReceipt } from './deliver-messages.ts';
import { optOutWord } from './opt-out-word.ts';
import { acceptMessage, MOST_SEGMENTS, PER_MINUTE } from './send-message.ts';
import { takeInbound } from './take-inbound.ts';

const PAGE = readFileSync(new URL('../../docs/messages.md', import.meta.url), 'utf8');
const FROM = '+447400000000';
const TO = '+31687654321';
const ALL = { afterId: 0, offset: 0, limit: 1000 };

async function openDesk(t: Parameters<typeof openTestShop>[0], cents = 1000) {
  const shop = await openTestShop(t, cents);
  const { store, accountId } = shop;
  const mine = new Set([accountId]);
  const did = await store.write((context) => createDid(context, { accountId, number: FROM, smsEnabled: true }));
  const carrier = createDefaultCarrier(store);
  const accept = (body = 'Hello', to = TO, idempotencyKey?: string) =>
    acceptMessage(store, { from: FROM, to, body, idempotencyKey }, mine);
  const all = async () => (await listMessages(store, {}, ALL, null)).rows;
  const isSound = async () => (await verifyLedger(store)).faults.length === 0;
  return { ...shop, did, carrier, accept, all, mine, isSound };
}

t.test('every row of the table in docs/messages.md is what is counted', (t) => {
  const rows = [...PAGE.matchAll(/^\| `(.+)` × (\d+) \| (GSM-7|UCS-2) \| (\d+) \|$/gm)];
  t.ok(rows.length >= 25, `${rows.length} rows`);
  for (const [row, text = '', times, encoding, segments] of rows)
    t.same(countSegments(text.repeat(Number(times))), { encoding, segments: Number(segments) }, row);
  t.same(countSegments(`${'a'.repeat(152)}€${'a'.repeat(7)}`), { encoding: 'GSM-7', segments: 2 }, '161 septets');
  t.end();
});

t.test('a message is charged by part, and ledger and message agree', async (t) => {
  const { store, accountId, carrier, accept, isSound } = await openDesk(t);
  const message = await accept('a'.repeat(161));
  t.match(message, { status: 'queued', segments: 2, priceMicros: 140_000 });
  t.equal(await getBalance(store, accountId), 10_000_000 - 140_000);
  const entry = await store.db.selectFrom('ledgerEntries').selectAll().where('referenceType', '=', 'message').execute();
  t.match(entry, [{ referenceId: message.id, kind: 'charge' }]);
  t.equal(await deliverMessage(store, carrier, message), true);
  t.match(await getMessage(store, message.id, null), { status: 'sent', carrierRef: `sim-${message.uuid}` });
  t.ok(await isSound());
});

t.test('without money there is no message, and a fault leaves neither', async (t) => {
  const { store, accountId, accept, all, isSound } = await openDesk(t, 20);
  await accept();
  await accept();
  await t.rejects(accept(), { code: 'insufficient_balance' });
  t.equal((await all()).length, 2);
  t.equal(await getBalance(store, accountId), 60_000);
  t.ok(await isSound());
});

t.test('of fifty at once as many are sent as there is money for, and one key makes one', async (t) => {
  const { store, accountId, accept, all, isSound } = await openDesk(t, 35);
  const same = await Promise.all(Array.from({ length: 10 }, () => accept('Hello', TO, 'k')));
  t.equal(new Set(same.map(({ id }) => id)).size, 1);
  const each = await Promise.allSettled(Array.from({ length: 40 }, (_, n) => accept(`Hello ${n}`)));
  t.equal(each.filter(({ status }) => status === 'fulfilled').length, 4);
  t.equal((await all()).length, 5);
  t.equal(await getBalance(store, accountId), 0);
  t.ok(await isSound());
});

t.test('a message that was accepted before a crash goes out afterwards, once', async (t) => {
  const { store, carrier, accept, all } = await openDesk(t);
  const sent: string[] = [];
  const counting: CarrierAdapter = {
    ...carrier,
    sendMessage: (message) => {
      sent.push(message.reference);
      return carrier.sendMessage(message);
    },
  };
  const { uuid } = await accept();
  for (let rounds = 0; rounds < 3; rounds += 1) await carryMessages(store, counting);
  t.same(sent, [uuid]);
  t.match(await all(), [{ status: 'delivered' }]);
});

t.test('every account on the way up pays by its own price, or nobody does', async (t) => {
  const { store, accountId, did, isSound } = await openDesk(t, 100);
  const child = await store.write(async (context) => {
    await context.db.updateTable('accounts').set({ isReseller: 1 }).where('id', '=', accountId).execute();
    const { id } = await createAccount(context, { name: 'Child', parentId: accountId });
    await topUp(context, { accountId: id, amountMicros: 1_000_000, idempotencyKey: 'child' });
    await context.db.updateTable('dids').set({ accountId: id }).where('id', '=', did.id).execute();
    await setMessagePrice(context, { accountId: id, prefix: '', priceMicros: 100_000 });
    await setMessagePrice(context, { accountId: id, prefix: '31', priceMicros: 90_000 });
    await setMessagePrice(context, { accountId: 0, prefix: '316', priceMicros: 50_000 });
    return id;
  });
  const request = { from: FROM, to: TO, body: 'Hello', idempotencyKey: undefined };
  const message = await acceptMessage(store, request, new Set([child]));
  t.equal(message.priceMicros, 90_000);
  t.equal(await getBalance(store, child), 910_000);
  t.equal(await getBalance(store, accountId), 950_000);
  t.equal(await getBalance(store, accountId, 'EUR', 'revenue'), 90_000);
  t.equal(await getBalance(store, null, 'EUR', 'revenue'), 50_000);
  await store.write((context) =>
    topUp(context, { accountId, amountMicros: -950_000, idempotencyKey: 'the reseller is broke' }),
  );
  await t.rejects(acceptMessage(store, request, new Set([child])), { code: 'insufficient_balance' });
  t.equal(await getBalance(store, child), 910_000, 'nor does the child');
  t.ok(await isSound());
});

t.test('the same key makes one message, and another content with it is refused', async (t) => {
  const { accept, all } = await openDesk(t);
  const first = await accept('Hello', TO, 'k');
  t.equal((await accept('Hello', TO, 'k')).id, first.id);
  await t.rejects(accept('Other', TO, 'k'), { code: 'idempotency_mismatch' });
  t.equal((await all()).length, 1);
});

t.test('what the carrier refuses is given back; what it lost on the way is not', async (t) => {
  const { store, accountId, carrier, accept, all, isSound } = await openDesk(t);
  await accept('Hello', '+31687650000');
  await accept('Hello', '+31687650002');
  await accept('Hello', TO);
  await carryMessages(store, carrier);
  const [refused, lost, fine] = await all();
  t.match(refused, { status: 'failed', reason: 'no such subscriber' });
  t.match(lost, { status: 'failed', reason: 'handset unreachable' });
  t.match(fine, { status: 'delivered', reason: null });
  t.equal(await getBalance(store, accountId), 10_000_000 - 140_000);
  t.ok(await isSound());
});

t.test('a silent carrier is tried by the same reference, ever more rarely, for a day', async (t) => {
  const { store, accountId, clock, carrier, accept, all } = await openDesk(t);
  const references: string[] = [];
  const silent: CarrierAdapter = {
    ...carrier,
    sendMessage: (message) => {
      references.push(message.reference);
      return carrier.sendMessage(message);
    },
  };
  const { uuid } = await accept('Hello', '+31687650001');
  await carryMessages(store, silent);
  await carryMessages(store, silent);
  t.equal(references.length, 1, 'not before its time');
  for (let minutes = 0; minutes < 25 * 60; minutes += 10) {
    clock.advance(600_000);
    await carryMessages(store, silent);
  }
  t.match(await all(), [{ status: 'failed', reason: 'the carrier did not answer for a day' }]);
  t.equal(await getBalance(store, accountId), 10_000_000);
  t.ok(references.length > 20 && references.length < 60, `${references.length} tries`);
  t.same(new Set(references), new Set([uuid]));
});

t.test('the first receipt counts, and one for an unknown message is refused', async (t) => {
  const { store, carrier, accept, clock } = await openDesk(t);
  const message = await accept();
  await deliverMessage(store, carrier, message);
  const receipt = (status: 'delivered' | 'failed', carrierId = `sim-${message.uuid}`) =>
    store.write((context) => takeReceipt(context, { carrierId, status }));
  t.match(await receipt('delivered'), { status: 'delivered', finishedAtMs: clock.nowMs() });
  t.match(await receipt('failed'), { status: 'delivered' });
  await t.rejects(receipt('failed', 'unknown'), { code: 'not_found' });
});

t.test('a message that comes in is kept and told once, as the document describes it', async (t) => {
  const { store, all } = await openDesk(t);
  const inbound = { from: TO, to: FROM, body: 'ё'.repeat(71), reference: 'r1' };
  const first = await store.write((context) => takeInbound(context, inbound));
  t.equal((await store.write((context) => takeInbound(context, inbound))).id, first.id);
  t.match(await all(), [{ direction: 'in', status: 'received', segments: 2, encoding: 'UCS-2', priceMicros: 0 }]);
  const told = (await takeOutbox(store, 10)).filter(({ event }) => event === 'message.received');
  t.equal(told.length, 1);
  for (const row of told) {
    const sent: unknown = JSON.parse(renderEvent(row));
    t.ok(Value.Check(envelopeOf('message.received'), sent));
    t.match(sent, { data: { message_id: first.uuid, from: TO, to: FROM, segments: 2 } });
  }
  const unknown = { ...inbound, to: '+31611111111', reference: 'r2' };
  await t.rejects(
    store.write((context) => takeInbound(context, unknown)),
    { code: 'not_found' },
  );
});

t.test('STOP and START are obeyed for that number and that sender alone', async (t) => {
  for (const word of ['STOP', ' stop. ', 'Unsubscribe', '"QUIT"']) t.equal(optOutWord(word), 'out', word);
  for (const word of ['START', 'yes!']) t.equal(optOutWord(word), 'in', word);
  for (const word of ['please stop', 'stopping', '']) t.equal(optOutWord(word), undefined, word);
  const { store, accountId, accept, all, mine } = await openDesk(t);
  const other = '+447400000001';
  await store.write((context) => createDid(context, { accountId, number: other, smsEnabled: true }));
  const say = (body: string, reference: string) =>
    store.write((context) => takeInbound(context, { from: TO, to: FROM, body, reference }));
  await say('Stop', 'a');
  await t.rejects(accept(), { code: 'conflict', field: 'to' });
  t.equal(await getBalance(store, accountId), 10_000_000, 'it cost nothing');
  await accept('Hello', '+31687654322');
  await acceptMessage(store, { from: other, to: TO, body: 'Hello', idempotencyKey: undefined }, mine);
  await say('START', 'b');
  await accept();
  t.equal((await all()).filter(({ direction }) => direction === 'out').length, 3);
});

t.test('who may not send is told why: no messages, not active, foreign, too long, too many', async (t) => {
  const { store, did, accept, clock, mine } = await openDesk(t, 100_000);
  await t.rejects(accept('ё'.repeat(67 * MOST_SEGMENTS + 1)), { field: 'body', message: /needs 11 parts/ });
  const foreign = { from: FROM, to: TO, body: 'x', idempotencyKey: undefined };
  await t.rejects(acceptMessage(store, foreign, new Set([999])), { code: 'not_found' });
  for (let sent = 0; sent < PER_MINUTE; sent += 1) {
    clock.advance(100);
    await accept();
  }
  await t.rejects(accept(), { name: 'MessageLimitError', code: 'rate_limited', retryAfterSec: 55 });
  clock.advance(54_100);
  await accept();
  const set = (change: object) => store.db.updateTable('dids').set(change).where('id', '=', did.id).execute();
  await set({ smsEnabled: 0 });
  await t.rejects(acceptMessage(store, foreign, mine), { field: 'from', message: /does not support messages/ });
  await set({ smsEnabled: 1, status: 'suspended' });
  await t.rejects(acceptMessage(store, foreign, mine), { field: 'from', message: /is not active/ });
});

t.test('a message between two numbers of this server arrives through the carrier', async (t) => {
  const { store, accountId, carrier, accept } = await openDesk(t);
  const other = '+447400000048';
  await store.write((context) => createDid(context, { accountId, number: other, smsEnabled: true }));
  await accept('Hello', other);
  await carryMessages(store, carrier);
  const { rows } = await listMessages(store, { direction: 'in' }, ALL, null);
  t.match(rows, [{ fromNumber: FROM, toNumber: other, body: 'Hello', status: 'received' }]);
});
