import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import type { Config } from '../../config/index.ts';
import type { Finding } from './run-doctor.ts';

/** Every port that the server would take is free. */
export async function checkPorts(config: Config): Promise<readonly Finding[]> {
  const sipHosts = config.sip.hosts.length > 0 ? config.sip.hosts : ['0.0.0.0'];
  const wanted: (readonly [what: string, host: string, port: number, kind: 'tcp' | 'udp'])[] = [
    ...sipHosts.map((host) => ['SIP over UDP', host, config.sip.port, 'udp'] as const),
    ...sipHosts.map((host) => ['SIP over TCP', host, config.sip.port, 'tcp'] as const),
    ['HTTP', config.http.host, config.http.port, 'tcp'],
    ['metrics', config.metrics.host, config.metrics.port, 'tcp'],
  ];
  return Promise.all(wanted.map(([what, host, port, kind]) => checkPort(what, host, port, kind)));
}

async function checkPort(what: string, host: string, port: number, kind: 'tcp' | 'udp'): Promise<Finding> {
  const text = `${what} on ${host}:${port}`;
  const code = await (kind === 'udp' ? tryUdp(host, port) : tryTcp(host, port));
  if (code === undefined) return { check: 'port', level: 'ok', text: `${text} is free` };
  const words = code === 'EADDRINUSE' ? 'is in use' : `cannot be had (${code})`;
  return { check: 'port', level: 'fault', text: `${text} ${words}`, remedy: 'Stop what uses it, or choose another.' };
}

/** The system's code when it cannot be bound. */
function tryTcp(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'unknown'));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}

function tryUdp(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
    socket.once('error', (error: NodeJS.ErrnoException) => {
      socket.close();
      resolve(error.code ?? 'unknown');
    });
    socket.bind({ address: host, port, exclusive: true }, () => socket.close(() => resolve(undefined)));
  });
}
