import { CommanderError } from 'commander';
import {
  createEngine,
  createNullCounters,
  createSystemClock,
  createSystemRandom,
  type EngineLogger,
  type SipEngine,
} from '../sip-engine/index.ts';
import { createLogger } from '../telemetry/index.ts';
import { EXIT } from './cli-error.ts';
import { type Endpoint, readEngineArguments } from './engine-arguments.ts';
import { checkEngineFiles } from './engine-files.ts';
import { appCertificate, engineOptions } from './engine-settings.ts';

/** What a running engine command offers to who started it in the same process. */
export interface RunningEngineCommand {
  readonly engine: SipEngine;
  readonly appPort: number;
  readonly appAddress: string;
  /** Ends apps, calls and sockets. */
  close(): Promise<void>;
}

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
  const options = readEngineArguments(argv);
  const settings = engineOptions(options);
  checkEngineFiles(options);
  const engine = createEngine(settings, {
    clock: createSystemClock(),
    counters: createNullCounters(),
    random: createSystemRandom(),
    logger: engineLogger(options.logLevel),
  });
  await engine.start();
  try {
    const { secret } = options;
    const { port } = await engine.listenControl({ ...options.app, secret });
    const tls = appCertificate(options);
    if (options.appTls !== undefined && tls !== undefined) {
      await engine.listenControl({ ...options.appTls, secret, tls });
    }
    return { engine, appPort: port, appAddress: shown({ ...options.app, port }), close: () => engine.close() };
  } catch (error) {
    await engine.close();
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new Error(`cannot listen for apps on ${shown(options.app)}: ${reason}`, { cause: error });
  }
}

function engineLogger(level: string): EngineLogger {
  return createLogger({ level, stream: process.stderr });
}

function shown({ host, port }: Endpoint): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
