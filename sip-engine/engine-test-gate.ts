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
  const told: [isOn: boolean, refused: number][] = [];
  let due: (() => void) | undefined;
  const gate = new CallGate({
    ports: { clock, counters, random: createSystemRandom(), logger: createNullLogger() },
    wheel: createTimingWheel({ clock }),
    isKnown: (message) => known.has(message),
    admit: (message, flow) => {
      if (message.fromTag === 'throws') throw new Error('a fault');
      admitted.push(flow.remoteAddress);
    },
    refuse: (message) => void refused.push(message),
    nextTurn(run) {
      if (due !== undefined) throw new Error('there is one next turn');
      due = run;
    },
  });
  gate.policy = {
    ownerOf: (address) => (address === STRANGER ? '' : address),
    isUrgent: (uri) => uri.startsWith('sip:112@'),
    changed: (isOn, count) => void told.push([isOn, count]),
  };
  return {
    ...{ gate, clock, counts, admitted, refused, known, told },
    /** Whether it waits or is refused. */
    offer(from: string, message = invite()) {
      const isHeld = gate.holds(message, flowFrom(from));
      if (!isHeld) admitted.push(from);
      return isHeld;
    },
    get hasTurn() {
      return due !== undefined;
    },
    /** `ms` have passed since the last one. */
    async turn(ms = 1) {
      clock.advance(ms);
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
