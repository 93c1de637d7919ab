import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { connect, type Socket as TcpSocket } from 'node:net';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { createEngine, createSystemClock, createSystemRandom, type SipEngine } from '../../sip-engine/index.ts';
import { FuzzApp } from './fuzz-app.ts';
import type { SeededRandom } from './random.ts';

const T1_MS = 10;
/** Datagrams under way before the sender waits for the engine to take them. */
const IN_FLIGHT = 64;
const MAX_TURNS = 200;
/** 64 x T1 for the peer's silence, as much again for the BYE, and slack; counted in looks, for a starved machine. */
const SETTLE_LOOKS = 1_000;

/** A live engine with an app behind it, on loopback; fed over UDP and TCP. */
export class EngineTarget {
  readonly #app: FuzzApp;
  readonly #engine: SipEngine;
  readonly #udp: Socket = createSocket('udp4');
  readonly #errors: string[] = [];
  #tcp: TcpSocket | undefined;
  #ports = { udp: 0, tcp: 0 };
  #sent = 0;
  #taken = 0;
  #received = 0;
  readonly #seen: Record<string, number> = {};

  private constructor(random: SeededRandom) {
    this.#app = new FuzzApp(random);
    this.#engine = createEngine(
      {
        listen: (['udp', 'tcp'] as const).map((transport) => ({ transport, host: '127.0.0.1', port: 0 })),
        timers: { t1Ms: T1_MS, t2Ms: 4 * T1_MS, t4Ms: 5 * T1_MS },
      },
      {
        clock: createSystemClock(),
        random: createSystemRandom(),
        counters: { count: (name) => void (name === 'messages_in' && this.#taken++) },
        logger: {
          debug: () => undefined,
          info: () => undefined,
          warn: () => undefined,
          error: (fields, text) => void this.#errors.push(`${text} ${describe(fields)}`),
        },
      },
      // Whatever address a message names, what the engine sends goes to the fuzzer.
      {
        createResolve: () => (_uri, done) =>
          done([{ transport: 'udp', address: '127.0.0.1', port: this.#udp.address().port }]),
      },
    );
  }

  static async start(random: SeededRandom): Promise<EngineTarget> {
    const target = new EngineTarget(random);
    target.#udp.bind(0, '127.0.0.1');
    await once(target.#udp, 'listening');
    target.#udp.on('message', (bytes) => target.#note(bytes));
    const points = await target.#engine.start();
    const portOf = (name: string) => points.find(({ transport }) => transport === name)?.port ?? 0;
    target.#ports = { udp: portOf('udp'), tcp: portOf('tcp') };
    target.#engine.onRequest('REGISTER', () => ({ status: 200, lines: ['Contact: <sip:a@127.0.0.1>;expires=60'] }));
    target.#app.attach(target.#engine);
    return target;
  }

  /** Datagrams from the engine by status or method. */
  get seen(): Readonly<Record<string, number>> {
    return this.#seen;
  }

  /** Messages that the engine has taken, and that have come back from it. */
  get counts(): { readonly taken: number; readonly received: number } {
    return { taken: this.#taken, received: this.#received };
  }

  async feed(bytes: Buffer, stream: boolean): Promise<void> {
    this.#sent++;
    if (stream) this.#connection().write(bytes);
    else this.#udp.send(bytes, this.#ports.udp, '127.0.0.1');
    if (this.#sent % IN_FLIGHT !== 0) return;
    const before = this.#taken;
    for (let turn = 0; turn < MAX_TURNS && this.#taken - before < IN_FLIGHT / 2; turn++) await setImmediate();
  }

  /** Waits until every transaction and dialog has ended; says what is left when they do not. */
  async settle(): Promise<string | undefined> {
    this.#tcp?.destroy();
    this.#tcp = undefined;
    for (let look = 0; look < SETTLE_LOOKS; look++) {
      this.#app.hangUp();
      const { transactions, dialogs } = this.#engine.stats;
      const left = Object.values(transactions).reduce((sum, count) => sum + count, dialogs);
      if (left === 0) return undefined;
      await setTimeout(20);
    }
    return `left behind: ${JSON.stringify(this.#engine.stats)}`;
  }

  /** What the engine has logged as an error; never anything in a good run. */
  get errors(): readonly string[] {
    return this.#errors;
  }

  async close(): Promise<void> {
    this.#tcp?.destroy();
    this.#app.close();
    await this.#engine.close();
    this.#udp.close();
  }

  #note(bytes: Buffer): void {
    this.#received++;
    const [first = '', second = ''] = bytes.toString('latin1', 0, 24).split(' ');
    const kind = first.startsWith('SIP/') ? second : first;
    this.#seen[kind] = (this.#seen[kind] ?? 0) + 1;
  }

  #connection(): TcpSocket {
    if (this.#tcp !== undefined && !this.#tcp.destroyed && this.#tcp.writableLength < 1 << 20) return this.#tcp;
    this.#tcp?.destroy();
    const socket = connect(this.#ports.tcp, '127.0.0.1');
    // The engine closes what sends garbage; that is no fault.
    socket.on('error', () => undefined);
    socket.on('data', () => void this.#received++);
    this.#tcp = socket;
    return socket;
  }
}

function describe(fields: object): string {
  const error = 'err' in fields ? fields.err : undefined;
  return error instanceof Error ? (error.stack ?? error.message) : JSON.stringify(fields);
}
