import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { inCall, inviteRequest, okTo, plainRequest, registerRequest } from './engine-messages.ts';

/**
 * Requests and calls in a closed loop. Says where its callee listens; then each line `{mode, port, seconds, window}` on
 * standard input is one round, answered by one line of JSON. Modes: `options`, `register`, `message`, `calls`; a server
 * that only echoes is good for all but the last.
 */
interface Round {
  readonly mode: 'options' | 'register' | 'message' | 'calls';
  readonly port: number;
  readonly seconds: number;
  readonly window: number;
}

/** What was not answered for so long is lost. */
const LOST_MS = 4_000;

async function open(): Promise<Socket> {
  const socket = createSocket({
    type: 'udp4',
    recvBufferSize: 4 << 20,
    lookup: (host, _o, done) => done(null, host, 4),
  });
  // With a look-up that answers at once the event comes within the call.
  const listening = once(socket, 'listening');
  socket.bind(0, '127.0.0.1');
  await listening;
  return socket;
}

const caller = await open();
const callee = await open();
const [callerPort, calleePort] = [caller.address().port, callee.address().port];
const live = new Map<string, number>();
const run = Date.now().toString(36);
let round: Round = { mode: 'options', port: 0, seconds: 0, window: 0 };
let [done, lost, serial] = [0, 0, 0];
let isOver = true;
let idle: (() => void) | undefined;

const send = (text: string) => caller.send(text, round.port, '127.0.0.1');

function begin(): void {
  if (isOver) {
    if (live.size === 0) idle?.();
    return;
  }
  const id = `${run}x${++serial}`;
  live.set(id, performance.now());
  if (round.mode === 'calls') send(inviteRequest(id, callerPort));
  else if (round.mode === 'register') send(registerRequest(id, callerPort));
  else send(plainRequest(round.mode.toUpperCase(), id, callerPort));
}

function finish(id: string): void {
  if (!live.delete(id)) return;
  done++;
  begin();
}

caller.on('message', (bytes) => {
  const text = bytes.toString('latin1');
  const id = /^Call-ID: ([^@]+)/im.exec(text)?.[1] ?? '';
  const status = text.startsWith('SIP/2.0 ') ? Number(text.slice(8, 11)) : 200;
  if (status < 200) return;
  if (round.mode !== 'calls' || status >= 300 || /^CSeq: 2 BYE/im.test(text)) return finish(id);
  send(inCall('ACK', id, callerPort, text));
  if (live.has(id)) send(inCall('BYE', id, callerPort, text));
});

callee.on('message', (bytes, peer) => {
  const text = bytes.toString('latin1');
  if (!text.startsWith('ACK')) callee.send(okTo(text, calleePort), peer.port, peer.address);
});

async function play(asked: Round): Promise<void> {
  round = asked;
  [done, lost, isOver] = [0, 0, false];
  const { promise, resolve } = Promise.withResolvers<void>();
  idle = resolve;
  const startMs = performance.now();
  const sweep = setInterval(() => {
    const now = performance.now();
    for (const [id, sinceMs] of live) {
      if (now - sinceMs < LOST_MS) continue;
      live.delete(id);
      lost++;
      begin();
    }
  }, 200);
  for (let i = 0; i < asked.window; i++) begin();
  setTimeout(() => {
    isOver = true;
  }, asked.seconds * 1000);
  await promise;
  clearInterval(sweep);
  console.log(JSON.stringify({ done, lost, seconds: (performance.now() - startMs) / 1000 }));
}

console.log(JSON.stringify({ callee: calleePort }));
for await (const line of createInterface({ input: process.stdin })) await play(JSON.parse(line) as Round);
caller.close();
callee.close();
