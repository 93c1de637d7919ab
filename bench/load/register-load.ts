import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { type Begun, collectBegun, DONE, UNHEARD } from './begun.ts';
import { type ManySocket, openManySocket } from './many-socket.ts';
import { type Pace, pace, type Step } from './pace.ts';
import { createPbxFleet, type PbxFleet } from './pbx-fleet.ts';

/**
 * REGISTER load in a closed loop, `window` PBXes at a time. Each line `{"mode","seconds"}` on standard input is one
 * round, answered by one line of JSON when it is over; it ends with its input.
 * Modes: `pair` (challenged and answered), `refresh` (with the nonce it has), `prime` (every PBX once), `echo` and
 * `echo_refresh` (the datagrams of a pair and of a refresh there and back, to a server that answers nothing else). With
 * `"steps"` it is no loop: so many a second, whatever becomes of them, and the answer has
 * when each began, what it took and how it ended.
 * usage: PORT CSV WINDOW [PORTS]: the PBXes come from so many ports, 1 by default, as through one proxy.
 */
const [port, csv, window, ports = '1'] = process.argv.slice(2);
const SERVER = { port: Number(port), address: '127.0.0.1' };

interface Round {
  readonly mode: 'pair' | 'refresh' | 'prime' | 'echo' | 'echo_refresh';
  readonly seconds: number;
  readonly steps?: readonly Step[];
}

const REFRESHES: ReadonlySet<Round['mode']> = new Set(['refresh', 'echo_refresh']);
/** A datagram that was not answered for so long is lost. */
const LOST_MS = 1000;

const sockets: ManySocket[] = [];
for (let at = 0; at < Number(ports); at++) {
  const datagram = (bytes: Buffer, from: number, address: string) => hear(at, bytes, from, address);
  sockets.push(await openManySocket(SERVER.address, { datagram, turn }));
}
const fleet: PbxFleet = createPbxFleet(readFileSync(csv ?? '', 'utf8'), String(Date.now()));
const startedAt = new Float64Array(fleet.size);
const isLive = new Uint8Array(fleet.size);
let round: Round = { mode: 'prime', seconds: 0 };
let [done, errors, lost, next, left, live] = [0, 0, 0, 0, 0, 0];
let finishRound: (() => void) | undefined;
let begun: Begun = collectBegun(0);
let paced: Pace | undefined;

function begin(): void {
  if (left === 0) {
    if (live === 0) finishRound?.();
    return;
  }
  left -= 1;
  beginOne();
}

/** The next PBX, unless all are waiting for an answer. */
function beginOne(): void {
  if (live === fleet.size) return;
  while (isLive[next] === 1) next = (next + 1) % fleet.size;
  const index = next;
  next = (next + 1) % fleet.size;
  startedAt[index] = performance.now();
  isLive[index] = 1;
  live += 1;
  send(index, REFRESHES.has(round.mode) && fleet.hasNonce(index));
}

function send(index: number, withCredentials: boolean): void {
  const text = fleet.register(index, withCredentials);
  sockets[index % sockets.length]?.sendText(text, SERVER.port, SERVER.address);
}

function finish(index: number, status: number): void {
  isLive[index] = 0;
  live -= 1;
  const startMs = startedAt[index] ?? 0;
  begun.add(startMs, performance.now() - startMs, status);
  if (status === DONE) done += 1;
  else errors += 1;
  if (paced === undefined) begin();
}

function hear(at: number, bytes: Buffer, port: number, address: string): void {
  const isEcho = round.mode === 'echo' || round.mode === 'echo_refresh';
  const probed = isEcho ? undefined : fleet.answerProbe(bytes);
  if (probed !== undefined) {
    sockets[at]?.sendText(probed, port, address);
    return;
  }
  const answer = fleet.read(bytes);
  if (answer === undefined || isLive[answer.index] !== 1) return;
  const { index, status } = answer;
  // Two datagrams there and back are what a pair receives and sends.
  if (isEcho) {
    if (round.mode === 'echo' && fleet.isUnauthorized(index)) send(index, true);
    else finish(index, DONE);
  } else if (status === 401 && fleet.isUnauthorized(index)) send(index, true);
  // The nonce has aged out in the middle of a refresh: an honest PBX tries again.
  else if (status === 401 && round.mode === 'refresh') send(index, true);
  else finish(index, status);
}

/** Where the rate is given nothing waits for the end of the turn: what is measured is the server. */
function turn(): void {
  if (paced === undefined) return;
  paced.tick();
  flush();
}

function flush(): void {
  for (const socket of sockets) socket.flush();
}

async function run(asked: Round): Promise<void> {
  round = asked;
  [done, errors, lost] = [0, 0, 0];
  if (asked.mode === 'echo' || asked.mode === 'echo_refresh') fleet.pretendNonces();
  const startMs = performance.now();
  begun = collectBegun(startMs);
  const sweep = setInterval(reapLost, 100);
  if (asked.steps === undefined) await runLoop(asked);
  else {
    paced = pace(asked.steps, beginOne, flush);
    await paced.ended;
  }
  while (live > 0) await new Promise((resolve) => setTimeout(resolve, 20));
  clearInterval(sweep);
  paced = undefined;
  const seconds = (performance.now() - startMs) / 1000;
  const tookMs = begun.tookMs();
  const at = (share: number) => Number((tookMs[Math.floor(tookMs.length * share)] ?? 0).toFixed(2));
  const maxMs = Math.max(lost > 0 ? LOST_MS : 0, Number((tookMs.at(-1) ?? 0).toFixed(2)));
  const told = asked.steps === undefined ? {} : { each: begun.text(), startMs: begun.startMs };
  console.log(JSON.stringify({ done, errors, lost, seconds, p50Ms: at(0.5), p99Ms: at(0.99), maxMs, ...told }));
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
  for (let index = 0; live > 0 && index < isLive.length; index++) {
    if (isLive[index] === 0 || now - (startedAt[index] ?? 0) < LOST_MS) continue;
    lost += 1;
    finish(index, UNHEARD);
  }
}

for await (const line of createInterface({ input: process.stdin })) await run(JSON.parse(line) as Round);
for (const socket of sockets) socket.close();
