import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../test-sip/support/ports.ts';
import { until } from '../../test-sip/support/wait.ts';
import { startScript } from './child.ts';
import { cpuMs } from './cpu.ts';
import type { Server } from './turns.ts';
import type { OnEnd } from './work-dir.ts';

interface Options {
  readonly dir: string;
  readonly onEnd: OnEnd;
  readonly csv: string;
  readonly dids?: string;
}

export interface DrachtioPeer extends Server {
  readonly port: number;
  /** CPU time of the server and its application in ms. */
  cpuMs(): number;
}

const SECRET = 'bench';

/** The drachtio-server that DRACHTIO_BIN names, with a small application, both on the servers' core; none without it. */
export async function startDrachtioPeer({ dir, onEnd, csv, dids = '-' }: Options): Promise<DrachtioPeer | undefined> {
  const binary = process.env.DRACHTIO_BIN;
  if (binary === undefined) return undefined;
  const [port, adminPort] = [await freePort(), await freePort()];
  const file = join(dir, 'drachtio.conf.xml');
  writeFileSync(file, configuration(port, adminPort));
  const pin = availableParallelism() > 1 ? ['taskset', '-c', '0'] : [];
  const [command = binary, ...args] = [...pin, binary, '-f', file, '--stdout'];
  const server = spawn(command, args, { stdio: 'ignore' });
  const ended = once(server, 'exit');
  onEnd(async () => {
    server.kill('SIGKILL');
    await ended;
  });
  await until('drachtio-server listens', () => canConnect(adminPort));
  const app = startScript('server', 'bench/load/drachtio-app.ts', [String(adminPort), SECRET, csv, dids]);
  onEnd(() => app.stop());
  await app.nextJson();
  const pids = () => [server.pid ?? 0, app.pid];
  return { port, pids, cpuMs: () => pids().reduce((sum, pid) => sum + cpuMs(pid), 0) };
}

function configuration(port: number, adminPort: number): string {
  return `<drachtio>
  <admin port="${adminPort}" secret="${SECRET}">127.0.0.1</admin>
  <sip><contacts><contact>sip:127.0.0.1:${port};transport=udp</contact></contacts><udp-mtu>65000</udp-mtu></sip>
  <cdrs>false</cdrs>
  <logging><console/><loglevel>error</loglevel><sofia-loglevel>0</sofia-loglevel></logging>
</drachtio>
`;
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(socket.destroy() !== undefined));
    socket.once('error', () => resolve(false));
  });
}
