import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import type { DemoFile } from '../../tenancy/index.ts';
import { CliError } from '../cli-error.ts';

/** How long the server may take to start (ms). */
const START_MS = 30_000;
const POLL_MS = 100;

/** didfarm itself, started for the demonstration on free ports with a data directory of its own. */
export interface DemoProduct {
  readonly world: DemoFile;
  readonly sip: { readonly address: string; readonly port: number };
  /** SIGTERM; resolves with the exit code when it has drained and ended. */
  stop(): Promise<number>;
}

/** Starts the server as a child and waits until it is healthy. @throws {CliError} with its last words. */
export async function startProduct(): Promise<DemoProduct> {
  const dataDir = mkdtempSync(join(tmpdir(), 'didfarm-demo-'));
  const [sipPort, httpPort, metricsPort] = await Promise.all([freeSipPort(), freePort(), freePort()]);
  const script = join(import.meta.dirname, '..', `didfarm${extname(import.meta.filename)}`);
  const child = spawn(process.execPath, [script, 'serve', '--demo'], {
    env: {
      ...process.env,
      DIDFARM_DATA_DIR: dataDir,
      DIDFARM_SIP_HOST: '127.0.0.1',
      DIDFARM_SIP_PORT: String(sipPort),
      DIDFARM_HTTP_PORT: String(httpPort),
      DIDFARM_METRICS_PORT: String(metricsPort),
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
    await waitUntilHealthy(child, `http://127.0.0.1:${httpPort}/healthz`, log);
    const world = JSON.parse(readFileSync(join(dataDir, 'demo.json'), 'utf8')) as DemoFile;
    return { world, sip: { address: '127.0.0.1', port: sipPort }, stop };
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

async function waitUntilHealthy(child: ChildProcess, url: string, log: () => string): Promise<void> {
  const deadline = Date.now() + START_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new CliError(`the server ended at its start: ${lastLine(log())}`);
    const healthy = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (healthy) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new CliError(`the server was not healthy within ${START_MS / 1000} s: ${lastLine(log())}`);
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

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** A port that is free for UDP and TCP alike. */
async function freeSipPort(): Promise<number> {
  for (;;) {
    const port = await freePort();
    const socket = createSocket('udp4');
    const free = await new Promise<boolean>((resolve) => {
      socket.once('error', () => resolve(false));
      socket.bind(port, '127.0.0.1', () => resolve(true));
    });
    socket.close();
    if (free) return port;
  }
}
