import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { lostDatagrams } from '../support/lost-datagrams.ts';
import { type Begun, collectBegun } from './begun.ts';
import { type CallerSide, callerSide } from './call-messages.ts';
import { answerAsPbx } from './call-pbx.ts';
import { pace, type Step } from './pace.ts';
import { createPbxFleet } from './pbx-fleet.ts';

/**
 * Calls from a carrier at 127.0.0.2 to PBXes that share one socket at 127.0.0.1: INVITE, 180, 200, ACK, BYE, 200.
 * Each line on standard input is one round, answered by one line of JSON when it is over; it ends with its input.
 * `{"mode":"register"}`: every PBX once. `{"mode":"calls","seconds","window"}`: so many at a time. `"rate"` in place
 * of `"window"`: so many a second; `"steps"`: several rates, one after the other. `"direct":true`: straight to the PBXes, for what the generator itself takes. The
 * answer has the time from INVITE to 200 of every call, and how many datagrams the generator's sockets have lost.
 * usage: PORT USERS_CSV DIDS_CSV PBXES
 */
const [port, usersCsv = '', didsCsv = '', pbxes] = process.argv.slice(2);

interface Round {
  readonly mode: 'register' | 'calls';
  readonly seconds?: number;
  readonly window?: number;
  readonly rate?: number;
  readonly steps?: readonly Step[];
  readonly direct?: boolean;
}

/** A call that is not over after so long is lost: nothing is sent twice. */
const LOST_MS = 4000;
const RECEIVE_BUFFER_BYTES = 4 << 20;

const users = readFileSync(usersCsv, 'utf8').trim().split('\n').slice(0, Number(pbxes));
const names = new Set(users.map((line) => line.split(',')[0]));
const dids = readFileSync(didsCsv, 'utf8')
  .trim()
  .split('\n')
  .map((line) => line.split(','))
  .filter(([, user]) => names.has(user))
  .map(([did = '']) => did);
const open = async (address: string) => {
  const socket = createSocket({
    type: 'udp4',
    recvBufferSize: RECEIVE_BUFFER_BYTES,
    lookup: (host, _options, done) => done(null, host, 4),
  });
  // Where names are not looked up it listens at once.
  const listening = once(socket, 'listening');
  socket.bind(0, address);
  await listening;
  return socket;
};
const [carrier, pbx] = await Promise.all([open('127.0.0.2'), open('127.0.0.1')]);
const fleet = createPbxFleet(users.join('\n'), `r${Date.now()}`, `127.0.0.1:${pbx.address().port}`);
const live = new Map<number, { readonly startedMs: number; answered: boolean }>();
let caller: CallerSide = callerSide('none', carrier.address().port, Number(port));
let targetPort = Number(port);
let [next, done, errors, lost] = [0, 0, 0, 0];
let latencies: number[] = [];
let begun: Begun = collectBegun(0);
let onFinish: () => void = () => undefined;

pbx.on('message', (bytes, peer) => {
  const probed = fleet.answerProbe(bytes);
  if (probed !== undefined) pbx.send(probed, peer.port, peer.address);
  else if (bytes[0] === LETTER_S) registered(bytes);
  else for (const answer of answerAsPbx(bytes, pbx.address().port)) pbx.send(answer, peer.port, peer.address);
});

carrier.on('message', (bytes) => {
  const heard = caller.read(bytes);
  const call = heard === undefined ? undefined : live.get(heard.index);
  if (heard === undefined || call === undefined || heard.status < 200) return;
  if (heard.status > 200) finish(heard.index, false);
  else if (heard.method === 'BYE') finish(heard.index, true);
  else if (!call.answered) {
    call.answered = true;
    latencies.push(performance.now() - call.startedMs);
    for (const request of heard.next) carrier.send(request, targetPort, '127.0.0.1');
  }
});

const ownLosses = () => lostDatagrams([carrier.address().port, pbx.address().port]);

const LETTER_S = 0x53;
let onRegistered: (status: number, index: number) => void = () => undefined;

function registered(bytes: Buffer): void {
  const answer = fleet.read(bytes);
  if (answer !== undefined) onRegistered(answer.status, answer.index);
}

async function register(): Promise<void> {
  const waiting = new Set(users.keys());
  const { promise, resolve } = Promise.withResolvers<void>();
  const send = (index: number, proved: boolean) => pbx.send(fleet.register(index, proved), Number(port), '127.0.0.1');
  onRegistered = (status, index) => {
    if (status === 401) send(index, true);
    else if (status === 200) waiting.delete(index);
    else errors += 1;
    if (waiting.size === 0) resolve();
  };
  for (const index of waiting) send(index, false);
  const again = setInterval(() => {
    for (const index of waiting) send(index, false);
  }, 1000);
  await promise;
  clearInterval(again);
}

function begin(): void {
  const index = next++;
  live.set(index, { startedMs: performance.now(), answered: false });
  carrier.send(caller.invite(index, dids[index % dids.length] ?? ''), targetPort, '127.0.0.1');
}

function finish(index: number, isOk: boolean): void {
  const startedMs = live.get(index)?.startedMs ?? 0;
  begun.add(startedMs, isOk ? performance.now() - startedMs : -1);
  live.delete(index);
  if (isOk) done += 1;
  else errors += 1;
  onFinish();
}

async function runCalls({ seconds = 5, window = 50, rate, steps, direct = false }: Round): Promise<void> {
  targetPort = direct ? pbx.address().port : Number(port);
  caller = callerSide(`b${Date.now()}`, carrier.address().port, targetPort);
  const startMs = performance.now();
  begun = collectBegun(startMs);
  const isOver = () => performance.now() - startMs >= seconds * 1000;
  const sweep = setInterval(reapLost, 50);
  onFinish = () => undefined;
  const rates = steps ?? (rate === undefined ? undefined : [{ seconds, perSec: rate }]);
  if (rates !== undefined) await pace(rates, begin);
  else {
    onFinish = () => {
      if (!isOver()) begin();
    };
    for (let i = 0; i < window; i++) begin();
    await until(isOver);
  }
  await until(() => live.size === 0);
  clearInterval(sweep);
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 20));
}

function reapLost(): void {
  const now = performance.now();
  for (const [index, { startedMs }] of live) {
    if (now - startedMs < LOST_MS) break;
    lost += 1;
    finish(index, false);
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const round = JSON.parse(line) as Round;
  [done, errors, lost, latencies] = [0, 0, 0, []];
  const startMs = performance.now();
  const droppedBefore = ownLosses();
  if (round.mode === 'register') await register();
  else await runCalls(round);
  const seconds = (performance.now() - startMs) / 1000;
  const setUpsMs = latencies.map((ms) => ms.toFixed(2)).join(' ');
  const dropped = ownLosses() - droppedBefore;
  const each = round.steps === undefined ? '' : begun.text();
  console.log(JSON.stringify({ done, errors, lost, seconds, setUpsMs, dropped, each }));
}
carrier.close();
pbx.close();
