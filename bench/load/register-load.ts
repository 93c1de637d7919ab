import { createHash } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';

/**
 * REGISTER load in a closed loop: `window` users at once, each challenged and answered (mode pair), or
 * refreshing with the nonce it has (mode refresh), or bare datagrams of the same size (mode echo).
 * usage: PORT CSV MODE SECONDS WINDOW. Prints one line of JSON.
 */
const [port, csv, mode, seconds, window] = process.argv.slice(2);
const users = readFileSync(csv ?? '', 'utf8')
  .trim()
  .split('\n')
  .map((line) => line.split(',') as [string, string, string]);
const md5 = (text: string) => createHash('md5').update(text).digest('hex');

interface Slot {
  readonly user: string;
  readonly realm: string;
  readonly ha1: string;
  nonce: string;
  nc: number;
  cseq: number;
  startedAt: number;
  awaitingChallenge: boolean;
}

const slots: Slot[] = users.map(([user, realm, password]) => ({
  user,
  realm,
  ha1: md5(`${user}:${realm}:${password}`),
  nonce: '',
  nc: 0,
  cseq: 0,
  startedAt: 0,
  awaitingChallenge: false,
}));
const socket = createSocket({ type: 'udp4', recvBufferSize: 4 << 20 });
const latencies: number[] = [];
let [done, errors, next, live, stopping] = [0, 0, 0, 0, false];
let localPort = 0;

function authorization(slot: Slot): string {
  slot.nc += 1;
  const nc = slot.nc.toString(16).padStart(8, '0');
  const uri = `sip:${slot.realm}`;
  const response = md5(`${slot.ha1}:${slot.nonce}:${nc}:c0ffee00:auth:${md5(`REGISTER:${uri}`)}`);
  return `Authorization: Digest username="${slot.user}", realm="${slot.realm}", nonce="${slot.nonce}", uri="${uri}", response="${response}", algorithm=MD5, qop=auth, nc=${nc}, cnonce="c0ffee00"\r\n`;
}

function send(index: number, withCredentials: boolean): void {
  const slot = slots[index];
  if (slot === undefined) return;
  slot.cseq += 1;
  slot.awaitingChallenge = !withCredentials;
  const text =
    `REGISTER sip:${slot.realm} SIP/2.0\r\n` +
    `Via: SIP/2.0/UDP 127.0.0.1:${localPort};branch=z9hG4bK${index}x${slot.cseq};rport\r\n` +
    `Max-Forwards: 70\r\nFrom: <sip:${slot.user}@${slot.realm}>;tag=t${index}\r\nTo: <sip:${slot.user}@${slot.realm}>\r\n` +
    `Call-ID: ${index}@load\r\nCSeq: ${slot.cseq} REGISTER\r\nContact: <sip:${slot.user}@127.0.0.1:${localPort};rinstance=a1b2c3>\r\n` +
    `Expires: 3600\r\nUser-Agent: 3CXPhoneSystem 20.0.3\r\nAllow: INVITE, ACK, CANCEL, OPTIONS, BYE, REGISTER, REFER, NOTIFY\r\n` +
    `${withCredentials ? authorization(slot) : ''}Content-Length: 0\r\n\r\n`;
  socket.send(text, Number(port), '127.0.0.1');
}

function start(): void {
  if (stopping) return;
  const index = next;
  next = (next + 1) % slots.length;
  const slot = slots[index];
  if (slot === undefined) return;
  slot.startedAt = performance.now();
  live += 1;
  send(index, mode === 'refresh' && slot.nonce !== '' && slot.nc < 900);
}

function finish(slot: Slot, ok: boolean): void {
  live -= 1;
  if (ok) {
    done += 1;
    latencies.push(performance.now() - slot.startedAt);
  } else errors += 1;
  start();
}

socket.on('message', (bytes) => {
  const text = bytes.toString('latin1');
  const index = Number(/Call-ID: (\d+)@load/i.exec(text)?.[1]);
  const slot = slots[index];
  if (slot === undefined) return;
  if (mode === 'echo') {
    // Two datagrams there and back are what a pair receives and sends.
    if (slot.awaitingChallenge) send(index, true);
    else finish(slot, true);
  } else if (text.startsWith('SIP/2.0 401')) {
    slot.nonce = /nonce="([^"]+)"/.exec(text)?.[1] ?? '';
    slot.nc = 0;
    send(index, true);
  } else finish(slot, text.startsWith('SIP/2.0 200'));
});

socket.bind(0, '127.0.0.1', () => {
  localPort = socket.address().port;
  for (const slot of slots) if (mode === 'echo') slot.nonce = '0123456789abcdef0123456789abcdef0123456789abcdef';
  for (let i = 0; i < Math.min(Number(window), slots.length); i++) start();
  setTimeout(() => {
    stopping = true;
    latencies.sort((a, b) => a - b);
    const at = (share: number) => Number((latencies[Math.floor(latencies.length * share)] ?? 0).toFixed(2));
    console.log(JSON.stringify({ done, errors, stuck: errors === 0 ? 0 : live, p50Ms: at(0.5), p99Ms: at(0.99) }));
    socket.close();
  }, Number(seconds) * 1000);
});
