import { CallGate } from './engine-call-gate.ts';
import { requestText } from './engine-test-peer.ts';
import { parseMessage, type SipMessage } from './message/index.ts';
import { createNullLogger, createSystemRandom } from './system-ports.ts';
import { createFakeClock, createTimingWheel } from './timer/index.ts';
import type { Flow } from './transport/index.ts';

export const CARRIER = '192.0.2.1';
export const OTHER = '192.0.2.2';
export const STRANGER = '198.51.100.1';

export const invite = (lines: Readonly<Record<string, string>> = {}, body = '') =>
  parseMessage(Buffer.from(requestText('INVITE', { ...lines, 'Content-Length': String(body.length) }) + body));
export const flowFrom = (remoteAddress: string, closed = false) =>
  ({ remoteAddress, closed, id: remoteAddress }) as Flow;

/** A gate before a thread that takes up what it is told; turns of its event loop come when the test says. */
export function startGate() {
  const clock = createFakeClock();
  const counts = new Map<string, number>();
  const counters = { count: (_name: string, label = '') => void counts.set(label, (counts.get(label) ?? 0) + 1) };
  const [admitted, refused]: [string[], SipMessage[]] = [[], []];
  const known = new Set<SipMessage>();
  const counted: string[] = [];
  const told: [isOn: boolean, refused: number][] = [];
  const answers: { readonly status: number; readonly method: string; readonly to: string }[] = [];
  let due: (() => void) | undefined;
  let workedMs = 0;
  const gate = new CallGate({
    ports: { clock, counters, random: createSystemRandom(), logger: createNullLogger() },
    wheel: createTimingWheel({ clock }),
    isKnown: (message) => known.has(message),
    admit: (message, flow) => {
      if (message.fromTag === 'throws') throw new Error('a fault');
      admitted.push(flow.remoteAddress);
    },
    answer(message, flow, status) {
      if (status === 503) refused.push(message);
      else answers.push({ status, method: message.method, to: flow.remoteAddress });
    },
    workMs: () => workedMs,
    nextTurn(run) {
      if (due !== undefined) throw new Error('there is one next turn');
      due = run;
    },
  });
  gate.policy = {
    ownerOf: (address) => (address === STRANGER ? '' : address),
    isUrgent: (uri) => uri.startsWith('sip:112@'),
    refused: (address) => void counted.push(`refused ${address}`),
    cancelled: (address) => void counted.push(`cancelled ${address}`),
    changed: (isOn, count) => void told.push([isOn, count]),
  };
  return {
    ...{ gate, clock, counts, admitted, refused, answers, known, counted, told },
    /** Whether it waits or is refused. */
    offer(from: string, message = invite()) {
      const isHeld = gate.holds(message, flowFrom(from));
      if (!isHeld) admitted.push(from);
      return isHeld;
    },
    get hasTurn() {
      return due !== undefined;
    },
    /** `ms` have passed since the last one; most of a long time others had the processor, unless it is told. */
    async turn(ms = 1, worked = Math.min(ms, 10)) {
      clock.advance(ms);
      workedMs += worked;
      const run = due;
      due = undefined;
      run?.();
      // Whatever the turn has set going: ticks and promises.
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

/** For a second 56 of the carrier's calls wait, each of them for 70 ms. */
export async function overload(started: ReturnType<typeof startGate>): Promise<void> {
  for (let i = 0; i < 56; i++) started.offer(CARRIER);
  for (let turn = 0; turn < 101; turn++) {
    for (let i = 0; i < 8; i++) started.offer(CARRIER);
    await started.turn(10);
  }
  started.admitted.length = 0;
}
