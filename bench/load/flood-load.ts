import { createSocket } from 'node:dgram';

/**
 * A flood of REGISTERs that can never succeed, half of them with made-up credentials, from many addresses
 * (127.2.x.y), at a steady rate whatever the answers. Prints one line of JSON.
 * usage: PORT REALM SOURCES PER_SECOND SECONDS
 */
const [port, realm, sources, perSecond, seconds] = process.argv.slice(2);
const TICK_MS = 5;
let [sent, answered, number] = [0, 0, 0];

const sockets = Array.from({ length: Number(sources) }, (_, index) => {
  const socket = createSocket({ type: 'udp4', lookup: (host, _options, done) => done(null, host, 4) });
  socket.on('message', () => {
    answered += 1;
  });
  socket.bind(0, `127.2.${index >> 8}.${index & 255 || 1}`);
  return socket;
});

function badRegister(): string {
  number += 1;
  const user = `u${number % 5000}x`;
  const made = `Authorization: Digest username="${user}", realm="${realm}", nonce="6be1f0a2${number}", uri="sip:${realm}", response="${'0'.repeat(32)}", algorithm=MD5\r\n`;
  return (
    `REGISTER sip:${realm} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bKf${number};rport\r\n` +
    `Max-Forwards: 70\r\nFrom: <sip:${user}@${realm}>;tag=${number}\r\nTo: <sip:${user}@${realm}>\r\n` +
    `Call-ID: flood${number}\r\nCSeq: 1 REGISTER\r\nContact: <sip:${user}@192.0.2.1>\r\nExpires: 3600\r\n` +
    `${number % 2 === 0 ? made : ''}Content-Length: 0\r\n\r\n`
  );
}

const startMs = performance.now();
const flood = setInterval(() => {
  const elapsedMs = performance.now() - startMs;
  if (elapsedMs >= Number(seconds) * 1000) {
    clearInterval(flood);
    console.log(JSON.stringify({ sent, answered, perSec: (sent / elapsedMs) * 1000 }));
    for (const socket of sockets) socket.close();
    return;
  }
  for (const due = (elapsedMs / 1000) * Number(perSecond); sent < due; sent++) {
    sockets[sent % sockets.length]?.send(badRegister(), Number(port), '127.0.0.1');
  }
}, TICK_MS);
