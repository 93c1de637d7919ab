import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import t, { type Test } from 'tap';
import { WebSocket } from 'ws';
import { inviteText } from '../control/call-text.ts';
import { udpPeer } from '../engine-test-peer.ts';
import { parseMessage } from '../message/index.ts';
import { createTestPorts, settled } from '../transport/testing.ts';
import { createSeatedTransport } from './create-transport.ts';
import { ownerOf } from './owner.ts';
import { createWorkerSeats, type WorkerSeat } from './seat.ts';

const HOST = '127.0.0.1';
const MIB = 1024 * 1024;
/** What a socket reads in one piece. */
const CHUNK_BYTES = 64 * 1024;
/** Of a large message. */
const BODY_BYTES = 60_000;

/** A request of a call of worker 1. */
function request(name: string, { method = 'INVITE', size = 1_000, uri = 'sip:bob@127.0.0.1' } = {}): string {
  for (let n = 0; ; n++) {
    const text = inviteText(`${name}.${n}`, 5060, { method, body: 'x'.repeat(size) }).replace('sip:bob@127.0.0.1', uri);
    if (ownerOf(Buffer.from(text), 2) === 1) return text;
  }
}

/** Home listens, and the call worker does not take anything before it is started. */
async function homeAlone(t: Test) {
  const [first, second] = createWorkerSeats(2);
  if (first === undefined || second === undefined) throw new Error('two seats were asked for');
  const start = (seat: WorkerSeat, heard: (text: string) => void, behind: (isBehind: boolean) => void) => {
    const ports = createTestPorts();
    const events = {
      onMessage: (bytes: Buffer) => heard(bytes.toString()),
      onFlowClosed: () => undefined,
      mayHandOver: () => true,
      isUrgent: (uri: string) => uri.startsWith('sip:112@'),
      onBehind: behind,
    };
    const transport = createSeatedTransport(seat, {}, events, ports);
    t.teardown(() => transport.close());
    return { transport, ports };
  };
  const nothing = () => undefined;
  const home = start(first, nothing, nothing);
  const points = [
    await home.transport.listen({ transport: 'udp', host: HOST, port: 0 }),
    await home.transport.listen({ transport: 'tcp', host: HOST, port: 0 }),
    await home.transport.listen({ transport: 'ws', host: HOST, port: 0 }),
  ];
  const [udpPort, tcpPort, wsPort] = points.map(({ port }) => port) as [number, number, number];
  const backlog = new Int32Array(first.backlog);
  const heard: string[] = [];
  const behind: boolean[] = [];
  return {
    ...{ home, udpPort, tcpPort, wsPort, heard, behind },
    get underWay() {
      return backlog[1] ?? 0;
    },
    async startOther() {
      const other = start(
        second,
        (text) => {
          const { cseqMethod, callId, uri } = parseMessage(Buffer.from(text));
          heard.push(`${cseqMethod} ${uri} ${callId}`);
          // So long it takes.
          other.ports.advance(1);
        },
        (isBehind) => behind.push(isBehind),
      );
      for (const { transport, host, port } of points) await other.transport.listen({ transport, host, port });
    },
  };
}

function tcpClient(t: Test, port: number): Socket {
  const socket = connect(port, HOST);
  socket.on('error', () => socket.destroy());
  t.teardown(() => socket.destroy());
  return socket;
}

async function webSocket(t: Test, port: number): Promise<WebSocket> {
  const socket = new WebSocket(`ws://${HOST}:${port}`, 'sip');
  t.teardown(() => socket.terminate());
  await once(socket, 'open');
  return socket;
}

/** Five thousand calls over one connection to a worker that is started afterwards. */
async function crowd(t: Test, transport: 'tcp' | 'ws') {
  const pair = await homeAlone(t);
  const sent = Array.from({ length: 5_000 }, (_, n) => request(`call-${n}`));
  const bytes = Buffer.from(sent.join(''));
  t.ok(bytes.length > 6 * MIB);
  if (transport === 'tcp') tcpClient(t, pair.tcpPort).write(bytes);
  else {
    const socket = await webSocket(t, pair.wsPort);
    for (const text of sent) socket.send(text);
  }
  await settled(() => pair.underWay > MIB);
  // Whatever else home would read.
  await settled();
  const { counted } = pair.home.ports;
  const read = counted('messages_in', transport) * (bytes.length / sent.length);
  t.ok(read < MIB + 2 * CHUNK_BYTES, `${read} bytes are read before the connection waits`);
  await pair.startOther();
  const all = () => {
    pair.home.ports.advance(10);
    return pair.heard.length === sent.length;
  };
  await settled(all);
  const callIds = sent.map((text) => parseMessage(Buffer.from(text)).callId);
  t.same(
    pair.heard.map((line) => line.split(' ')[2]),
    callIds,
  );
  t.equal(counted('dropped', 'hand_over'), 0);
  t.same(pair.behind.slice(0, 2), [true, false], 'new calls learn that more comes than a turn can take');
}

t.test('what a connection sends to a worker that does not keep up waits for it, in its order', (t) => crowd(t, 'tcp'));

t.test('what a WebSocket sends to a worker that does not keep up waits likewise', (t) => crowd(t, 'ws'));

t.test('a connection that is not read while a worker is busy is not ended for what it could not finish', async (t) => {
  for (const transport of ['tcp', 'ws'] as const) {
    const pair = await homeAlone(t);
    const sent = Array.from({ length: 100 }, (_, n) => request(`call-${n}`, { size: BODY_BYTES }));
    if (transport === 'tcp') tcpClient(t, pair.tcpPort).write(sent.join(''));
    else {
      const socket = await webSocket(t, pair.wsPort);
      for (const text of sent) socket.send(text);
    }
    const { ports, transport: home } = pair.home;
    const isWaiting = () => ports.counted('messages_in', transport) > Math.floor(pair.underWay / BODY_BYTES);
    // Until there is no room for anything: as long as there is, a share of what waits crosses.
    await settled(() => {
      if (isWaiting()) ports.advance(10);
      return pair.underWay > 4 * MIB && isWaiting();
    });
    for (let second = 0; second < 60; second++) ports.advance(1000);
    t.equal(home.connections, 1, transport);
    await pair.startOther();
    await settled(() => {
      ports.advance(10);
      return pair.heard.length === sent.length;
    });
    t.equal(pair.heard.length, sent.length, transport);
  }
});

t.test('what has come over a connection reaches a busy worker though the connection has ended', async (t) => {
  const pair = await homeAlone(t);
  const sent = Array.from({ length: 20 }, (_, n) => request(`call-${n}`, { size: BODY_BYTES }));
  tcpClient(t, pair.tcpPort).write(sent.join(''));
  const { counted } = pair.home.ports;
  const isMoreThanCrossed = () => counted('messages_in', 'tcp') > Math.floor(pair.underWay / BODY_BYTES);
  await settled(() => pair.underWay > MIB && isMoreThanCrossed());
  await settled();
  t.ok(isMoreThanCrossed(), 'some of it waits');
  const read = counted('messages_in', 'tcp');
  const flow = pair.home.transport.findFlow('tcp/1');
  if (flow === undefined) throw new Error('there is a connection');
  pair.home.transport.closeFlow(flow);
  await pair.startOther();
  await settled(() => pair.heard.length === read);
  t.equal(pair.heard.length, read);
});

t.test('a worker that new calls keep busy is told of what belongs to calls, and of calls for help', async (t) => {
  const pair = await homeAlone(t);
  const peer = await udpPeer(t, pair.udpPort);
  const { counted } = pair.home.ports;
  let sent = 0;
  const send = async (text: string) => {
    peer.send(text);
    sent += 1;
    await settled(() => counted('messages_in', 'udp') === sent);
  };
  while (pair.underWay <= MIB) await send(request(`call-${sent}`, { size: 50_000 }));
  const crossed = sent;
  await send(request('late'));
  t.equal(counted('dropped', 'hand_over'), 1);
  await send(request('bye', { method: 'CANCEL', size: 0 }));
  await send(request('help', { uri: 'sip:112@127.0.0.1' }));
  t.equal(counted('dropped', 'hand_over'), 1);
  await pair.startOther();
  await settled(() => pair.heard.length === crossed + 2);
  t.match(pair.heard.slice(crossed), [/^CANCEL .* bye/, /^INVITE sip:112@.* help/]);
});
