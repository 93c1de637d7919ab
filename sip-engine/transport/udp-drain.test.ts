import t from 'tap';
import { createFakeClock } from '../timer/index.ts';
import { type DatagramSource, UdpDrain } from './udp-drain.ts';

const AT_ONCE = 4;

/** A socket in which so many datagrams wait, of which it gives so many at a time. */
function socketWith(datagrams: number, atOnce = AT_ONCE) {
  const state = { left: datagrams, hasEnded: false };
  const source: DatagramSource = {
    get hasEnded() {
      return state.hasEnded;
    },
    read() {
      const count = Math.min(state.left, atOnce);
      state.left -= count;
      return count;
    },
    isFull: (count) => count === atOnce,
    bytes: () => Buffer.from('x'),
    address: () => '127.0.0.1',
    port: () => 5060,
  };
  return { source, state };
}

/** Ticks and promises of this turn. */
const settled = async () => {
  for (let step = 0; step < 100; step++) await new Promise<void>((resolve) => process.nextTick(resolve));
};

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
  const drain = new UdpDrain(source, clock, { deliver, behind: (isBehind) => told.push(isBehind) });
  drain.start();
  await settled();
  t.equal(heard, 8, 'what is read at once is delivered, and after 4 ms no more is read');
  t.same(told, [true]);
  await nextTurn();
  t.equal(heard, 16, 'the next turn goes on by itself');
  t.same(told, [true], 'once');
  await nextTurn();
  t.equal(heard, 20);
  t.same(told, [true, false]);
});

t.test(
  'a socket that dgram has emptied meanwhile, or that was closed, is no longer behind in the next turn',
  async (t) => {
    for (const isClosed of [false, true]) {
      const { source, state } = socketWith(20);
      const clock = createFakeClock();
      const told: boolean[] = [];
      const deliver = () => clock.advance(1);
      const drain = new UdpDrain(source, clock, { deliver, behind: (isBehind) => told.push(isBehind) });
      drain.start();
      await settled();
      t.same(told, [true]);
      state.left = 0;
      state.hasEnded = isClosed;
      await nextTurn();
      t.same(told, [true, false]);
    }
  },
);

t.test(
  'answers leave while others are still being made, half a millisecond after the ones before at the latest',
  async (t) => {
    const { source } = socketWith(48, 64);
    const clock = createFakeClock();
    const leftAt: number[] = [];
    let heard = 0;
    const deliver = () => {
      heard += 1;
      clock.advance(heard <= 32 ? 0.05 : 0.01);
    };
    const drain = new UdpDrain(source, clock, { deliver, leave: () => leftAt.push(heard) });
    drain.start();
    await nextTurn();
    t.equal(heard, 48);
    t.same(leftAt, [16, 32], 'the clock is looked at after each eight; the last leave with the turn');
  },
);

t.test('what dgram reads by itself when a turn is over is answered no later', async (t) => {
  const { source } = socketWith(AT_ONCE);
  const clock = createFakeClock();
  let left = 0;
  const drain = new UdpDrain(source, clock, { deliver: () => clock.advance(1.1), leave: () => left++ });
  drain.start();
  await settled();
  for (let byDgram = 0; byDgram < 10; byDgram++) {
    clock.advance(0.2);
    drain.start();
  }
  t.equal(left, 4, 'at once, and then each time that half a millisecond is over');
  await nextTurn();
});

/** A drain whose turn is over when the six datagrams that waited are delivered: what it has delivered, and how to go on. */
async function overTurn() {
  const { source, state } = socketWith(0, 6);
  const clock = createFakeClock();
  const heard: string[] = [];
  let waiting: string[] = ['a', 'b', 'c', 'd', 'e', 'f'];
  let read: string[] = [];
  const named: DatagramSource = {
    ...source,
    get hasEnded() {
      return state.hasEnded;
    },
    read() {
      [read, waiting] = [waiting.slice(0, 6), waiting.slice(6)];
      return read.length;
    },
    bytes: (index) => Buffer.from(read[index] ?? ''),
  };
  const told: boolean[] = [];
  const deliver = (bytes: Buffer) => {
    heard.push(bytes.toString());
    clock.advance(1);
  };
  const drain = new UdpDrain(named, clock, { deliver, behind: (isBehind) => told.push(isBehind) });
  /** As a socket does with what dgram reads. */
  const byDgram = (name: string) => {
    if (!drain.keep(Buffer.from(name), '127.0.0.1', 5060)) deliver(Buffer.from(name));
    drain.start();
  };
  byDgram('dgram');
  await settled();
  return { state, heard, told, byDgram, arrive: (...names: string[]) => void waiting.push(...names) };
}

t.test('what waits when a turn is over is read at once, and delivered in the next in its order', async (t) => {
  const { heard, told, byDgram, arrive } = await overTurn();
  t.equal(heard.join(''), 'dgramabcdef', 'what was read is delivered');
  arrive('h', 'i');
  byDgram('g');
  byDgram('j');
  t.equal(heard.join(''), 'dgramabcdefg', 'none but the one that nothing was kept before');
  t.same(told, [true], 'what is kept waits as well');
  await nextTurn();
  await settled();
  t.equal(heard.join(''), 'dgramabcdefghij', 'those that dgram read meanwhile come after those that were kept');
  t.same(told, [true, false]);
});

t.test('what is kept when the socket is closed is forgotten', async (t) => {
  const { state, heard, byDgram, arrive } = await overTurn();
  arrive('h');
  byDgram('g');
  state.hasEnded = true;
  await nextTurn();
  await nextTurn();
  t.equal(heard.at(-1), 'g');
});

t.test('a full read that leaves nothing behind is nothing to tell', async (t) => {
  const { source } = socketWith(2 * AT_ONCE);
  const told: boolean[] = [];
  const drain = new UdpDrain(source, createFakeClock(), {
    deliver: () => undefined,
    behind: (isBehind) => told.push(isBehind),
  });
  drain.start();
  await nextTurn();
  t.same(told, []);
});

t.test('what has set nothing going is followed at once, anything else by what it has set going', async (t) => {
  for (const isSettled of [true, false]) {
    const { source } = socketWith(10);
    const order: string[] = [];
    const deliver = () => {
      order.push('datagram');
      void Promise.resolve().then(() => order.push('promise'));
      return isSettled;
    };
    new UdpDrain(source, createFakeClock(), { deliver }).start();
    await settled();
    const datagrams = new Array<string>(10).fill('datagram');
    const promises = new Array<string>(10).fill('promise');
    const byTurns = datagrams.flatMap((datagram) => [datagram, 'promise']);
    t.same(order, isSettled ? [...datagrams, ...promises] : byTurns);
  }
});
