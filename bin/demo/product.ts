import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import type { DemoFile } from '../../tenancy/index.ts';
import { CliError } from '../cli-error.ts';

/** How long the server may take to start (ms). */
const START_MS = 30_000;
const POLL_MS = 100;

/** didfarm itself, started for the demonstration on ports of the system's choice with a data directory of its own. */
export interface DemoProduct {
  readonly world: DemoFile;
  readonly sip: { readonly address: string; readonly port: number };
  /** SIGTERM; resolves with the exit code when it has drained and ended. */
  stop(): Promise<number>;
}

/** Starts the server as a child and waits until it is healthy. @throws {CliError} with its last words. */
export async function startProduct(): Promise<DemoProduct> {
  const dataDir = mkdtempSync(join(tmpdir(), 'didfarm-demo-'));
  const script = join(import.meta.dirname, '..', `didfarm${extname(import.meta.filename)}`);
  const child = spawn(process.execPath, [script, 'serve', '--demo'], {
    env: {
      ...process.env,
      DIDFARM_DATA_DIR: dataDir,
      DIDFARM_SIP_HOST: '127.0.0.1',
      // No port that is looked for here stays free until the server takes it; the server says which it was given.
      DIDFARM_SIP_PORT: '0',
      DIDFARM_HTTP_PORT: '0',
      DIDFARM_METRICS_PORT: '0',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log = collect(child);
  const stop = async () => {
    const code = await end(child);
    rmSync(dataDir, { recursive: true, force: true });
    return code;
  };
  // Whoever interrupts the demonstration leaves no server and no folder behind.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void stop().finally(() => process.exit(1)));
  }
  try {
    const world = await waitUntilHealthy(child, join(dataDir, 'demo.json'), log);
    return { world, sip: { address: world.sip.host, port: world.sip.port }, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function collect(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      text = (text + chunk.toString('utf8')).slice(-4000);
    });
  }
  return () => text;
}

/** The world that the server has made, once it says that it is well. */
async function waitUntilHealthy(child: ChildProcess, file: string, log: () => string): Promise<DemoFile> {
  const deadline = Date.now() + START_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new CliError(`the server ended at its start: ${lastLine(log())}`);
    const world = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as DemoFile) : undefined;
    if (world !== undefined && (await isHealthy(world))) return world;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new CliError(`the server was not healthy within ${START_MS / 1000} s: ${lastLine(log())}`);
}

function isHealthy({ api }: DemoFile): Promise<boolean> {
  return fetch(new URL('/healthz', api)).then(
    (response) => response.ok,
    () => false,
  );
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}

async function end(child: ChildProcess): Promise<number> {
  if (child.exitCode !== null) return child.exitCode;
  child.kill('SIGTERM');
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}
