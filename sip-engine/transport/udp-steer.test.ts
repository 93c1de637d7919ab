import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import t, { type Test } from 'tap';
import { hashOfCallId } from './call-id-hash.ts';
import { loadLibc } from './libc.ts';
import { steeringUser } from './steer-program.ts';
import { settled } from './testing.ts';
import { bindUdp, joinUdp } from './udp-bind.ts';

/** One more than there are decimal digits, and one more. */
const SOCKETS = 12;
/** Sockets of the system's choice. */
const PEERS = 20;
/** What a program that looks for Call-IDs takes of a socket's room for options is less, bytes. */
const ROOM = 32_768;
const room = Number(await readFile('/proc/sys/net/core/optmem_max', 'utf8').catch(() => 0));
const hasLittleRoom = room < ROOM && `net.core.optmem_max is less than ${ROOM}`;
const libc = await loadLibc();
const skip = libc === undefined && 'the C library is not to be had';
const skipCalls = skip || hasLittleRoom;

const REST = 'Max-Forwards: 70\r\n'.repeat(20);

/** The line that tells texts apart. */
const nameOf = (text: string): string => text.split('\r\n', 1)[0] ?? '';

function heardBy(socket: Socket): string[] {
  const heard: string[] = [];
  socket.on('message', (bytes) => heard.push(nameOf(bytes.toString())));
  return heard;
}

/** Sockets at one port, in the order in which they came there: what each of them hears. */
async function socketsAt(t: Test) {
  const place = { host: '127.0.0.1', bufferBytes: 1 << 20, libc };
  const first = await bindUdp({ ...place, port: 0, share: true });
  const { port } = first.socket.address();
  const all = [first];
  while (all.length < SOCKETS) {
    const joined = await joinUdp({ ...place, port, share: true }, SOCKETS);
    t.equal(joined.steering, hasLittleRoom === false ? 'calls' : 'dialogs');
    all.push(joined);
  }
  for (const { socket, datagrams } of all) {
    t.teardown(() => {
      datagrams?.end();
      socket.close();
    });
  }
  return { port, heard: all.map(({ socket }) => heardBy(socket)) };
}

/** Sends texts, which begin with different lines, from many peers: by text, the places of the sockets that have heard it. */
async function placesOf(t: Test, texts: readonly string[]) {
  const { port, heard } = await socketsAt(t);
  for (let n = 0; n < PEERS; n++) {
    const peer = createSocket('udp4');
    peer.bind(0, '127.0.0.1');
    await once(peer, 'listening');
    t.teardown(() => peer.close());
    for (const text of texts) peer.send(text, port, '127.0.0.1');
  }
  await settled(() => heard.flat().length === texts.length * PEERS);
  return (text: string): number[] => heard.flatMap((names, place) => (names.includes(nameOf(text)) ? [place] : []));
}

t.test('REGISTERs and REFERs arrive at the socket that was there first', { skip }, async (t) => {
  const texts = ['REGISTER sip:a SIP/2.0', `REFER sip:w1@b SIP/2.0\r\n${REST}`];
  const places = await placesOf(t, texts);
  for (const text of texts) t.same(places(text), [0]);
});

t.test('responses arrive at the socket whose place the branch of their first Via begins with', { skip }, async (t) => {
  const hosts = ['192.0.2.1', '192.0.2.10', '192.0.2.101', '[2001:db8:1234:5678:9abc:def0:1234:5678]:15060'];
  const told = [0, 1, 9, 10, 11].flatMap((place) =>
    hosts.flatMap((host, n) => {
      const end = `branch=z9hG4bK${place.toString(16)}ab\r\nVia: SIP/2.0/UDP b;branch=z9hG4bK2\r\n${REST}`;
      const late = `v:SIP/2.0/UDP ${host};rport=5060;received=192.0.2.77;${end}`;
      return [
        { place, text: `SIP/2.0 200 ${place} ${n}\r\nVia: SIP/2.0/UDP ${host};rport;${end}` },
        { place, text: `SIP/2.0 183 Session in Progress ${place} ${n}\r\n${late}` },
      ];
    }),
  );
  const places = await placesOf(
    t,
    told.map(({ text }) => text),
  );
  for (const { place, text } of told) t.same(places(text), [place], text.slice(0, 100));
});

t.test('requests to our Contact arrive at the socket that its user names', { skip }, async (t) => {
  const methods = ['ACK', 'BYE', 'INFO', 'PRACK', 'INVITE', 'UPDATE', 'NOTIFY', 'MESSAGE'];
  const told = [0, 1, 9, 10, 11].flatMap((place) =>
    methods.map((method) => ({
      place,
      text: `${method} sip:${steeringUser(place)}@192.0.2.1 SIP/2.0\r\n${REST}`,
    })),
  );
  const places = await placesOf(
    t,
    told.map(({ text }) => text),
  );
  for (const { place, text } of told) t.same(places(text), [place], text.slice(0, 30));
});

t.test('calls arrive at the socket that the hash of their Call-ID leads to', { skip: skipCalls }, async (t) => {
  const long = Array.from({ length: 8 }, (_, n) => `${n}${'0123456789abcdef'.repeat(4)}`.slice(0, 57 + n));
  const ids = ['1', 'a84b4c76e66710', '0c8d1f0e-7a5e-4d0b-9f57-2f0a5e1d3c4b@192.0.2.1', ...long];
  const told = ids.flatMap((id, n) =>
    ['INVITE', 'CANCEL', 'ACK'].flatMap((method) => {
      const first = (mark: string): string => `${method} sip:${n}${mark}@b SIP/2.0\r\n`;
      const last = first('c').padEnd(690 - 'X: \r\n'.length, 'X');
      return [
        { id, text: `${first('a')}To: <sip:b@c>\r\nCall-ID: ${id} \r\n${REST}` },
        { id, text: `${first('b')}Via: SIP/2.0/UDP b;branch=z9hG4bK3\r\n${REST}Call-ID: ${id}\r\n${REST}` },
        { id, text: `${last}: \r\nCall-ID: ${id}\r\n${REST}` },
      ];
    }),
  );
  const places = await placesOf(
    t,
    told.map(({ text }) => text),
  );
  for (const { id, text } of told) t.same(places(text), [hashOfCallId(id) % SOCKETS], `${text.slice(0, 20)} ${id}`);
});

t.test('all else is spread by addresses', { skip }, async (t) => {
  const via = 'Via: SIP/2.0/UDP 192.0.2.1:5060;rport;branch=z9hG4bK';
  const like = ['Call-Info', 'X-All-ID', 'Call-IDs'].flatMap((name) =>
    [0, 1, 2, 3].map((at) => `INVITE sip:${name}${'x'.repeat(at)}@b SIP/2.0\r\n${name}: a\r\n${REST}${REST}`),
  );
  const texts = [
    `OPTIONS sip:b@192.0.2.1 SIP/2.0\r\nCall-ID: a\r\n${REST}`,
    `INVITE sip:wanda@192.0.2.1 SIP/2.0\r\nX: a\r\n${REST}${REST}`,
    '\r\n\r\n',
    `BYE sip:wc@192.0.2.1 SIP/2.0\r\n${REST}`,
    `BYE sip:w:@192.0.2.1 SIP/2.0\r\n${REST}`,
    `BYE tel:+4930123456 SIP/2.0\r\n${REST}`,
    `SIP/2.0 200 of no worker\r\n${via}f\r\n${REST}`,
    `SIP/2.0 200 of nobody\r\n${via}-x\r\n${REST}`,
    `SIP/2.0 200 without cookie\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=1\r\n${REST}`,
    ...like,
  ];
  const places = await placesOf(t, texts);
  for (const text of texts) t.ok(places(text).length > 1, text.slice(0, 40));
});

t.test('what is shorter than any message arrives', { skip }, async (t) => {
  const texts = ['x', 'SIP/2.0 200', 'BYE'];
  const places = await placesOf(t, texts);
  for (const text of texts) t.ok(places(text).length > 0, text);
});
