import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, readdirSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { CallRecord } from '../../bus/index.ts';
import {
  countWaitingRecords,
  createAccount,
  createRecordStream,
  deleteRecordStream,
  getRecordStream,
  type RecordStreamRow,
  saveCalls,
  settleOpenCalls,
  updateRecordStream,
} from '../../tenancy/index.ts';
import { openTestShop } from '../test-store.ts';
import { AddressGuard } from '../webhooks/address-guard.ts';
import { receive } from '../webhooks/test-webhooks.ts';
import { RecordStreamer } from './record-streamer.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

async function open(t: Parameters<typeof openTestShop>[0] & { testdir(): string }) {
  const shop = await openTestShop(t, 0);
  const { store, clock, accountId } = shop;
  const folder = t.testdir();
  const faults: unknown[] = [];
  const streamer = (
    fields: { readonly allow?: string[]; readonly mostFileBytes?: number; timeoutMs?: number } = {},
  ) => {
    const { allow = ['127.0.0.0/8'], ...rest } = fields;
    const guard = new AddressGuard(allow);
    const onFault = (error: unknown) => faults.push(error);
    return new RecordStreamer({ store, guard, folder, random: () => 1, timeoutMs: 60_000, onFault, ...rest });
  };
  const add = (url: string | null, owner: number | null = accountId) =>
    store.write((context) => createRecordStream(context, { accountId: owner, url }));
  const call = (uuid: string, fields: Partial<CallRecord> = {}): CallRecord => ({
    ...{ uuid, accountId, trunkId: 1, didId: null, carrierId: null, direction: 'in', from: '+31687654321' },
    ...{ to: '+31201234567', startedAtMs: clock.nowMs(), answeredAtMs: null, endedAtMs: null, result: null },
    ...{ reason: null, status: 100, sentence: '', aLeg: { callId: uuid, remote: '', contact: '' }, bLeg: null },
    ...{ attempts: [], hungUpBy: null, trace: [], ...fields },
  });
  const end = (uuid: string, fields: Partial<CallRecord> = {}) =>
    saveCalls(store, [call(uuid, { endedAtMs: clock.nowMs(), result: 'ok', reason: 'answered', ...fields })]);
  const stateOf = (id: number) => store.read(() => undefined).then(() => getRecordStream(store, id, null));
  const queued = async () => (await store.db.selectFrom('recordQueue').select('seq').execute()).length;
  return { ...shop, folder, faults, streamer, add, call, end, stateOf, queued };
}

const uuidsOf = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).call_uuid);

t.test('calls arrive in the order they ended, once each, signed so that openssl agrees', async (t) => {
  const { store, streamer, add, call, end, stateOf, faults, clock } = await open(t);
  await end('before');
  const { url, received } = await receive(t);
  const { row, secret } = await add(url);
  await saveCalls(store, [call('long'), call('short')]);
  const answeredAtMs = clock.nowMs();
  clock.advance(5000);
  await end('short', { answeredAtMs, hungUpBy: 'caller' });
  await end('long');
  await end('short', { answeredAtMs, codec: 'PCMA/8000' });
  const sending = streamer();
  await sending.settle();
  await sending.settle();
  t.same(
    received.flatMap(({ body }) => uuidsOf(body)),
    ['short', 'long'],
  );
  const { headers, body } = received[0] ?? { headers: {}, body: '' };
  const first = JSON.parse(body.split('\n')[0] ?? '');
  t.match(first, { duration_ms: 5000, result: 'ok', reason: 'answered', direction: 'in', from: '+31687654321' });
  const digest = execFileSync('openssl', ['dgst', '-sha256', '-hmac', secret ?? '', '-r'], { input: body });
  t.equal(headers['x-didfarm-signature'], digest.toString().slice(0, 64));
  t.match(headers, { 'content-type': 'application/x-ndjson', 'x-didfarm-stream': row.uuid });
  t.match(await stateOf(row.id), { sent: 2, failures: 0, error: null });
  t.same(faults, []);
});

t.test('an account hears of itself and those below, the operator of all, and strangers of nothing', async (t) => {
  const { store, accountId, streamer, add, end } = await open(t);
  const below = await store.write(async (context) => {
    await context.db.updateTable('accounts').set({ isReseller: 1 }).where('id', '=', accountId).execute();
    return (await createAccount(context, { name: 'Below', parentId: accountId })).id;
  });
  const stranger = (await store.write((context) => createAccount(context, { name: 'Stranger' }))).id;
  const { url, received } = await receive(t);
  const rows: RecordStreamRow[] = [];
  for (const [owner, name] of [
    [accountId, 'own'],
    [below, 'below'],
    [stranger, 'stranger'],
    [null, 'all'],
  ] as const)
    rows.push((await add(`${url}?${name}`, owner)).row);
  await end('own');
  await end('below', { accountId: below });
  await end('nobody', { accountId: null });
  const waiting = await store.read((connection) => countWaitingRecords(connection, rows));
  t.same(
    rows.map(({ id }) => waiting.get(id)),
    [2, 1, 0, 3],
    'as many as it will be sent',
  );
  await streamer().settle();
  t.same(received.map(({ body }) => uuidsOf(body).join(' ')).sort(), ['below', 'own below', 'own below nobody']);
});

t.test('a tenant hears of the Call-ID of a call that came in up to its @, the operator all of it', async (t) => {
  const { streamer, add, end } = await open(t);
  const { url, received } = await receive(t);
  await add(`${url}?own`);
  const all = (await add(`${url}?all`, null)).row;
  const aLeg = (callId: string) => ({ aLeg: { callId, remote: '', contact: '' } });
  await end('in', { direction: 'in', ...aLeg('x1@203.0.113.9') });
  await end('out', { direction: 'out', ...aLeg('x2@pbx.example.org') });
  await streamer().settle();
  const callIdsOf = (isAll: boolean) =>
    received
      .filter(({ headers }) => (headers['x-didfarm-stream'] === all.uuid) === isAll)
      .flatMap(({ body }) => body.trimEnd().split('\n'))
      .map((line) => JSON.parse(line).call_id);
  t.same(callIdsOf(false), ['x1', 'x2@pbx.example.org']);
  t.same(callIdsOf(true), ['x1@203.0.113.9', 'x2@pbx.example.org']);
});

t.test('a receiver that is down for a day gets everything afterwards, in order; another is not delayed', async (t) => {
  const { store, clock, streamer, add, end, stateOf } = await open(t);
  let isDown = true;
  const down = await receive(t, (response) => response.writeHead(isDown ? 503 : 200).end());
  const { url, received } = await receive(t);
  const { row } = await add(down.url);
  await add(url);
  const sending = streamer();
  for (let n = 0; n < 300; n += 1) {
    await end(`c${n}`);
    if (n % 10 !== 0) continue;
    await sending.settle();
    clock.advance(DAY_MS / 30);
  }
  await sending.settle();
  const expected = Array.from({ length: 300 }, (_, n) => `c${n}`);
  t.same(
    received.flatMap(({ body }) => uuidsOf(body)),
    expected,
  );
  t.match(await stateOf(row.id), { sent: 0, error: 'answered 503' });
  const waiting = await store.read((connection) => countWaitingRecords(connection, [row]));
  t.same([...waiting], [[row.id, 300]]);
  isDown = false;
  const before = down.received.length;
  clock.advance(61 * MINUTE_MS);
  await sending.settle();
  t.same(
    down.received.slice(before).flatMap(({ body }) => uuidsOf(body)),
    expected,
  );
});

t.test('after a crash between sending and noting the batch comes again, and nothing is left out', async (t) => {
  const { store, streamer, add, end } = await open(t);
  const { url, received } = await receive(t);
  const { row } = await add(url);
  await end('a');
  await end('b');
  await streamer().settle();
  const { cursorSeq } = await store.db.selectFrom('recordStreams').select('cursorSeq').executeTakeFirstOrThrow();
  await store.db
    .updateTable('recordStreams')
    .set({ cursorSeq: cursorSeq - 1 })
    .where('id', '=', row.id)
    .execute();
  await end('c');
  await streamer().settle();
  t.same(
    received.flatMap(({ body }) => uuidsOf(body)),
    ['a', 'b', 'b', 'c'],
  );
});

t.test('files are followed by the next one by day and by size, and only their owner reads them', async (t) => {
  const { clock, streamer, add, end, folder } = await open(t);
  const { row, secret } = await add(null);
  t.equal(secret, null);
  const sending = streamer({ mostFileBytes: 800 });
  for (let n = 0; n < 6; n += 1) {
    await end(`c${n}`);
    await sending.settle();
    if (n === 3) clock.advance(DAY_MS);
  }
  const place = join(folder, row.uuid);
  const files = readdirSync(place).sort();
  t.same(files, ['2026-11-21.1.jsonl', '2026-11-21.jsonl', '2026-11-22.jsonl']);
  const text = ['2026-11-21.jsonl', '2026-11-21.1.jsonl', '2026-11-22.jsonl'].map((name) =>
    readFileSync(join(place, name), 'utf8'),
  );
  t.same(uuidsOf(text.join('')), ['c0', 'c1', 'c2', 'c3', 'c4', 'c5']);
  t.equal(statSync(join(place, files[0] ?? '')).mode & 0o777, 0o600);
});

t.test('a line that a crash cut off is written whole, and one that was not noted is not written twice', async (t) => {
  const { store, streamer, add, end, folder } = await open(t);
  const { row } = await add(null);
  await end('a');
  await streamer().settle();
  const file = join(folder, row.uuid, '2026-11-21.jsonl');
  const read = () => uuidsOf(readFileSync(file, 'utf8'));
  await store.db.updateTable('recordStreams').set({ cursorSeq: 0, lastNumber: 0 }).execute();
  await end('b');
  await streamer().settle();
  t.same(read(), ['a', 'b']);
  truncateSync(file, statSync(file).size - 10);
  await store.db.updateTable('recordStreams').set({ cursorSeq: 0, lastNumber: 0 }).execute();
  await streamer().settle();
  t.same(read(), ['a', 'b']);
  appendFileSync(file, '{"seq":9');
  await end('c');
  await streamer().settle();
  t.same(read(), ['a', 'b', 'c']);
});

t.test('without a stream nothing is queued; what every stream has is forgotten; a paused one waits', async (t) => {
  const { store, clock, streamer, add, end, queued, call } = await open(t);
  await end('before');
  t.equal(await queued(), 0);
  const { url, received } = await receive(t);
  const { row } = await add(url);
  const pause = (status: 'paused' | 'active') =>
    store.write((context) => updateRecordStream(context, row.id, { url: undefined, status }));
  await pause('paused');
  await saveCalls(store, [call('up')]);
  await settleOpenCalls(store, [call('up')], clock.nowMs());
  const sending = streamer();
  await sending.settle();
  t.equal(received.length, 0);
  t.equal(await queued(), 1, 'a call that a crash cut off is a record, too');
  await pause('active');
  await sending.settle();
  t.same(
    received.flatMap(({ body }) => uuidsOf(body)),
    ['up'],
  );
  clock.advance(2 * MINUTE_MS);
  await sending.settle();
  t.equal(await queued(), 0);
  await store.write((context) => deleteRecordStream(context, row.id, null));
  await end('after');
  t.equal(await queued(), 0);
});

t.test('private addresses are refused, and a place that cannot be written is told and tried again', async (t) => {
  const { clock, streamer, add, end, stateOf, folder } = await open(t);
  const { url, received } = await receive(t);
  const http = await add(url);
  const file = await add(null);
  appendFileSync(join(folder, file.row.uuid), 'in the way');
  await end('a');
  const sending = streamer({ allow: [] });
  await sending.settle();
  t.equal(received.length, 0);
  t.match(await stateOf(http.row.id), { error: /127\.0\.0\.1 is not a public address/, failures: 1 });
  t.match(await stateOf(file.row.id), { error: /EEXIST|ENOTDIR/, sent: 0 });
  clock.advance(MINUTE_MS);
  t.ok(existsSync(folder));
});
