import t from 'tap';
import { createFakeClock } from '../timer/index.ts';
import { type DatagramSource, UdpDrain } from './udp-drain.ts';

const AT_ONCE = 4;

/** A socket in which so many datagrams wait. */
function socketWith(datagrams: number) {
  const state = { left: datagrams };
  const source: DatagramSource = {
    hasEnded: false,
    read() {
      const count = Math.min(state.left, AT_ONCE);
      state.left -= count;
      return count;
    },
    isFull: (count) => count === AT_ONCE,
    bytes: () => Buffer.from('x'),
    address: () => '127.0.0.1',
    port: () => 5060,
  };
  return { source };
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

t.test('a socket that holds more than a turn can read is told of, and that it has been emptied', async (t) => {
  const { source } = socketWith(20);
  const clock = createFakeClock();
  const told: boolean[] = [];
  let heard = 0;
  const deliver = () => {
    heard += 1;
    clock.advance(1);
  };
  const drain = new UdpDrain(source, clock, deliver, (isBehind) => told.push(isBehind));
  drain.start();
  await nextTurn();
  t.equal(heard, 8, 'what is read at once is delivered, and after 4 ms no more is read');
  t.same(told, [true]);
  drain.start();
  await nextTurn();
  t.equal(heard, 16);
  t.same(told, [true], 'once');
  drain.start();
  await nextTurn();
  t.equal(heard, 20);
  t.same(told, [true, false]);
});

t.test('a full read that leaves nothing behind is nothing to tell', async (t) => {
  const { source } = socketWith(2 * AT_ONCE);
  const told: boolean[] = [];
  const drain = new UdpDrain(
    source,
    createFakeClock(),
    () => undefined,
    (isBehind) => told.push(isBehind),
  );
  drain.start();
  await nextTurn();
  t.same(told, []);
});
