import { Server, type Socket } from 'node:net';
import { MemorySocket } from './memory-socket.ts';

export interface AttachedServerOptions {
  /** False once the engine closes: no connection is opened any more. */
  isOpen(): boolean;
  /** Takes the engine's end of a new connection; the result tells whether the application has authenticated on it. */
  connect(engineEnd: Socket): () => boolean;
}

/** Ports shown on in-process connections; nothing listens on them. */
const ENGINE_PORT = 9022;
const FIRST_APP_PORT = 40_000;

/**
 * A server that never listens: once an application has installed its `connection` listener it gets one
 * connection inside the process, and at once another when it ends that one.
 */
export function createAttachedServer(options: AttachedServerOptions): Server {
  const server = new Server();
  let nextPort = FIRST_APP_PORT;
  const open = (): void => {
    if (!options.isOpen() || server.listenerCount('connection') === 0) return;
    const [appEnd, engineEnd] = MemorySocket.pair(nextPort++, ENGINE_PORT);
    const isAuthenticated = options.connect(engineEnd);
    let known = false;
    appEnd.on('data', () => {
      known ||= isAuthenticated();
    });
    appEnd.on('close', () => {
      // A wrong secret would only be refused again.
      if (known) process.nextTick(open);
    });
    server.emit('connection', appEnd);
  };
  server.on('newListener', (event: string) => {
    if (event !== 'connection' || server.listenerCount('connection') > 0) return;
    process.nextTick(() => {
      server.emit('listening');
      open();
    });
  });
  return server;
}
