import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import t, { type Test } from 'tap';
import { hashOfCallId } from './call-id-hash.ts';
import { loadLibc } from './libc.ts';
import { steeringUser } from './steer-program.ts';
import { settled } from './testing.ts';
import { bindUdp, joinUdp } from './udp-bind.ts';

/** Sockets of the system's choice: all at the first of two once in a million million times. */
const PEERS = 40;
const libc = await loadLibc();

/** First lines that a socket has heard. */
function heardBy(socket: Socket): string[] {
  const heard: string[] = [];
  socket.on('message', (bytes) => heard.push(bytes.toString().split('\r\n', 1)[0] ?? ''));
  return heard;
}

async function twoSockets(t: Test) {
  const place = { host: '127.0.0.1', bufferBytes: 1 << 20, libc };
  const first = await bindUdp({ ...place, port: 0, share: true });
  const { port } = first.socket.address();
  const second = await joinUdp({ ...place, port, share: true }, 2);
  t.equal(second.steering, hasLittleRoom === false ? 'calls' : 'dialogs');
  for (const { socket, datagrams } of [first, second]) {
    t.teardown(() => {
      datagrams?.end();
      socket.close();
    });
  }
  return { port, first: heardBy(first.socket), second: heardBy(second.socket) };
}

/** What each of two sockets hears of the same texts from many peers: by text, how often. */
async function heardOf(t: Test, texts: readonly string[]) {
  const { port, first, second } = await twoSockets(t);
  for (let n = 0; n < PEERS; n++) {
    const peer = createSocket('udp4');
    peer.bind(0, '127.0.0.1');
    await once(peer, 'listening');
    t.teardown(() => peer.close());
    for (const text of texts) peer.send(text, port, '127.0.0.1');
  }
  await settled(() => first.length + second.length === texts.length * PEERS);
  const countsOf = (heard: readonly string[]) => (text: string) => {
    const line = text.split('\r\n', 1)[0];
    return heard.filter((other) => other === line).length;
  };
  return { atFirst: countsOf(first), atSecond: countsOf(second) };
}

const rest = 'Max-Forwards: 70\r\n'.repeat(20);
const via = 'SIP/2.0/UDP 192.0.2.1:5060;rport;branch=z9hG4bK';
const skip = libc === undefined && 'the C library is not to be had';

/** What a program that looks for Call-IDs takes of a socket's room for options, bytes. */
const ROOM = 65_536;
const room = Number(await readFile('/proc/sys/net/core/optmem_max', 'utf8').catch(() => 0));
const hasLittleRoom = room < ROOM && 'net.core.optmem_max is less than 65536';

t.test('REGISTERs arrive at the socket that was there first', { skip }, async (t) => {
  const { atFirst, atSecond } = await heardOf(t, ['REGISTER sip:a SIP/2.0', `REFER sip:w1@b SIP/2.0\r\n${rest}`]);
  t.same([atFirst('REGISTER sip:a SIP/2.0'), atSecond('REGISTER sip:a SIP/2.0')], [PEERS, 0]);
  t.equal(atFirst('REFER sip:w1@b SIP/2.0'), PEERS);
});

t.test('responses arrive at the socket whose place the branch of their first Via begins with', { skip }, async (t) => {
  const hosts = ['192.0.2.1', '192.0.2.10', '192.0.2.101', '[2001:db8:1234:5678:9abc:def0:1234:5678]:15060'];
  const texts = [0, 1].flatMap((place) =>
    hosts.flatMap((host, n) => [
      `SIP/2.0 200 ${place}${n}\r\nVia: SIP/2.0/UDP ${host};rport;branch=z9hG4bK${place}ab\r\n${rest}`,
      `SIP/2.0 183 Session in Progress ${place}${n}\r\nv:SIP/2.0/UDP ${host};rport=5060;received=192.0.2.77;branch=z9hG4bK${place}ab\r\n${rest}`,
    ]),
  );
  const { atFirst, atSecond } = await heardOf(t, texts);
  for (const text of texts) {
    const here = text.includes('z9hG4bK0') ? atFirst : atSecond;
    t.equal(here(text), PEERS, text.slice(0, 100));
  }
});

t.test('requests to our Contact arrive at the socket that its user names', { skip }, async (t) => {
  const methods = ['ACK', 'BYE', 'INFO', 'PRACK', 'INVITE', 'UPDATE', 'NOTIFY', 'MESSAGE'];
  const texts = [0, 1].flatMap((place) =>
    methods.map((method) => `${method} sip:${steeringUser(place)}@192.0.2.1 SIP/2.0\r\n${rest}`),
  );
  const { atFirst, atSecond } = await heardOf(t, texts);
  for (const text of texts) t.equal((text.includes('w0@') ? atFirst : atSecond)(text), PEERS, text.slice(0, 30));
});

t.test(
  'calls arrive at the socket that the hash of their Call-ID leads to',
  { skip: skip || hasLittleRoom },
  async (t) => {
    const before = `Via: ${via}-peer\r\nMax-Forwards: 70\r\n`;
    const ids = ['1', 'a84b4c76e66710', '0c8d1f0e-7a5e-4d0b-9f57-2f0a5e1d3c4b@192.0.2.1', 'x'.repeat(64)];
    const texts = ids.flatMap((id, n) =>
      ['INVITE', 'CANCEL', 'ACK'].flatMap((method) => [
        `${method} sip:${n}a@b SIP/2.0\r\n${via}\r\nCall-ID: ${id}\r\n${rest}`,
        `${method} sip:${n}b@b SIP/2.0\r\nTo: <sip:b@c>\r\nCall-ID: ${id} \r\n${rest}`,
        `${method} sip:${n}c@b SIP/2.0\r\n${before.repeat(3)}Call-ID: ${id}\r\n${rest}`,
      ]),
    );
    const { atFirst, atSecond } = await heardOf(t, texts);
    for (const text of texts) {
      const [, id = ''] = /Call-ID: (\S+)/.exec(text) ?? [];
      t.equal((hashOfCallId(id) % 2 === 0 ? atFirst : atSecond)(text), PEERS, text.slice(0, 30));
    }
  },
);

t.test('all else is spread by addresses', { skip }, async (t) => {
  const texts = [
    `OPTIONS sip:b@192.0.2.1 SIP/2.0\r\nCall-ID: a\r\n${rest}`,
    `INVITE sip:wanda@192.0.2.1 SIP/2.0\r\nX-All-ID: a\r\n${rest}`,
    `BYE sip:w2@192.0.2.1 SIP/2.0\r\n${rest}`,
    '\r\n\r\n',
    `BYE tel:+4930123456 SIP/2.0\r\n${rest}`,
    `SIP/2.0 200 of another\r\nVia: ${via}f\r\n${rest}`,
    `SIP/2.0 200 of no worker\r\nVia: ${via}-x\r\n${rest}`,
    `SIP/2.0 200 without cookie\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=1\r\n${rest}`,
  ];
  const { atFirst, atSecond } = await heardOf(t, texts);
  for (const text of texts) t.ok(atFirst(text) > 0 && atSecond(text) > 0, text.slice(0, 40));
});

t.test('what is shorter than any message arrives', { skip }, async (t) => {
  const texts = ['x', 'SIP/2.0 200', 'BYE'];
  const { atFirst, atSecond } = await heardOf(t, texts);
  for (const text of texts) t.equal(atFirst(text) + atSecond(text), PEERS, text);
});
