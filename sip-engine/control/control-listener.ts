import { readFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';

export interface ControlListenOptions {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly secret: string;
  /** The same protocol inside TLS. */
  readonly tls?: { readonly certFile: string; readonly keyFile: string };
  /** A connection that has not given the secret in that time is closed, milliseconds. @default 5000 */
  readonly authenticateMs?: number;
  /** Connections at once that have not given it; further ones are closed. @default 100 */
  readonly maxUnauthenticated?: number;
}

export const AUTHENTICATE_MS = 5_000;
export const MAX_UNAUTHENTICATED = 100;

/** Silence before the first TCP keep-alive probe of a control connection, milliseconds. */
export const KEEP_ALIVE_MS = 45_000;

/** A port for applications of other processes. */
export class ControlListener {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server, onSocket: (socket: Socket) => void) {
    this.#server = server;
    server.on('tlsClientError', (_error, socket: Socket) => socket.destroy());
    server.on(this.#isTls(server) ? 'secureConnection' : 'connection', (socket: Socket) => {
      socket.setNoDelay(true);
      socket.setKeepAlive(true, KEEP_ALIVE_MS);
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      onSocket(socket);
    });
  }

  /** @throws the system's error when the address cannot be bound. */
  static async open(options: ControlListenOptions, onSocket: (socket: Socket) => void): Promise<ControlListener> {
    const server =
      options.tls === undefined
        ? createServer()
        : createTlsServer({ cert: readFileSync(options.tls.certFile), key: readFileSync(options.tls.keyFile) });
    const listener = new ControlListener(server, onSocket);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(options.port, options.host, () => {
        server.removeListener('error', reject);
        resolve();
      });
    });
    return listener;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #isTls(server: Server): boolean {
    return 'setSecureContext' in server;
  }
}
