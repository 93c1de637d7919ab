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
  const streams = new WaitingStreams({
    ...{ link, clock: createFakeClock() },
    refuse: (flow) => streams.ended(flow),
    lost() {
      seen.lost += 1;
    },
  });
  return { streams, seen };
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
