import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { type Begun, collectBegun } from './begun.ts';
import { pace, type Step } from './pace.ts';
import { createPbxFleet, type PbxFleet } from './pbx-fleet.ts';

/**
 * REGISTER load in a closed loop, `window` PBXes at a time. Each line `{"mode","seconds"}` on standard input is one
 * round, answered by one line of JSON when it is over; it ends with its input.
 * Modes: `pair` (challenged and answered), `refresh` (with the nonce it has), `prime` (every PBX once), `echo` (the
 * datagrams of a pair there and back, to a server that answers nothing else). With `"steps"` it is no loop: so many a
 * second, whatever becomes of them, and the answer has when each began and what it took.
 * usage: PORT CSV WINDOW
 */
const [port, csv, window] = process.argv.slice(2);

interface Round {
  readonly mode: 'pair' | 'refresh' | 'prime' | 'echo';
  readonly seconds: number;
  readonly steps?: readonly Step[];
}

/** A datagram that was not answered for so long is lost. */
const LOST_MS = 1000;

const socket = createSocket({
  type: 'udp4',
  recvBufferSize: 4 << 20,
  lookup: (host, _options, done) => done(null, host, 4),
});
const fleet: PbxFleet = createPbxFleet(readFileSync(csv ?? '', 'utf8'), String(Date.now()));
const startedAt = new Float64Array(fleet.size);
const live = new Set<number>();
let round: Round = { mode: 'prime', seconds: 0 };
let [done, errors, lost, next, left] = [0, 0, 0, 0, 0];
let latencies: number[] = [];
let finishRound: (() => void) | undefined;
let begun: Begun | undefined;

function begin(): void {
  if (left === 0) {
    if (live.size === 0) finishRound?.();
    return;
  }
  left -= 1;
  beginOne();
}

/** The next PBX, unless all are waiting for an answer. */
function beginOne(): void {
  if (live.size === fleet.size) return;
  while (live.has(next)) next = (next + 1) % fleet.size;
  const index = next;
  next = (next + 1) % fleet.size;
  startedAt[index] = performance.now();
  live.add(index);
  send(index, round.mode === 'refresh' && fleet.hasNonce(index));
}

function send(index: number, withCredentials: boolean): void {
  socket.send(fleet.register(index, withCredentials), Number(port), '127.0.0.1');
}

function finish(index: number, isOk: boolean): void {
  live.delete(index);
  const tookMs = performance.now() - (startedAt[index] ?? 0);
  begun?.add(startedAt[index] ?? 0, isOk ? tookMs : -1);
  if (isOk) {
    done += 1;
    latencies.push(tookMs);
  } else errors += 1;
  if (begun === undefined) begin();
}

socket.on('message', (bytes, peer) => {
  const probed = round.mode === 'echo' ? undefined : fleet.answerProbe(bytes);
  if (probed !== undefined) {
    socket.send(probed, peer.port, peer.address);
    return;
  }
  const answer = fleet.read(bytes);
  if (answer === undefined || !live.has(answer.index)) return;
  const { index, status } = answer;
  if (round.mode === 'echo') {
    // Two datagrams there and back are what a pair receives and sends.
    if (fleet.isUnauthorized(index)) send(index, true);
    else finish(index, true);
  } else if (status === 401 && fleet.isUnauthorized(index)) send(index, true);
  // The nonce has aged out in the middle of a refresh: an honest PBX tries again.
  else if (status === 401 && round.mode === 'refresh') send(index, true);
  else finish(index, status === 200);
});

async function run(asked: Round): Promise<void> {
  round = asked;
  [done, errors, lost, latencies] = [0, 0, 0, []];
  if (asked.mode === 'echo') fleet.pretendNonces();
  const startMs = performance.now();
  begun = asked.steps === undefined ? undefined : collectBegun(startMs);
  const sweep = setInterval(reapLost, 100);
  if (asked.steps === undefined) await runLoop(asked);
  else await pace(asked.steps, beginOne);
  while (live.size > 0) await new Promise((resolve) => setTimeout(resolve, 20));
  clearInterval(sweep);
  latencies.sort((a, b) => a - b);
  const at = (share: number) => Number((latencies[Math.floor(latencies.length * share)] ?? 0).toFixed(2));
  const longest = () => Math.max(lost > 0 ? LOST_MS : 0, Number((latencies.at(-1) ?? 0).toFixed(2)));
  const seconds = (performance.now() - startMs) / 1000;
  const times = { p50Ms: at(0.5), p99Ms: at(0.99), maxMs: longest(), each: begun?.text() ?? '' };
  console.log(JSON.stringify({ done, errors, lost, seconds, ...times }));
}

/** So many at a time until all have had their turn, or the time is over. */
async function runLoop({ mode, seconds }: Round): Promise<void> {
  left = mode === 'prime' ? fleet.size : Number.POSITIVE_INFINITY;
  const { promise, resolve } = Promise.withResolvers<void>();
  finishRound = resolve;
  for (let i = 0; i < Math.min(Number(window), fleet.size); i++) begin();
  const end = () => {
    left = 0;
  };
  const stop = setTimeout(end, mode === 'prime' ? 600_000 : seconds * 1000);
  await promise;
  clearTimeout(stop);
}

function reapLost(): void {
  const now = performance.now();
  for (const index of live) {
    if (now - (startedAt[index] ?? 0) < LOST_MS) continue;
    lost += 1;
    finish(index, false);
  }
}

socket.bind(0, '127.0.0.1', async () => {
  for await (const line of createInterface({ input: process.stdin })) await run(JSON.parse(line) as Round);
  socket.close();
});
