import { OutgoingMessage, parseMessage, type SipMessage, type TransportName } from '../message/index.ts';
import type { EngineLogger, EnginePorts, EngineRandom } from '../ports.ts';
import type { FakeClock } from '../timer/index.ts';
import type { Flow, ListenPoint, Target, TransportError } from '../transport/types.ts';
import type { TransportBelow } from './layer.ts';

/** A flow of the recorder: keeps what was sent, and breaks when it is told to. */
export interface RecorderFlow extends Flow {
  closed: boolean;
  /** How many times it is held. */
  holds: number;
  readonly sent: SipMessage[];
  readonly sentBytes: Buffer[];
  /** Takes what was sent so far. */
  take(): SipMessage[];
  /** Fails the bytes sent last, as the transport would later. */
  fail(message?: string): void;
}

export interface RecorderTransport extends TransportBelow {
  flow(transport?: TransportName, remoteAddress?: string, remotePort?: number): RecorderFlow;
  /** Flows that the layer asked for by `flowTo`. */
  readonly opened: readonly { readonly target: Target; readonly flow: RecorderFlow }[];
}

/** Sends nothing anywhere; for tests of the layers above. The listen point is 10.0.0.5:5060. */
export function createRecorderTransport(): RecorderTransport {
  const opened: { target: Target; flow: RecorderFlow }[] = [];
  return {
    opened,
    flow: (transport = 'udp', address = '10.0.0.9', port = 5062) => createFlow(transport, address, port),
    flowTo(target) {
      const flow = createFlow(target.transport, target.address, target.port);
      opened.push({ target, flow });
      return flow;
    },
    listenPointOf: (flow): ListenPoint => ({
      transport: flow.transport,
      host: '10.0.0.5',
      port: 5060,
      advertisedFor: () => ({ host: '10.0.0.5', port: 5060 }),
      isAt: (address) => address === '10.0.0.5',
    }),
  };
}

function createFlow(transport: TransportName, remoteAddress: string, remotePort: number): RecorderFlow {
  const sentBytes: Buffer[] = [];
  const sent: SipMessage[] = [];
  let onLastError: ((error: TransportError) => void) | undefined;
  return {
    id: `${transport}/10.0.0.5:5060/${remoteAddress}:${remotePort}`,
    transport,
    reliable: transport !== 'udp',
    localAddress: '10.0.0.5',
    localPort: 5060,
    remoteAddress,
    remotePort,
    closed: false,
    holds: 0,
    sent,
    sentBytes,
    send(bytes, onError) {
      sentBytes.push(bytes);
      sent.push(parseMessage(bytes));
      onLastError = onError;
    },
    hold() {
      this.holds++;
    },
    release() {
      this.holds--;
    },
    take: () => sent.splice(0),
    fail(message = 'refused') {
      const tell = onLastError;
      onLastError = undefined;
      tell?.(Object.assign(new Error(message), { code: 'refused' as const }));
    },
  };
}

/** Ports for tests: the given clock, counted counters, remembered log lines, numbers instead of randomness. */
export interface TestPorts extends EnginePorts {
  readonly counts: ReadonlyMap<string, number>;
  readonly logged: readonly { readonly level: string; readonly fields: object; readonly text: string }[];
}

export function createTestPorts(clock: FakeClock): TestPorts {
  const counts = new Map<string, number>();
  const logged: { level: string; fields: object; text: string }[] = [];
  const log = (level: string) => (fields: object, text: string) => void logged.push({ level, fields, text });
  const logger: EngineLogger = { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
  let serial = 0;
  const random: EngineRandom = {
    hex: (length) => (++serial).toString(16).padStart(length, '0').slice(-length),
    uuid: () => `00000000-0000-4000-8000-${(++serial).toString(16).padStart(12, '0')}`,
    float: () => 0.5,
  };
  const counters = { count: (name: string) => void counts.set(name, (counts.get(name) ?? 0) + 1) };
  return { clock, counters, logger, random, counts, logged };
}

/** The other end's response to a request that was recorded. */
export function answerTo(request: SipMessage, status: number, toTag = 'peer'): SipMessage {
  const response = OutgoingMessage.responseTo(request, status);
  if (status > 100 && request.toTag === '') response.set('To', `${request.header('to')};tag=${toTag}`);
  return parseMessage(response.toBuffer());
}
