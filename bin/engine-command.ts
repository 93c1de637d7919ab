import { isIP } from 'node:net';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import {
  createEngine,
  createNullCounters,
  createSystemClock,
  createSystemRandom,
  type EngineLogger,
  type EngineOptions,
  type ListenSpec,
  type SipEngine,
  type TransportName,
} from '../sip-engine/index.ts';
import { createLogger } from '../telemetry/index.ts';
import { EXIT } from './cli-error.ts';

interface Endpoint {
  readonly host: string;
  readonly port: number;
}

interface EngineArguments {
  readonly sip: readonly Endpoint[];
  readonly sipTls?: readonly Endpoint[];
  readonly sipWs?: readonly Endpoint[];
  readonly sipWss?: readonly Endpoint[];
  readonly app: Endpoint;
  readonly appTls?: Endpoint;
  readonly secret: string;
  readonly external?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly t1?: number;
  readonly orphan: 'keep' | 'bye';
  readonly cdrs?: boolean;
  readonly logLevel: string;
}

/** What a running engine command offers to who started it in the same process. */
export interface RunningEngineCommand {
  readonly engine: SipEngine;
  readonly appPort: number;
  readonly appAddress: string;
  /** Ends apps, calls and sockets. */
  close(): Promise<void>;
}

/** Log lines go to stderr; stdout has the one line that says where the engine listens. */
const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'];

/**
 * `didfarm engine --sip IP:PORT --app IP:PORT --secret S`: the embedded engine alone, a server for any
 * drachtio application. Stays in the foreground until SIGTERM or SIGINT; resolves with the exit status.
 */
export async function runEngineCommand(argv: readonly string[]): Promise<number> {
  let running: RunningEngineCommand;
  try {
    running = await startEngineCommand(argv);
  } catch (error) {
    // Commander has said it already, with the usage.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.fault;
    process.stderr.write(`didfarm engine: ${error instanceof Error ? error.message : String(error)}\n`);
    return EXIT.fault;
  }
  const points = running.engine.listenPoints.map((point) => `${point.transport}/${shown(point)}`).join(' ');
  process.stdout.write(`listening: sip ${points} app tcp/${running.appAddress}\n`);
  const ended = Promise.withResolvers<void>();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => ended.resolve());
  // The engine's timers do not hold the process by themselves; its sockets do.
  await ended.promise;
  await running.close();
  return EXIT.ok;
}

/** Starts what `runEngineCommand` runs. @throws EngineStartError, or the system's error of the app port. */
export async function startEngineCommand(argv: readonly string[]): Promise<RunningEngineCommand> {
  const options = readArguments(argv);
  const engine = createEngine(engineOptions(options), {
    clock: createSystemClock(),
    counters: createNullCounters(),
    random: createSystemRandom(),
    logger: engineLogger(options.logLevel),
  });
  await engine.start();
  try {
    const { secret, tlsCert: certFile, tlsKey: keyFile } = options;
    const { port } = await engine.listenControl({ ...options.app, secret });
    if (options.appTls !== undefined && certFile !== undefined && keyFile !== undefined) {
      await engine.listenControl({ ...options.appTls, secret, tls: { certFile, keyFile } });
    }
    return { engine, appPort: port, appAddress: shown({ ...options.app, port }), close: () => engine.close() };
  } catch (error) {
    await engine.close();
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new Error(`cannot listen for apps on ${shown(options.app)}: ${reason}`, { cause: error });
  }
}

function readArguments(argv: readonly string[]): EngineArguments {
  const many = (text: string, before: readonly Endpoint[] | undefined): readonly Endpoint[] => [
    ...(before ?? []),
    readEndpoint(text),
  ];
  const command = new Command('didfarm engine')
    .description('the SIP engine alone: a server for any drachtio application')
    .exitOverride()
    .requiredOption('--sip <ip:port>', 'SIP over UDP and TCP on exactly this address; may be repeated', many)
    .requiredOption('--app <ip:port>', 'where drachtio applications connect', readEndpoint)
    .requiredOption('--secret <secret>', 'what applications authenticate with')
    .option('--sip-tls <ip:port>', 'SIP over TLS; may be repeated', many)
    .option('--sip-ws <ip:port>', 'SIP over WebSocket; may be repeated', many)
    .option('--sip-wss <ip:port>', 'SIP over WebSocket and TLS; may be repeated', many)
    .option('--app-tls <ip:port>', 'where applications connect over TLS', readEndpoint)
    .option('--tls-cert <file>', 'certificate chain for --sip-tls, --sip-wss and --app-tls (PEM)')
    .option('--tls-key <file>', 'its private key (PEM)')
    .option('--external <host>', 'address told to peers instead of the bound one')
    .option('--t1 <ms>', 'SIP timer T1 in milliseconds', readMilliseconds)
    .addOption(
      new Option('--orphan <how>', 'calls of an application that went').choices(['keep', 'bye']).default('keep'),
    )
    .option('--cdrs', 'send cdr:attempt, cdr:start and cdr:stop to applications that ask for them')
    .addOption(new Option('--log-level <level>').choices(LEVELS).default('warn'));
  return command.parse(argv, { from: 'user' }).opts<EngineArguments>();
}

function engineOptions(options: EngineArguments): EngineOptions {
  const { tlsCert, tlsKey } = options;
  const external = options.external === undefined ? {} : { externalHost: options.external };
  const listen = (transport: TransportName, endpoints: readonly Endpoint[] = []): ListenSpec[] =>
    endpoints.map((endpoint) => ({ transport, ...endpoint, ...external }));
  const needsTls = [options.sipTls, options.sipWss, options.appTls].some((endpoint) => endpoint !== undefined);
  if (needsTls && (tlsCert === undefined || tlsKey === undefined)) {
    throw new Error('--sip-tls, --sip-wss and --app-tls need --tls-cert and --tls-key');
  }
  return {
    listen: [
      ...listen('udp', options.sip),
      ...listen('tcp', options.sip),
      ...listen('tls', options.sipTls),
      ...listen('ws', options.sipWs),
      ...listen('wss', options.sipWss),
    ],
    orphan: options.orphan,
    cdrs: options.cdrs === true,
    ...(options.t1 === undefined ? {} : { timers: { t1Ms: options.t1 } }),
    ...(tlsCert === undefined || tlsKey === undefined ? {} : { tls: { certFile: tlsCert, keyFile: tlsKey } }),
  };
}

/** `127.0.0.1:5060`, `[::1]:5060`; port 0 takes a free one. */
function readEndpoint(text: string): Endpoint {
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2] ?? '';
  const port = Number(match?.[3]);
  if (isIP(host) === 0 || port > 65_535) throw new InvalidArgumentError('expected IP:PORT, e.g. 127.0.0.1:5060');
  return { host, port };
}

function readMilliseconds(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 10)
    throw new InvalidArgumentError('expected whole milliseconds, at least 10');
  return value;
}

function engineLogger(level: string): EngineLogger {
  return createLogger({ level, stream: process.stderr });
}

function shown({ host, port }: Endpoint): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
