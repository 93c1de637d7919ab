import { createSocket, type Socket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { createPbxFleet } from './pbx-fleet.ts';

/**
 * Honest PBXes, each from an address of its own (127.1.x.y), that register once and then refresh over and over, with
 * the retransmissions of RFC 3261 section 17.1.2. A PBX has failed when a REGISTER is refused for good or unanswered
 * after 32 s. Prints `{"registered"}` when all are on, and the result on SIGTERM.
 * usage: PORT CSV COUNT EVERY_MS
 */
const [port, csv, count, everyMs] = process.argv.slice(2).map((text, index) => (index === 1 ? text : Number(text)));
const lines = readFileSync(String(csv), 'utf8').trim().split('\n').slice(0, Number(count));
const fleet = createPbxFleet(lines.join('\n'), String(Date.now()));
const T1_MS = 500;
const T2_MS = 4000;
const GIVE_UP_MS = 32_000;

interface Waiting {
  readonly text: string;
  readonly sinceMs: number;
  pauseMs: number;
  dueMs: number;
}

const sockets: Socket[] = [];
const waiting = new Map<number, Waiting>();
const seen = { registered: 0, refreshed: 0, failed: 0, refused503: 0, retransmitted: 0, worstMs: 0 };
const isOn = new Set<number>();

function send(index: number, withCredentials: boolean): void {
  const now = performance.now();
  const text = fleet.register(index, withCredentials);
  waiting.set(index, { text, sinceMs: now, pauseMs: T1_MS, dueMs: now + T1_MS });
  transmit(index, text);
}

function transmit(index: number, text: string): void {
  sockets[index]?.send(text, Number(port), '127.0.0.1');
}

function receive(index: number, bytes: Buffer): void {
  const probe = fleet.answerProbe(bytes);
  if (probe !== undefined) {
    transmit(index, probe);
    return;
  }
  const status = fleet.read(bytes)?.status;
  const request = waiting.get(index);
  if (request === undefined || status === undefined) return;
  if (status === 401) {
    send(index, true);
    return;
  }
  waiting.delete(index);
  seen.worstMs = Math.max(seen.worstMs, performance.now() - request.sinceMs);
  if (status === 200) finish(index);
  else if (status === 503) seen.refused503 += 1;
  else seen.failed += 1;
}

function finish(index: number): void {
  if (isOn.has(index)) {
    seen.refreshed += 1;
    return;
  }
  isOn.add(index);
  seen.registered += 1;
  if (seen.registered === fleet.size) console.log(JSON.stringify({ registered: seen.registered }));
}

/** Starts what is due and repeats what is unanswered. */
function tick(at: number): void {
  const now = performance.now();
  for (const [index, request] of waiting) {
    if (now - request.sinceMs > GIVE_UP_MS) {
      waiting.delete(index);
      seen.failed += 1;
    } else if (now >= request.dueMs) {
      seen.retransmitted += 1;
      request.pauseMs = Math.min(T2_MS, request.pauseMs * 2);
      request.dueMs = now + request.pauseMs;
      transmit(index, request.text);
    }
  }
  for (let index = at % TICKS; index < fleet.size; index += TICKS) {
    if (!waiting.has(index)) send(index, fleet.hasNonce(index));
  }
}

const TICK_MS = 50;
const TICKS = Math.max(1, Math.round(Number(everyMs) / TICK_MS));

for (let index = 0; index < fleet.size; index++) {
  const socket = createSocket({ type: 'udp4', lookup: (host, _options, done) => done(null, host, 4) });
  socket.on('message', (bytes) => receive(index, bytes));
  socket.bind(0, `127.1.${index >> 8}.${index & 255 || 1}`);
  sockets.push(socket);
}
let at = 0;
setInterval(() => tick(at++), TICK_MS);
process.once('SIGTERM', () => {
  console.log(JSON.stringify(seen));
  process.exit(0);
});
