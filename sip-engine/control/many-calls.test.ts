import Srf from 'drachtio-srf';
import t from 'tap';
import { type Peer, startEngine, udpPeer } from '../engine-test-peer.ts';
import type { SipMessage } from '../message/index.ts';
import { createFakeClock } from '../timer/index.ts';
import type { SipEngine } from '../types.ts';
import { failureAck, inviteText, requestIn, responseTo, SDP } from './call-text.ts';

const CALLS = 500;
/** Sent ahead of their 100 Trying: more would overrun a socket's buffer. */
const WINDOW = 20;
/** 64 x T1 is 3.2 s. */
const TIMERS = { t1Ms: 50, t2Ms: 400, t4Ms: 500 };

interface Dialog {
  on(event: string, listener: () => void): void;
  destroy(): Promise<unknown>;
}

interface TestSrf {
  readonly idle: boolean;
  connect(options: object): void;
  disconnect(): void;
  on(event: string, listener: () => void): void;
  invite(handler: (req: object, res: object) => void): void;
  createB2BUA(req: object, res: object, uri: string, options: object): Promise<{ uas: Dialog; uac: Dialog }>;
}

interface Callee {
  /** Resolves when so many calls have been ended by a BYE. */
  ended(count: number): Promise<void>;
  /** Resolves when the engine has worked off everything that was sent to it. */
  settled(): Promise<void>;
}

/** Answers every INVITE and BYE, for ever; counts the calls that it was told to end. */
function playCallee(callee: Peer): Callee {
  let ended = 0;
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  const barriers: (() => void)[] = [];
  const loop = async (): Promise<void> => {
    for (;;) {
      const request = await callee.next();
      const contact = `<sip:bob@127.0.0.1:${callee.port}>`;
      if (request.method === 'INVITE' && request.isRequest) {
        callee.send(responseTo(request, 180, { tag: request.callId }));
        callee.send(responseTo(request, 200, { tag: request.callId, contact, body: SDP }));
      } else if (request.method === 'BYE' && request.isRequest) {
        ended++;
        callee.send(responseTo(request, 200));
        for (const { count, resolve } of waiting) if (ended >= count) resolve();
      } else if (request.cseqMethod === 'INFO') barriers.shift()?.();
    }
  };
  void loop();
  return {
    ended: (count) =>
      new Promise((resolve) => {
        if (ended >= count) resolve();
        else waiting.push({ count, resolve });
      }),
    settled: () =>
      new Promise((resolve) => {
        barriers.push(resolve);
        callee.send(inviteText(`callee-barrier${++count}`, callee.port, { method: 'INFO' }));
      }),
  };
}

let count = 0;

async function start(t: Parameters<typeof startEngine>[0], orphan: 'keep' | 'bye') {
  const clock = createFakeClock();
  const { engine, udpPort, errors } = await startEngine(t, { timers: TIMERS, orphan }, {}, { clock });
  const { port } = await engine.listenControl({ host: '127.0.0.1', port: 0, secret: 's' });
  const caller = await udpPeer(t, udpPort);
  const callee = await udpPeer(t, udpPort);
  const srf = new Srf() as unknown as TestSrf;
  srf.invite((req, res) => {
    srf
      .createB2BUA(req, res, `sip:bob@127.0.0.1:${callee.port}`, { localSdpB: SDP })
      .then(({ uas, uac }) => {
        uas.on('destroy', () => void uac.destroy().catch(() => undefined));
        uac.on('destroy', () => void uas.destroy().catch(() => undefined));
      })
      .catch(() => undefined);
  });
  const connected = new Promise<void>((resolve) => srf.on('connect', resolve));
  srf.on('error', () => undefined);
  srf.connect({ host: '127.0.0.1', port, secret: 's' });
  await connected;
  return { engine, errors, clock, caller, callee: playCallee(callee), srf };
}

/** Brings up that many calls; each gets its ACK and stays. */
async function answerAll(caller: Peer, name: string, count: number): Promise<readonly SipMessage[]> {
  const calls = new Map<string, SipMessage>();
  let sent = 0;
  const more = (): void => {
    if (sent < count) caller.send(inviteText(`${name}${sent++}`, caller.port));
  };
  for (let i = 0; i < WINDOW; i++) more();
  while (calls.size < count) {
    const message = await caller.next();
    if (message.status === 100) more();
    if (message.status > 200) throw new Error(`${message.callId}: ${message.status}`);
    if (message.status !== 200) continue;
    caller.send(requestIn(message, 'ACK', 1));
    calls.set(message.callId, message);
  }
  return [...calls.values()];
}

async function finalTo(caller: Peer, method: string): Promise<void> {
  for (;;) {
    const message = await caller.next();
    if (message.cseqMethod === method && message.status >= 200) return;
    if (message.cseqMethod === 'INVITE' && message.status === 200) caller.send(requestIn(message, 'ACK', 1));
  }
}

function nothingLeft(engine: SipEngine): boolean {
  const { transactions, dialogs } = engine.stats;
  return dialogs === 0 && Object.values(transactions).every((count) => count === 0);
}

/** An application hears of the last answer by its connection: round trips until it has. */
async function untilIdle(srf: TestSrf, caller: Peer): Promise<void> {
  for (let trips = 0; !srf.idle && trips < 1_000; trips++) await settleCaller(caller);
}

/** The caller's part of ending calls: answers what comes until the engine has worked off all that it has sent. */
async function settleCaller(caller: Peer, seen: (message: SipMessage) => void = () => undefined): Promise<void> {
  caller.send(inviteText(`caller-barrier${++count}`, caller.port, { method: 'INFO' }));
  for (;;) {
    const message = await caller.next();
    if (message.cseqMethod === 'INFO') return;
    if (message.isRequest && message.method === 'BYE') caller.send(responseTo(message, 200));
    else if (message.status >= 300) caller.send(failureAck(message));
    else if (message.status === 200 && message.cseqMethod === 'INVITE') caller.send(requestIn(message, 'ACK', 1));
    seen(message);
  }
}

t.test(`${CALLS} bridged calls at once leave no transaction, no dialog and no pending id behind`, async (t) => {
  const { engine, errors, clock, caller, callee, srf } = await start(t, 'keep');
  const calls = await answerAll(caller, 'load', CALLS);
  t.equal(engine.stats.dialogs, 2 * CALLS, 'all are up at once, two legs each');
  for (const ok of calls) {
    caller.send(requestIn(ok, 'BYE', 2));
    await finalTo(caller, 'BYE');
  }
  await callee.ended(CALLS);
  await callee.settled();
  clock.advance(65 * TIMERS.t1Ms);
  t.ok(nothingLeft(engine), 'nothing is left after 64 x T1');
  await untilIdle(srf, caller);
  t.ok(srf.idle, 'the application waits for nothing');
  t.same(errors, []);
  srf.disconnect();
});

t.test('an app that dies with 50 calls up and 20 on their way: the engine stays up, and ends them all', async (t) => {
  const { engine, errors, clock, caller, callee, srf } = await start(t, 'bye');
  await answerAll(caller, 'kill', 50);
  for (let i = 50; i < 70; i++) caller.send(inviteText(`kill${i}`, caller.port));
  srf.disconnect();
  const over = new Set<string>();
  const seen = (message: SipMessage): void => {
    if (message.isRequest || message.status >= 300) over.add(message.callId);
  };
  // Round trips until the engine has noticed.
  while (engine.stats.apps > 0) await settleCaller(caller, seen);
  clock.advance(1_010);
  while (over.size < 70) await settleCaller(caller, seen);
  await callee.ended(50);
  await callee.settled();
  clock.advance(65 * TIMERS.t1Ms);
  t.ok(nothingLeft(engine), 'nothing is left');
  t.same(errors, []);
});
