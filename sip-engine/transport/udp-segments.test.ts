import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { createListenPoint } from './bound-point.ts';
import { type Libc, loadLibc } from './libc.ts';
import { createTestPorts, EventRecorder, settled } from './testing.ts';
import { TransportContext } from './transport-context.ts';
import { bindUdp } from './udp-bind.ts';
import { UDP_SEGMENT } from './udp-descriptor.ts';
import { UdpSocket } from './udp-socket.ts';

const EINVAL = 22;
const EAGAIN = 11;
const HEADER_BYTES = 64;
/** Where a header says how much control data it has, and how many pieces. */
const CONTROL_LENGTH_AT = 40;
const PIECE_COUNT_AT = 24;

interface World {
  /** For each call of sendmmsg: how many datagrams each of its messages has. */
  readonly messages: number[][];
  readonly peers: readonly Peer[];
  send(text: string, peer?: number): void;
  /** Waits for so many datagrams, of all peers together. */
  received(count: number): Promise<void>;
}

interface Peer {
  readonly port: number;
  readonly got: string[];
}

interface WorldOptions {
  readonly host?: '127.0.0.1' | '::1';
  readonly segments?: boolean;
  /** In place of functions of the system's. */
  readonly faults?: (libc: Libc) => Partial<Libc>;
  readonly peers?: number;
}

/** A socket of ours, peers with one each, and what the system was given; `undefined` where there are no such calls. */
async function open(t: Test, options: WorldOptions = {}): Promise<World | undefined> {
  const { host = '127.0.0.1', segments = true, faults = () => ({}), peers: count = 1 } = options;
  const libc = await loadLibc();
  if (libc === undefined) return undefined;
  const messages: number[][] = [];
  const system: Libc = { ...libc, ...faults(libc) };
  const sendmmsg: Libc['sendmmsg'] = (fd, headers, count, flags) => {
    messages.push(readSizes(headers, count));
    return system.sendmmsg(fd, headers, count, flags);
  };
  const binding = { host, port: 0, bufferBytes: 1 << 20, share: false, libc: { ...system, sendmmsg }, segments };
  const bound = await bindUdp(binding);
  const { port } = bound.socket.address();
  const context = new TransportContext({}, new EventRecorder(), createTestPorts());
  const socket = new UdpSocket(
    bound,
    createListenPoint({ transport: 'udp', host, port }, host, port, context.addresses),
    context,
  );
  t.teardown(() => socket.close());
  const peers: Peer[] = [];
  for (let number = 0; number < count; number++) peers.push(await openPeer(t, host));
  return {
    messages,
    peers,
    send: (text, peer = 0) => socket.flow(host, peers[peer]?.port ?? 0).send(Buffer.from(text)),
    received: (wanted) => settled(() => peers.reduce((sum, { got }) => sum + got.length, 0) === wanted),
  };
}

async function openPeer(t: Test, host: string): Promise<Peer> {
  const peer: Socket = createSocket({ type: host.includes(':') ? 'udp6' : 'udp4', recvBufferSize: 1 << 20 });
  const listening = once(peer, 'listening');
  peer.bind(0, host);
  await listening;
  t.teardown(() => peer.close());
  const got: string[] = [];
  peer.on('message', (bytes) => got.push(String(bytes)));
  return { port: peer.address().port, got };
}

/** How many pieces each header has; without control data the system does not cut them. */
function readSizes(headers: Uint8Array, count: number): number[] {
  const view = new DataView(headers.buffer, headers.byteOffset);
  return Array.from({ length: count }, (_, index) => {
    const header = index * HEADER_BYTES;
    const pieces = view.getInt32(header + PIECE_COUNT_AT, true);
    const isCut = view.getInt32(header + CONTROL_LENGTH_AT, true) > 0;
    if (pieces > 1 !== isCut) throw new Error('several pieces are to be cut, and one is not');
    return pieces;
  });
}

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
  const sends = fc.array(
    fc.record({ call: fc.nat(3), bytes: fc.constantFrom(99, 100, 250, 251, 1300, 1301), peer: fc.nat(1) }),
    { minLength: 1, maxLength: 150 },
  );
  await fc.assert(
    fc.asyncProperty(sends, async (list) => {
      for (const { got } of world.peers) got.length = 0;
      const sent = list.map(({ call, bytes, peer }, number) => ({
        call,
        peer,
        text: shortMessage(call, number, bytes),
      }));
      for (const { text, peer } of sent) world.send(text, peer);
      await world.received(sent.length);
      for (const [index, { got }] of world.peers.entries()) {
        for (let call = 0; call <= 3; call++) {
          const own = sent.filter((one) => one.peer === index && one.call === call).map(({ text }) => text);
          t.same(
            got.filter((text) => text.includes(`\r\nCall-ID: ${call}\r\n`)),
            own,
          );
        }
      }
    }),
    { numRuns: 60 },
  );
});

function shortMessage(call: number, number: number, bytes: number): string {
  return `${`SIP/2.0 200 OK\r\nCall-ID: ${call}\r\nCSeq: ${number} OPTIONS\r\nX: `.padEnd(bytes - 4, 'x')}\r\n\r\n`;
}

t.test('what is no SIP, and answers with another name for Call-ID, keep their order among each other', async (t) => {
  const world = await open(t);
  if (world === undefined) return;
  const compact = (number: number, bytes: number) => message('i', number, bytes).replace('Call-ID:', 'i:      ');
  const sent = [0, 1, 2, 3, 4, 5].map((number) => compact(number, 300 + (number % 2)));
  for (const text of sent) world.send(text);
  await world.received(sent.length);
  t.same(world.peers[0]?.got, sent);
});

t.test('what IP has to cut, keep-alives and more than a message holds are not put together', async (t) => {
  const world = await open(t);
  if (world === undefined) return;
  const large = (number: number) => message(`call-${number}`, number, 1_301);
  const most = (number: number) => message(`call-${number}`, number, 1_300);
  const sent = [
    ...[1, 2].map(large),
    ...['\r\n\r\n', '\r\n\r\n'],
    ...Array.from({ length: 60 }, (_, number) => most(number)),
  ];
  for (const text of sent) world.send(text);
  await world.received(sent.length);
  t.same(world.peers[0]?.got, sent);
  t.same(world.messages, [[1, 1, 1, 1, 50, 10]]);
});

t.test(
  'to an address that the system cannot cut for all goes as before, and so it stays; to others it is cut',
  async (t) => {
    let errno = 0;
    const world = await open(t, {
      peers: 2,
      faults: (libc) => ({
        errno: () => errno,
        sendmmsg: (fd, headers, count, flags) => {
          const sizes = readSizes(headers, count);
          const at = sizes.findIndex((size) => size > 1);
          if (at < 0 || errno === 0) return libc.sendmmsg(fd, headers, count, flags);
          return at === 0 ? -1 : libc.sendmmsg(fd, headers, at, flags);
        },
      }),
    });
    if (world === undefined) return;
    const send = async (peer: number) => {
      const got = world.peers[peer]?.got ?? [];
      got.length = 0;
      world.messages.length = 0;
      const others = world.peers.reduce((sum, one) => sum + one.got.length, 0);
      const sent = [300, 300, 400, 300].map((bytes, number) => message(`call-${number}`, number, bytes));
      for (const text of sent) world.send(text, peer);
      await world.received(others + sent.length);
      t.same(got.toSorted(), sent.toSorted());
      return world.messages;
    };
    errno = EAGAIN;
    t.same(await send(0), [[3, 1], [1]], 'refused for the moment: dgram has those of the group, one by one');
    errno = 0;
    t.same(await send(0), [[3, 1]], 'and the next are put together again');
    errno = EINVAL;
    t.same(await send(0), [[3, 1], [1]]);
    t.same(await send(0), [[1, 1, 1, 1]], 'refused for good');
    errno = 0;
    t.same(await send(0), [[1, 1, 1, 1]]);
    t.same(await send(1), [[1, 1, 1, 1]], 'addresses are meant, not ports');
  },
);

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
