import t, { type Test } from 'tap';
import { transportOptions } from '../engine-parts.ts';
import { fc } from '../testing-properties.ts';
import { createTransportLayer } from './index.ts';
import { type Libc, loadLibc, UDP_SEGMENT } from './libc.ts';
import { createTestPorts, EventRecorder } from './testing.ts';
import { open, readSizes, type World, type WorldOptions } from './udp-segments-fixture.ts';

const EAGAIN = 11;
/** How a system that cannot cut says so. */
const CANNOT_CUT = { EIO: 5, EINVAL: 22, EMSGSIZE: 90 };

/** A message of ours of exactly so many bytes, told apart by its number. */
function message(call: string, number: number, bytes = 300): string {
  const head = `SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK${number}\r\nCall-ID: ${call}\r\nX: `;
  return `${head.padEnd(bytes - 4, 'x')}\r\n\r\n`;
}

for (const host of ['127.0.0.1', '::1'] as const) {
  t.test(
    `${host}: datagrams of one length to one address are one for the system, and come as what they are`,
    async (t) => {
      const world = await open(t, { host });
      if (world === undefined) return;
      const sent = Array.from({ length: 40 }, (_, number) => message(`call-${number}`, number));
      for (const text of sent) world.send(text);
      await world.received(sent.length);
      t.same(world.peers[0]?.got, sent);
      t.same(world.messages, [[40]]);
    },
  );
}

t.test('among others of other lengths and addresses, they are put together', async (t) => {
  const world = await open(t, { peers: 2 });
  if (world === undefined) return;
  const sent: string[][] = [[], []];
  for (let number = 0; number < 48; number++) {
    const text = message(`call-${number}`, number, 300 + (number % 3));
    world.send(text, number % 2);
    sent[number % 2]?.push(text);
  }
  await world.received(48);
  t.same(world.messages, [[8, 8, 8, 8, 8, 8]]);
  for (const [index, { got }] of world.peers.entries()) t.same(got.toSorted(), sent[index]?.toSorted());
});

t.test('what has one Call-ID leaves in its order, whatever else does', async (t) => {
  const world = await open(t);
  if (world === undefined) return;
  const [ringing, answer] = [message('a', 1, 400), message('a', 2, 300)];
  world.send(message('b', 3, 300));
  world.send(ringing);
  world.send(answer);
  world.send(message('c', 4, 400));
  world.send(message('d', 5, 300));
  await world.received(5);
  const got = world.peers[0]?.got ?? [];
  t.ok(got.indexOf(ringing) < got.indexOf(answer));
  t.same(
    world.messages,
    [[1, 2, 2]],
    'the second of its call did not go with the first group, but others of its length went with it',
  );
});

t.test('whatever is sent to whom, everything comes once, and each call in its order', async (t) => {
  const world = await open(t, { peers: 2 });
  if (world === undefined) return;
  const bytes = fc.constantFrom(99, 100, 250, 251, 1232, 1233);
  const send = fc.record({ call: fc.nat(3), bytes, peer: fc.nat(1) });
  const sends = fc.array(send, { minLength: 1, maxLength: 200, size: 'max' });
  await fc.assert(
    fc.asyncProperty(sends, async (list) => {
      for (const { got } of world.peers) got.length = 0;
      const sent = list.map((one, number) => ({ ...one, text: shortMessage(one.call, number, one.bytes) }));
      for (const { text, peer } of sent) world.send(text, peer);
      await world.received(sent.length);
      return world.peers.every(({ got }, peer) =>
        [0, 1, 2, 3].every((call) => {
          const own = sent.filter((one) => one.peer === peer && one.call === call).map(({ text }) => text);
          return own.join() === got.filter((text) => text.includes(`\r\nCall-ID: ${call}\r\n`)).join();
        }),
      );
    }),
    { numRuns: 60 },
  );
});

function shortMessage(call: number, number: number, bytes: number): string {
  return `${`SIP/2.0 200 OK\r\nCall-ID: ${call}\r\nCSeq: ${number} OPTIONS\r\nX: `.padEnd(bytes - 4, 'x')}\r\n\r\n`;
}

t.test('where the Call-ID is not found as we write it nothing overtakes, and nothing is overtaken', async (t) => {
  const world = await open(t);
  if (world === undefined) return;
  const compact = (number: number, bytes: number) => message('c', number, bytes).replace('Call-ID:', 'i:      ');
  const sent = [0, 1, 2, 3, 4, 5].map((number) => compact(number, 300 + (number % 2)));
  sent.push(message('c', 6, 300), compact(7, 301), message('d', 8, 300));
  for (const text of sent) world.send(text);
  await world.received(sent.length);
  t.same(world.peers[0]?.got, sent);
});

t.test('what IP has to cut, keep-alives and more than a message holds are not put together', async (t) => {
  const world = await open(t);
  if (world === undefined) return;
  const sized = (bytes: number) => (number: number) => message(`call-${number}`, number, bytes);
  const sent = [
    ...[1, 2].map(sized(1_233)),
    ...['\r\n\r\n', '\r\n\r\n'],
    ...Array.from({ length: 60 }, (_, number) => sized(1_232)(number)),
  ];
  for (const text of sent) world.send(text);
  await world.received(sent.length);
  t.same(world.peers[0]?.got, sent);
  t.same(world.messages, [[1, 1, 1, 1, 52, 8]]);
});

t.test('a message has 63 datagrams at most, and a call of the system 64', async (t) => {
  const world = await open(t);
  if (world === undefined) return;
  const sent = Array.from({ length: 65 }, (_, number) => message(`call-${number}`, number, 100 + 20));
  for (const text of sent) world.send(text);
  await world.received(sent.length);
  t.same(world.peers[0]?.got, sent);
  t.same(world.messages, [[63, 1], [1]]);
});

t.test('what is more than the block holds leaves by the next call, in order', async (t) => {
  const world = await open(t);
  if (world === undefined) return;
  const sent = Array.from({ length: 5 }, (_, number) => message('a', number, 30_000));
  for (const text of sent) world.send(text);
  await world.received(sent.length);
  t.same(world.peers[0]?.got, sent);
  t.same(world.messages, [[1, 1, 1, 1], [1]]);
});

/** A system that takes no message of several datagrams, as long as `errno` says why. */
function refusing(state: { errno: number }): NonNullable<WorldOptions['faults']> {
  return (libc) => ({
    errno: () => state.errno,
    sendmmsg: (fd, headers, count, flags) => {
      const at = readSizes(headers, count).findIndex((size) => size > 1);
      if (at < 0 || state.errno === 0) return libc.sendmmsg(fd, headers, count, flags);
      return at === 0 ? -1 : libc.sendmmsg(fd, headers, at, flags);
    },
  });
}

/** What the system is given of four datagrams, which all come, those of one length in order. */
async function sendFour(t: Test, world: World, peer: number): Promise<readonly number[][]> {
  const got = world.peers[peer]?.got ?? [];
  got.length = 0;
  world.messages.length = 0;
  const others = world.peers.reduce((sum, one) => sum + one.got.length, 0);
  const sent = [400, 300, 300, 500].map((bytes, number) => message(`call-${number}`, number, bytes));
  for (const text of sent) world.send(text, peer);
  await world.received(others + sent.length);
  t.same(got, sent);
  return [...world.messages];
}

t.test('what the system does not take for the moment is left to dgram, one by one', async (t) => {
  const state = { errno: EAGAIN };
  const world = await open(t, { faults: refusing(state) });
  if (world === undefined) return;
  t.same(await sendFour(t, world, 0), [[1, 2, 1], [2, 1], [1]]);
  state.errno = 0;
  t.same(await sendFour(t, world, 0), [[1, 2, 1]], 'and the next are put together again');
});

for (const [name, errno] of Object.entries(CANNOT_CUT)) {
  t.test(
    `${name}: an address that the system cannot cut for gets each by itself for ten minutes, whatever the port`,
    async (t) => {
      const state = { errno };
      const world = await open(t, { peers: 2, faults: refusing(state) });
      if (world === undefined) return;
      t.same(await sendFour(t, world, 0), [[1, 2, 1], [2, 1], [1]]);
      t.same(await sendFour(t, world, 0), [[1, 1, 1, 1]]);
      t.same(await sendFour(t, world, 1), [[1, 1, 1, 1]], 'whatever the port');
      state.errno = 0;
      t.same(await sendFour(t, world, 0), [[1, 1, 1, 1]]);
      world.ports.advance(600_000);
      t.same(await sendFour(t, world, 0), [[1, 2, 1]]);
    },
  );
}

t.test('a system that cannot cut, and one that is told not to, is given each by itself', async (t) => {
  const refuses = (libc: Libc): Partial<Libc> => ({
    setsockopt: (fd, level, name, value, bytes) =>
      name === UDP_SEGMENT ? -1 : libc.setsockopt(fd, level, name, value, bytes),
  });
  for (const options of [{ faults: refuses }, { segments: false }]) {
    const world = await open(t, options);
    if (world === undefined) return;
    const sent = [1, 2, 3].map((number) => message(`call-${number}`, number));
    for (const text of sent) world.send(text);
    await world.received(3);
    t.same(world.peers[0]?.got, sent);
    t.same(world.messages, [[1, 1, 1]]);
  }
});

t.test('whether the system cuts is for the engine’s options to say, and the log says where it does not', async (t) => {
  if ((await loadLibc()) === undefined) return;
  for (const udpSegments of [true, false]) {
    const ports = createTestPorts();
    const options = transportOptions({ listen: [], udpSegments });
    const layer = createTransportLayer({ ...options, watchUdpPeers: false }, new EventRecorder(), ports);
    await layer.listen({ transport: 'udp', host: '127.0.0.1', port: 0 });
    t.teardown(() => layer.close());
    const [line] = ports.logged.filter(({ text }) => text === 'UDP socket open');
    t.match(line?.fields, { manyACall: true });
    t.same(
      Object.entries(line?.fields ?? {}).filter(([name]) => name === 'segments'),
      udpSegments ? [] : [['segments', false]],
    );
  }
});
