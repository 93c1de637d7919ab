import t, { type Test } from 'tap';
import { createFakeClock } from '../timer/index.ts';
import { settled } from '../transport/testing.ts';
import { Link } from './link.ts';
import { datagramRecord, orderRecord, readOrder, readSource, sendRecord, streamRecord } from './orders.ts';
import type { HandedRecord } from './record.ts';
import { createWorkerSeats, MOST_WORKERS, seatPorts, sharesPorts, type WorkerSeat } from './seat.ts';

function linkOf(t: Test, seat: WorkerSeat | undefined, to: number, take: (record: HandedRecord) => void): Link {
  const port = seat?.links[to];
  if (seat === undefined || port === undefined) throw new Error('no such seat');
  const link = new Link(seat, to, port, createFakeClock(), { take, behind: () => undefined });
  t.teardown(() => link.close());
  return link;
}

t.test('records cross in the order of sending, as they were', async (t) => {
  const [a, b] = createWorkerSeats(2);
  const got: HandedRecord[] = [];
  const link = linkOf(t, a, 1, () => undefined);
  linkOf(t, b, 0, (record) => got.push(record));
  const records = [
    datagramRecord(3, '2001:db8::1', 65_535, Buffer.from('INVITE')),
    streamRecord('tls/17', Buffer.from('\xff\0', 'latin1')),
    sendRecord('tcp/1', 0xffffffff, Buffer.alloc(0)),
    orderRecord({ order: 'close', id: 'tcp/ä' }),
  ];
  for (const record of records) link.send(record);
  await settled(() => got.length === records.length);
  t.same(got, records);
  t.same(got[0] && readSource(got[0]), { point: 3, port: 65_535 });
  t.same(got[3] && readOrder(got[3]), { order: 'close', id: 'tcp/ä' });
});

t.test('a link is full while the other does not take, and free again when it has', async (t) => {
  const [a, b] = createWorkerSeats(2);
  const link = linkOf(t, a, 1, () => undefined);
  const message = datagramRecord(0, '127.0.0.1', 5060, Buffer.alloc(60_000));
  let sent = 0;
  for (; !link.isFull && sent < 1_000; sent++) link.send(message);
  t.ok(sent > 60 && sent < 80, `4 MiB: ${sent} messages`);
  await settled();
  t.ok(link.isFull, 'nobody has taken them');
  let got = 0;
  linkOf(t, b, 0, () => got++);
  await settled(() => got === sent);
  t.notOk(link.isFull);
});

t.test('a message that is kept keeps little else in memory, however much came with it', async (t) => {
  const [a, b] = createWorkerSeats(2);
  const got: HandedRecord[] = [];
  const link = linkOf(t, a, 1, () => undefined);
  linkOf(t, b, 0, (record) => got.push(record));
  const sizes = Array.from({ length: 60 }, (_, n) => (n % 6 === 5 ? 60_000 : 900));
  for (const [n, size] of sizes.entries()) link.send(datagramRecord(0, '192.0.2.1', n, Buffer.alloc(size, n)));
  await settled(() => got.length === sizes.length);
  t.same(
    got.map(({ bytes, number }) => [bytes.length, bytes[0], number]),
    sizes.map((size, n) => [size, n, n]),
  );
  const kept = got.filter(({ bytes }) => bytes.length < 1_000);
  t.ok(kept.every(({ bytes }) => bytes.buffer.byteLength <= 8_192));
  t.ok(new Set(kept.map(({ bytes }) => bytes.buffer)).size < 15, 'and several still cross together');
});

t.test('every seat has a link to each other one', async (t) => {
  const seats = createWorkerSeats(4);
  t.same(
    seats.map((seat) => seatPorts(seat).length),
    [3, 3, 3, 3],
  );
  t.same(
    seats.map(({ links, index }) => links[index]),
    [undefined, undefined, undefined, undefined],
  );
  for (const seat of seats) for (const port of seatPorts(seat)) port.close();
  t.notOk(sharesPorts(createWorkerSeats(1)[0]), 'who is alone has nobody to share with');
  for (const count of [0, 1.5, MOST_WORKERS + 1]) t.throws(() => createWorkerSeats(count), RangeError);
});
