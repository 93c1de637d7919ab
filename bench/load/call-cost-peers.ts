import dgram from 'node:dgram';
import { readFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { setFlagsFromString } from 'node:v8';
import { isMainThread } from 'node:worker_threads';
import { callerSide } from './call-messages.ts';
import { answerAsPbx } from './call-pbx.ts';
import { createPbxFleet } from './pbx-fleet.ts';
import { PeerSocket } from './peer-socket.ts';

/**
 * Loaded into the product before its own code (`--import`): carrier and PBXes are in the SIP thread itself, in place of
 * its UDP sockets, so that what a call costs is told apart from system calls and from whoever else uses the machine.
 * Prints one line of JSON for each round of calls, and what the peers by themselves take for the same.
 */
const { BENCH_PEERS_USERS: usersFile = '', BENCH_PEERS_DIDS: didsFile = '', DIDFARM_SIP_PORT } = process.env;
const CALLS = Number(process.env.BENCH_PEERS_CALLS ?? 1500);
const SIP_PORT = Number(DIDFARM_SIP_PORT);
const CARRIER_PORT = 40_000;
const PBX_PORT = 40_001;
/** Calls that are up at a time. */
const WINDOW = 3;
const PBXES = 10;

/** Carrier and PBXes, and the way between them and the product, or without it. */
class Peers {
  readonly #sockets: PeerSocket[] = [];
  readonly #fleet = createPbxFleet(usersOf().join('\n'), 'cost', `127.0.0.1:${PBX_PORT}`);
  readonly #dids = didsOf();
  #waiting: (readonly [bytes: Buffer, from: number])[] = [];
  #caller = callerSide('none', CARRIER_PORT, SIP_PORT);
  #isDirect = false;
  #begun = 0;
  #answered = new Set<number>();
  #onAnswer: (status: number, index: number) => void = () => undefined;
  #onCallEnd: () => void = () => undefined;

  open(): PeerSocket {
    const socket = new PeerSocket((bytes, port) => this.#take(bytes, port));
    this.#sockets.push(socket);
    return socket;
  }

  get isListening(): boolean {
    return this.#sockets.some(({ openPort }) => openPort === SIP_PORT);
  }

  async register(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    let left = this.#fleet.size;
    this.#onAnswer = (status, index) => {
      if (status === 401) this.#deliver(this.#fleet.register(index, true), PBX_PORT);
      else if (--left === 0) resolve();
    };
    for (let index = 0; index < this.#fleet.size; index++) this.#deliver(this.#fleet.register(index, false), PBX_PORT);
    await promise;
  }

  /** So many calls; with `isDirect` the carrier calls the PBXes without the product in between. */
  async call(calls: number, isDirect: boolean): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#isDirect = isDirect;
    this.#caller = callerSide(`b${performance.now()}`, CARRIER_PORT, SIP_PORT);
    this.#begun = 0;
    this.#answered = new Set();
    let ended = 0;
    this.#onCallEnd = () => {
      ended += 1;
      if (ended === calls) resolve();
      else if (this.#begun < calls) this.#begin();
    };
    while (this.#begun < Math.min(WINDOW, calls)) this.#begin();
    await promise;
  }

  #begin(): void {
    const index = this.#begun++;
    this.#deliver(this.#caller.invite(index, this.#dids[index % this.#dids.length] ?? ''), CARRIER_PORT);
  }

  #deliver(text: string, from: number): void {
    if (this.#waiting.length === 0) setImmediate(() => this.#pump());
    this.#waiting.push([Buffer.from(text, 'latin1'), from]);
  }

  #pump(): void {
    const due = this.#waiting;
    this.#waiting = [];
    const main = this.#sockets.findLast(({ openPort }) => openPort === SIP_PORT);
    for (const [bytes, port] of due) {
      const address = port === CARRIER_PORT ? '127.0.0.2' : '127.0.0.1';
      if (this.#isDirect) this.#take(bytes, port === CARRIER_PORT ? PBX_PORT : CARRIER_PORT);
      else main?.emit('message', bytes, { address, port, family: 'IPv4', size: bytes.length });
    }
  }

  #take(bytes: Buffer, port: number): void {
    if (port === CARRIER_PORT) this.#takeAsCarrier(bytes);
    else if (bytes.toString('latin1', 0, 4) === 'SIP/') this.#takeAnswer(bytes);
    else for (const answer of answerAsPbx(bytes, PBX_PORT)) this.#deliver(answer, PBX_PORT);
  }

  #takeAnswer(bytes: Buffer): void {
    const answer = this.#fleet.read(bytes);
    if (answer !== undefined) this.#onAnswer(answer.status, answer.index);
  }

  #takeAsCarrier(bytes: Buffer): void {
    const heard = this.#caller.read(bytes);
    if (heard === undefined || heard.status < 200) return;
    if (heard.status > 200) throw new Error(`a call was answered ${heard.status}`);
    if (heard.method === 'BYE') this.#onCallEnd();
    else if (!this.#answered.has(heard.index)) {
      this.#answered.add(heard.index);
      for (const request of heard.next) this.#deliver(request, CARRIER_PORT);
    }
  }
}

function usersOf(): readonly string[] {
  return readFileSync(usersFile, 'utf8').trim().split('\n').slice(0, PBXES);
}

function didsOf(): readonly string[] {
  const names = new Set(usersOf().map((line) => line.split(',')[0]));
  const lines = readFileSync(didsFile, 'utf8').trim().split('\n');
  return lines.map((line) => line.split(',')).flatMap(([did = '', user]) => (names.has(user) ? [did] : []));
}

async function measure(peers: Peers): Promise<void> {
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  const say = (round: object) => console.log(JSON.stringify({ callCost: round }));
  const timed = async (name: string, isDirect: boolean) => {
    say({ begins: name });
    const before = process.threadCpuUsage();
    await peers.call(CALLS, isDirect);
    const { user, system } = process.threadCpuUsage(before);
    say({ ends: name, calls: CALLS, cpuUs: (user + system) / CALLS });
  };
  while (!peers.isListening) await pause(50);
  await pause(500);
  await peers.register();
  await peers.call(CALLS, false);
  // Tables grow old in a pause: what hangs on to them shows afterwards only.
  for (const calls of [150, 150]) {
    await pause(300);
    churn();
    await peers.call(calls, false);
  }
  await pause(300);
  setFlagsFromString('--trace-gc');
  setFlagsFromString('--trace-gc-nvp');
  await timed('product', false);
  await timed('peers', true);
  say({ ends: 'all' });
}

/** Two and more collections of the young. */
function churn(): void {
  let last: readonly number[] = [];
  for (let i = 0; i < 600_000; i++) last = new Array<number>(32).fill(i);
  if (last.length === 0) throw new RangeError('nothing was allocated');
}

if (!isMainThread && usersFile !== '') {
  const peers = new Peers();
  dgram.createSocket = (() => peers.open()) as unknown as typeof dgram.createSocket;
  syncBuiltinESMExports();
  measure(peers).catch((error: unknown) => console.log(JSON.stringify({ callCost: { error: String(error) } })));
}
