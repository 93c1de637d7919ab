import t from 'tap';
import { createFakeClock } from '../timer/index.ts';
import type { Flow } from '../transport/types.ts';
import { streamRecord } from './orders.ts';
import { type HandedRecord, sizeOf } from './record.ts';
import { WaitingStreams } from './waiting-streams.ts';

const MIB = 1024 * 1024;
const MESSAGE = Buffer.alloc(50_000);

/** Before a worker that takes nothing. */
function startHung() {
  const seen = { underWay: 0, told: 0, lost: 0 };
  const link = {
    get isBusy() {
      return seen.underWay > MIB;
    },
    get isFull() {
      return seen.underWay > 4 * MIB;
    },
    send(record: HandedRecord) {
      seen.underWay += sizeOf(record);
      seen.told += 1;
    },
  };
  const clock = createFakeClock();
  const streams = new WaitingStreams({
    ...{ link, clock },
    refuse: (flow) => streams.ended(flow),
    lost() {
      seen.lost += 1;
    },
  });
  return { streams, seen, clock };
}

t.test('who connects, sends and leaves again and again does not fill the memory before a worker that hangs', (t) => {
  const { streams, seen } = startHung();
  for (let n = 0; n < 1000; n++) {
    const flow = { id: `tcp/${n}`, reliable: true } as Flow;
    streams.send(streamRecord(flow.id, MESSAGE), flow);
    streams.ended(flow);
  }
  t.ok(seen.underWay < 4 * MIB + 2 * MESSAGE.length, `${seen.underWay} bytes are under way`);
  t.ok(seen.underWay > 4 * MIB, 'what there is room for is told');
  t.equal(seen.told + seen.lost, 1000, 'and the rest is counted');
  streams.close();
  t.end();
});

t.test('datagrams that keep a worker busy leave connections a share', (t) => {
  const { streams, seen, clock } = startHung();
  seen.underWay = 2 * MIB;
  const flow = { id: 'tcp/1', reliable: true } as Flow;
  const message = Buffer.alloc(8 * 1024);
  for (let n = 0; n < 5; n++) streams.send(streamRecord(flow.id, message), flow);
  t.equal(seen.told, 0, 'they wait');
  clock.advance(10);
  t.equal(seen.told, 2, 'and some cross at each look');
  clock.advance(20);
  t.equal(seen.told, 5, 'until all have crossed');
  streams.close();
  t.end();
});

t.test('nothing crosses to a worker that is full', (t) => {
  const { streams, seen, clock } = startHung();
  seen.underWay = 5 * MIB;
  const flow = { id: 'tcp/1', reliable: true } as Flow;
  streams.send(streamRecord(flow.id, MESSAGE), flow);
  clock.advance(1000);
  t.equal(seen.told, 0);
  streams.close();
  t.end();
});
