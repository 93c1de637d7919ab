import { createHash, randomUUID } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import type { EngineCounter, EnginePorts } from '../ports.ts';
import type { FrameFault } from './stream-framer.ts';
import type { Flow, TransportEvents } from './types.ts';

/** Ports whose time moves only by `advance`, and whose counts can be read. */
export interface TestPorts extends EnginePorts {
  advance(ms: number): void;
  counted(name: EngineCounter, label?: string): number;
  readonly logged: { readonly level: string; readonly text: string; readonly fields: object }[];
}

/** Fake clock, counters that can be read, silent logger, repeatable randomness. */
export function createTestPorts(): TestPorts {
  let nowMs = 1_000_000;
  const ticks = new Set<{ readonly intervalMs: number; dueMs: number; readonly tick: () => void }>();
  const counts = new Map<string, number>();
  const logged: { level: string; text: string; fields: object }[] = [];
  const log = (level: string) => (fields: object, text: string) => void logged.push({ level, text, fields });
  let seed = 0;
  const hex = (length: number) => createHash('sha512').update(`${seed++}`).digest('hex').slice(0, length);
  return {
    clock: {
      nowMs: () => nowMs,
      wallMs: () => nowMs,
      every: (intervalMs, tick) => {
        const entry = { intervalMs, dueMs: nowMs + intervalMs, tick };
        ticks.add(entry);
        return () => ticks.delete(entry);
      },
    },
    counters: {
      count: (name, label) => {
        for (const key of new Set([name, `${name} ${label ?? ''}`])) counts.set(key, (counts.get(key) ?? 0) + 1);
      },
    },
    logger: { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') },
    random: { hex, uuid: randomUUID, float: () => 0.5 },
    logged,
    counted: (name, label) => counts.get(label === undefined ? name : `${name} ${label}`) ?? 0,
    advance: (ms) => {
      nowMs += ms;
      for (const entry of ticks) {
        if (entry.dueMs > nowMs) continue;
        entry.dueMs = nowMs + entry.intervalMs;
        entry.tick();
      }
    },
  };
}

export interface Received {
  readonly text: string;
  readonly flow: Flow;
  readonly fault: FrameFault | undefined;
}

/** Transport events that remember, and that can be awaited. */
export class EventRecorder implements TransportEvents {
  readonly received: Received[] = [];
  readonly closed: { readonly flow: Flow; readonly reason: string }[] = [];
  readonly #waiters = new Set<() => void>();
  /** Called for every message, after it is recorded. */
  answer: ((text: string, flow: Flow) => void) | undefined;

  onMessage(bytes: Buffer, flow: Flow, fault?: FrameFault): void {
    this.received.push({ text: bytes.toString('latin1'), flow, fault });
    this.#wake();
    this.answer?.(bytes.toString('latin1'), flow);
  }

  onFlowClosed(flow: Flow, reason: string): void {
    this.closed.push({ flow, reason });
    this.#wake();
  }

  /** Resolves when `count` messages in all have come. */
  async message(count = 1): Promise<Received> {
    await this.#until(() => this.received.length >= count);
    const found = this.received[count - 1];
    if (found === undefined) throw new Error('unreachable');
    return found;
  }

  /** Resolves when `count` flows in all have closed. */
  async close(count = 1): Promise<{ readonly flow: Flow; readonly reason: string }> {
    await this.#until(() => this.closed.length >= count);
    const found = this.closed[count - 1];
    if (found === undefined) throw new Error('unreachable');
    return found;
  }

  async #until(done: () => boolean): Promise<void> {
    while (!done()) await new Promise<void>((resolve) => this.#waiters.add(resolve));
  }

  #wake(): void {
    for (const waiter of this.#waiters) waiter();
    this.#waiters.clear();
  }
}

/** A TCP client that remembers what it was sent. */
export class TestClient {
  readonly socket: Socket;
  received = '';
  ended = false;
  readonly #waiters = new Set<() => void>();

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.received += chunk.toString('latin1');
      this.#wake();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.ended = true;
      this.#wake();
    });
  }

  static async connect(port: number, host = '127.0.0.1', localAddress?: string): Promise<TestClient> {
    const socket = connect({ port, host, ...(localAddress === undefined ? {} : { localAddress }) });
    const client = new TestClient(socket);
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return client;
  }

  /** Resolves when the received text contains `text`. */
  async until(text: string): Promise<string> {
    await this.#until(() => this.received.includes(text) || this.ended);
    return this.received;
  }

  /** Resolves when the connection is gone. */
  async end(): Promise<string> {
    await this.#until(() => this.ended);
    return this.received;
  }

  async #until(done: () => boolean): Promise<void> {
    while (!done()) await new Promise<void>((resolve) => this.#waiters.add(resolve));
  }

  #wake(): void {
    for (const waiter of this.#waiters) waiter();
    this.#waiters.clear();
  }
}

/** Nothing in this process takes so long, however slow the machine: a connection whose place was taken waits seconds. */
const SETTLED_MS = 60_000;

/** Lets the sockets of this process take their turns, twenty at least, until `done`. */
export async function settled(done: () => boolean = () => true): Promise<void> {
  const startMs = performance.now();
  for (let turn = 0; turn < 20 || (!done() && performance.now() - startMs < SETTLED_MS); turn++) {
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

/** A small request with a right Content-Length. */
export function sipRequest(callId: string, body = '', method = 'OPTIONS'): string {
  return [
    `${method} sip:test@127.0.0.1 SIP/2.0`,
    'Via: SIP/2.0/TCP 127.0.0.1:5070;branch=z9hG4bK776',
    'From: <sip:a@127.0.0.1>;tag=1',
    'To: <sip:b@127.0.0.1>',
    `Call-ID: ${callId}`,
    `CSeq: 1 ${method}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n');
}
