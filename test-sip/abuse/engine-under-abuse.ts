import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { Test } from 'tap';
import { until } from '../support/wait.ts';

export interface EngineHealth {
  readonly rssMib: number;
  /** Used heap and buffers after a full collection. */
  readonly heapMib: number;
  readonly connections: number;
  readonly transactions: Readonly<Record<string, number>>;
  /** By `name label`. */
  readonly counts: Readonly<Record<string, number>>;
}

export interface Latency {
  readonly medianMs: number;
  readonly worstMs: number;
  readonly lost: number;
}

const PROBES = 100;
const PROBE_TIMEOUT_MS = 4_000;
/** T1: what the kernel has dropped is sent again, as every peer does. */
const REPEAT_MS = 500;
/** So many datagrams of a flood fit into any receive buffer. */
const BURST = 100;

/** The engine as a process, abusers' sockets to it, and an honest peer that measures how it is served meanwhile. */
export class EngineUnderAbuse {
  readonly ports: { readonly udp: number; readonly tcp: number; readonly tls: number };
  readonly #child: ChildProcess;
  readonly #lines: Interface;
  readonly #honest: UdpSocket;
  readonly #sockets = new Set<Socket>();
  #probes = 0;

  private constructor(child: ChildProcess, lines: Interface, honest: UdpSocket, ports: EngineUnderAbuse['ports']) {
    this.#child = child;
    this.#lines = lines;
    this.#honest = honest;
    this.ports = ports;
  }

  static async start(t: Test, certificate: { readonly certFile: string; readonly keyFile: string }) {
    const script = join(import.meta.dirname, 'engine-process.ts');
    const child = spawn(process.execPath, [script, certificate.certFile, certificate.keyFile], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: child.stdout });
    const [first] = (await once(lines, 'line')) as [string];
    const honest = createSocket('udp4');
    honest.bind(0, '127.0.0.1');
    await once(honest, 'listening');
    const engine = new EngineUnderAbuse(child, lines, honest, JSON.parse(first) as EngineUnderAbuse['ports']);
    t.teardown(() => engine.#stop());
    await engine.latency();
    return engine;
  }

  async health(): Promise<EngineHealth> {
    const line = once(this.#lines, 'line');
    this.#child.stdin?.write('\n');
    const [text] = (await line) as [string];
    return JSON.parse(text) as EngineHealth;
  }

  /** Waits until something was counted that often. */
  async counted(name: string, times: number, limitMs = 20_000): Promise<void> {
    await until(`${times} ${name}`, async () => ((await this.health()).counts[name] ?? 0) >= times, limitMs);
  }

  /** An abuser's connection; resets and closes are what it is made for. */
  async connect(port: number, localAddress = '127.0.0.1'): Promise<Socket> {
    const socket = connect({ host: '127.0.0.1', port, localAddress });
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.resume();
    await Promise.race([once(socket, 'connect'), once(socket, 'close')]);
    return socket;
  }

  /**
   * Connections that say something at once. Those that the engine has closed before they could, because this process
   * stood still, are opened again.
   */
  async talkers(count: number, first: string, localAddress?: string): Promise<readonly Socket[]> {
    const open = async () => {
      const socket = await this.connect(this.ports.tcp, localAddress);
      socket.write(first);
      return socket;
    };
    const silent = async () => (await this.health()).counts['connections_closed silent'] ?? 0;
    const before = await silent();
    const sockets = await Promise.all(Array.from({ length: count }, open));
    while (sockets.length - count < (await silent()) - before) sockets.push(await open());
    return sockets;
  }

  /** Datagrams from a socket of the abuser's own, as fast as the engine takes them. */
  async flood(count: number, datagram: (i: number) => Buffer | string): Promise<void> {
    const socket = createSocket('udp4');
    for (let i = 0; i < count; i++) {
      socket.send(datagram(i), this.ports.udp, '127.0.0.1');
      if (i % BURST === BURST - 1) await this.#probe();
    }
    await new Promise<void>((resolve) => socket.close(() => resolve()));
  }

  /** Round trips of an honest peer, one after the other. */
  async latency(): Promise<Latency> {
    const times: number[] = [];
    let lost = 0;
    for (let i = 0; i < PROBES; i++) {
      const startedMs = performance.now();
      if (await this.#probe()) times.push(performance.now() - startedMs);
      else lost++;
    }
    times.sort((a, b) => a - b);
    return { medianMs: times[times.length >> 1] ?? Number.NaN, worstMs: times.at(-1) ?? Number.NaN, lost };
  }

  async #probe(): Promise<boolean> {
    const id = `probe-${++this.#probes}`;
    const send = () => this.#honest.send(requestOf('OPTIONS', { callId: id }), this.ports.udp, '127.0.0.1');
    const answered = new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => done(false), PROBE_TIMEOUT_MS);
      const repeat = setInterval(send, REPEAT_MS);
      const listen = (bytes: Buffer) => void (bytes.includes(`${id}\r\n`) && done(true));
      const done = (result: boolean) => {
        clearTimeout(timer);
        clearInterval(repeat);
        this.#honest.off('message', listen);
        resolve(result);
      };
      this.#honest.on('message', listen);
    });
    send();
    return await answered;
  }

  async #stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#honest.close();
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await ended;
  }
}

export interface RequestOptions {
  readonly callId: string;
  readonly transport?: string;
  readonly headers?: readonly string[];
  readonly contentLength?: string;
}

/** A request as an honest peer writes it, but for what the options say. */
export function requestOf(method: string, options: RequestOptions): string {
  const { callId, transport = 'UDP', headers = [], contentLength = '0' } = options;
  return [
    `${method} sip:didfarm@127.0.0.1 SIP/2.0`,
    `Via: SIP/2.0/${transport} 127.0.0.1:5090;rport;branch=z9hG4bK${callId}`,
    'From: <sip:peer@127.0.0.1>;tag=p',
    'To: <sip:didfarm@127.0.0.1>',
    `Call-ID: ${callId}`,
    `CSeq: 1 ${method}`,
    ...headers,
    `Content-Length: ${contentLength}`,
    '',
    '',
  ].join('\r\n');
}
