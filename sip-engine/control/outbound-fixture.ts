import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import type { Test } from 'tap';
import { startEngine, udpPeer } from '../engine-test-peer.ts';
import type { EnginePorts } from '../ports.ts';
import type { EngineOptions, RequestHandler } from '../types.ts';
import { AppPeer } from './app-peer.ts';

/** An application that listens; connections of the engine come out one by one. */
export async function listeningApp(t: Test, server: Server = createServer()) {
  const sockets: Socket[] = [];
  const takers: ((socket: Socket) => void)[] = [];
  const event = 'setSecureContext' in server ? 'secureConnection' : 'connection';
  server.on(event, (socket: Socket) => {
    t.teardown(() => socket.destroy());
    const taker = takers.shift();
    if (taker === undefined) sockets.push(socket);
    else taker(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const next = async (): Promise<AppPeer> => {
    const socket = sockets.shift() ?? (await new Promise<Socket>((resolve) => takers.push(resolve)));
    return AppPeer.over(socket);
  };
  return { port: portOf(server), next, waiting: () => sockets.length };
}

/** A lookup service that gives one answer and keeps what it was asked. */
export async function lookupService(t: Test, answer: () => string, status = 200) {
  const asked: { readonly request: IncomingMessage; readonly body: string }[] = [];
  const server = createHttpServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      asked.push({ request, body });
      response.writeHead(status, { 'content-type': 'application/json' }).end(answer());
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${portOf(server)}`, asked };
}

/** An engine that asks these handlers, and one peer. */
export async function engineWith(
  t: Test,
  handlers: readonly RequestHandler[],
  more: Partial<EngineOptions> = {},
  ports: Partial<EnginePorts> = {},
) {
  const outboundApps = { secret: 'secret', handlers, ...more.outboundApps };
  const running = await startEngine(t, { ...more, outboundApps }, {}, ports);
  return { ...running, peer: await udpPeer(t, running.udpPort) };
}

export function portOf(server: { address(): ReturnType<Server['address']> }): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
