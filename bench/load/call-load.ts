import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { lostDatagrams } from '../support/lost-datagrams.ts';
import { type Begun, collectBegun, DONE, OF_BYE, UNHEARD } from './begun.ts';
import { type CallerSide, callerSide } from './call-messages.ts';
import { answerAsPbx } from './call-pbx.ts';
import { CallSlots } from './call-slots.ts';
import { openManySocket } from './many-socket.ts';
import { type Pace, pace, type Step } from './pace.ts';
import { createPbxFleet } from './pbx-fleet.ts';

/**
 * Calls from a carrier at 127.0.0.2 to PBXes that share one socket at 127.0.0.1: INVITE, 180, 200, ACK, BYE, 200.
 * Each line on standard input is one round, answered by one line of JSON when it is over; it ends with its input.
 * `{"mode":"register"}`: every PBX once. `{"mode":"calls","seconds","window"}`: so many at a time. `"rate"` in place
 * of `"window"`: so many a second; `"steps"`: several rates, one after the other. `"direct":true`: straight to the PBXes, for what the generator itself takes. The
 * answer then has when every call began, the time from INVITE to 200 (`setUps`), to the 200 of its BYE and how it ended
 * (`each`); in any case how many datagrams the generator's sockets have lost.
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

const users = readFileSync(usersCsv, 'utf8').trim().split('\n').slice(0, Number(pbxes));
const names = new Set(users.map((line) => line.split(',')[0]));
const dids = readFileSync(didsCsv, 'utf8')
  .trim()
  .split('\n')
  .map((line) => line.split(','))
  .filter(([, user]) => names.has(user))
  .map(([did = '']) => did);
const SERVER = { port: Number(port), address: '127.0.0.1' };
const LETTER_S = 0x53;
const DIGIT_1 = 0x31;

const pbx = await openManySocket('127.0.0.1', { datagram: hearAsPbx, turn });
const carrier = await openManySocket('127.0.0.2', { datagram: hearAsCarrier, turn });
const fleet = createPbxFleet(users.join('\n'), `r${Date.now()}`, `127.0.0.1:${pbx.port}`);
const live = new CallSlots();
let caller: CallerSide = callerSide('none', carrier.port, SERVER.port);
let targetPort = SERVER.port;
let [done, errors, lost] = [0, 0, 0];
let setUps: Begun = collectBegun(0);
let begun: Begun = collectBegun(0);
let paced: Pace | undefined;
let onFinish: () => void = () => undefined;

function hearAsPbx(bytes: Buffer, port: number, address: string): void {
  const probed = fleet.answerProbe(bytes);
  if (probed !== undefined) pbx.sendText(probed, port, address);
  else if (bytes[0] === LETTER_S) registered(bytes);
  else for (const answer of answerAsPbx(bytes, pbx.port)) pbx.sendText(answer, port, address);
}

function hearAsCarrier(bytes: Buffer): void {
  // `SIP/2.0 1…`: nothing is done about it.
  if (bytes[8] === DIGIT_1) return;
  const heard = caller.read(bytes);
  if (heard === undefined || !live.has(heard.index)) return;
  if (heard.status > 200) {
    for (const request of heard.next) carrier.sendText(request, targetPort, SERVER.address);
    finish(heard.index, heard.method === 'BYE' ? OF_BYE + heard.status : heard.status);
  } else if (heard.method === 'BYE') finish(heard.index, DONE);
  else if (live.answer(heard.index)) {
    const startedMs = live.startedMs(heard.index);
    setUps.add(startedMs, performance.now() - startedMs, DONE);
    for (const request of heard.next) carrier.sendText(request, targetPort, SERVER.address);
  }
}

/** Where the rate is given nothing waits for the end of the turn: what is measured is the server. */
function turn(): void {
  if (paced === undefined) return;
  paced.tick();
  flush();
}

function flush(): void {
  pbx.flush();
  carrier.flush();
}

const ownLosses = () => lostDatagrams([carrier.port, pbx.port]);

let onRegistered: (status: number, index: number) => void = () => undefined;

function registered(bytes: Buffer): void {
  const answer = fleet.read(bytes);
  if (answer !== undefined) onRegistered(answer.status, answer.index);
}

async function register(): Promise<void> {
  const waiting = new Set(users.keys());
  const { promise, resolve } = Promise.withResolvers<void>();
  const send = (index: number, proved: boolean) =>
    pbx.sendText(fleet.register(index, proved), SERVER.port, SERVER.address);
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
  const index = live.begin(performance.now());
  carrier.sendText(caller.invite(index, dids[index % dids.length] ?? ''), targetPort, SERVER.address);
}

function finish(index: number, ended: number): void {
  const startedMs = live.startedMs(index);
  begun.add(startedMs, performance.now() - startedMs, ended);
  live.end(index);
  if (ended === DONE) done += 1;
  else errors += 1;
  onFinish();
}

async function runCalls({ seconds = 5, window = 50, rate, steps, direct = false }: Round): Promise<void> {
  targetPort = direct ? pbx.port : SERVER.port;
  caller = callerSide(`b${Date.now()}`, carrier.port, targetPort);
  const startMs = performance.now();
  [begun, setUps] = [collectBegun(startMs), collectBegun(startMs)];
  const isOver = () => performance.now() - startMs >= seconds * 1000;
  const sweep = setInterval(reapLost, 50);
  onFinish = () => undefined;
  const rates = steps ?? (rate === undefined ? undefined : [{ seconds, perSec: rate }]);
  if (rates !== undefined) {
    paced = pace(rates, begin, flush);
    await paced.ended;
  } else {
    onFinish = () => {
      if (!isOver()) begin();
    };
    for (let i = 0; i < window; i++) begin();
    await until(isOver);
  }
  await until(() => live.size === 0);
  paced = undefined;
  clearInterval(sweep);
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 20));
}

function reapLost(): void {
  const lostBeforeMs = performance.now() - LOST_MS;
  for (let index = live.oldest(); index !== undefined && live.startedMs(index) < lostBeforeMs; index = live.oldest()) {
    lost += 1;
    finish(index, live.isAnswered(index) ? OF_BYE + UNHEARD : UNHEARD);
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const round = JSON.parse(line) as Round;
  [done, errors, lost] = [0, 0, 0];
  const startMs = performance.now();
  const droppedBefore = ownLosses();
  if (round.mode === 'register') await register();
  else await runCalls(round);
  const seconds = (performance.now() - startMs) / 1000;
  const dropped = ownLosses() - droppedBefore;
  const paces = round.rate !== undefined || round.steps !== undefined;
  const told = paces ? { startMs: begun.startMs, setUps: setUps.text(), each: begun.text() } : {};
  console.log(JSON.stringify({ done, errors, lost, seconds, dropped, ...told }));
}
carrier.close();
pbx.close();
