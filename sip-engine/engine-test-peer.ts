import { randomBytes } from 'node:crypto';
import { createSocket, type RemoteInfo } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Test } from 'tap';
import { createEngine } from './engine.ts';
import type { EngineParts } from './engine-parts.ts';
import { parseMessage, type SipMessage, SipParseError } from './message/index.ts';
import type { EnginePorts } from './ports.ts';
import { createSystemRandom } from './system-ports.ts';
import { TestInbox } from './testing-inbox.ts';
import { createFakeClock } from './timer/index.ts';
import type { EngineOptions, SipEngine } from './types.ts';

/** The other end of the wire in tests: sends text, waits for messages. */
export interface Peer {
  readonly port: number;
  send(text: string): void;
  /** The next message, in the order of arrival. */
  next(): Promise<SipMessage>;
  /** Messages that have come and were not taken. */
  readonly waiting: number;
  close(): void;
}

export interface RunningEngine {
  readonly engine: SipEngine;
  readonly udpPort: number;
  readonly tcpPort: number;
  readonly counts: ReadonlyMap<string, number>;
  readonly errors: readonly { readonly fields: object; readonly text: string }[];
}

/** T1 of engines in tests, ms. */
export const T1_MS = 500;

/** Nobody listens there: no one is ever given this port, while one that was just closed may be somebody's again. */
export const REFUSING_PORT = 1;

/**
 * An engine on free ports of 127.0.0.1, UDP and TCP; closed with the test. Its time stands still, so that nothing is
 * repeated or given up while a slow machine pauses; where time has to pass, `other` gives it a clock that the test moves.
 */
export async function startEngine(
  t: Test,
  options: Partial<EngineOptions> = {},
  parts: Partial<EngineParts> = {},
  other: Partial<EnginePorts> = {},
): Promise<RunningEngine> {
  const counts = new Map<string, number>();
  const errors: { fields: object; text: string }[] = [];
  const quiet = (): void => undefined;
  const ports: EnginePorts = {
    clock: createFakeClock(),
    random: createSystemRandom(),
    counters: {
      count: (name, label = '') => void counts.set(`${name} ${label}`, (counts.get(`${name} ${label}`) ?? 0) + 1),
    },
    logger: { debug: quiet, info: quiet, warn: quiet, error: (fields, text) => void errors.push({ fields, text }) },
    ...other,
  };
  const listen = (['udp', 'tcp'] as const).map((transport) => ({ transport, host: '127.0.0.1', port: 0 }));
  const engine = createEngine({ listen, timers: { t1Ms: T1_MS }, ...options }, ports, parts);
  t.teardown(() => engine.close());
  const points = await engine.start();
  const portOf = (name: string) => points.find(({ transport }) => transport === name)?.port ?? 0;
  return { engine, udpPort: portOf('udp'), tcpPort: portOf('tcp'), counts, errors };
}

export async function udpPeer(t: Test, toPort: number): Promise<Peer> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  const inbox = new TestInbox(`the UDP peer at port ${port}`, describe);
  socket.on('message', (bytes: Buffer, _from: RemoteInfo) => inbox.put(read(bytes)));
  const close = () => {
    inbox.close();
    try {
      socket.close();
    } catch {
      // Closed by the test itself.
    }
  };
  t.teardown(close);
  return {
    port,
    send: (text) => socket.send(text, toPort, '127.0.0.1'),
    next: () => inbox.take(),
    get waiting() {
      return inbox.size;
    },
    close,
  };
}

/** Expects messages without bodies, as the engine's own answers are. */
export async function tcpPeer(t: Test, toPort: number): Promise<Peer> {
  const socket = connect(toPort, '127.0.0.1');
  const inbox = new TestInbox('the TCP peer', describe);
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
    for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
      inbox.put(read(Buffer.from(text.slice(0, end + 4), 'latin1')));
      text = text.slice(end + 4);
    }
  });
  socket.on('error', () => socket.destroy());
  await once(socket, 'connect');
  const close = () => {
    inbox.close();
    socket.destroy();
  };
  t.teardown(close);
  return {
    port: socket.localPort ?? 0,
    send: (message) => void socket.write(message),
    next: () => inbox.take(),
    get waiting() {
      return inbox.size;
    },
    close,
  };
}

/** The answer to a broken request lacks what the request lacked; it is read all the same. */
function read(bytes: Buffer): SipMessage {
  try {
    return parseMessage(bytes);
  } catch (error) {
    if (error instanceof SipParseError && error.partial !== undefined) return error.partial;
    throw error;
  }
}

/** As a failure tells it: `INVITE 1`, `200 to INVITE 1`. */
function describe({ isRequest, status, cseqMethod, cseq }: SipMessage): string {
  return isRequest ? `${cseqMethod} ${cseq}` : `${status} to ${cseqMethod} ${cseq}`;
}

/** A request of the peer; `lines` replace or add header lines, an empty value leaves one out. */
export function requestText(method: string, lines: Readonly<Record<string, string>> = {}): string {
  const n = randomBytes(6).toString('hex');
  const headers: Record<string, string> = {
    Via: `SIP/2.0/UDP 192.0.2.1:5060;rport;branch=z9hG4bKt${n}`,
    From: '<sip:alice@example.com>;tag=ft1',
    To: '<sip:bob@example.com>',
    'Call-ID': `call-${n}`,
    CSeq: `1 ${method}`,
    'Max-Forwards': '70',
    'Content-Length': '0',
    ...lines,
  };
  const text = Object.entries(headers)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');
  return `${method} sip:bob@example.com SIP/2.0\r\n${text}\r\n`;
}
