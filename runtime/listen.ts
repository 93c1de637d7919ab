import type { Server } from 'node:net';

/** Binds, or rejects with the system's error (which names address and port). */
export function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Stops taking connections, ends those that idle, resolves when all are gone or after `limitMs`. */
export function closeServer(
  server: Server & { closeIdleConnections?(): void; closeAllConnections?(): void },
  limitMs = 2000,
): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections?.(), limitMs);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections?.();
  });
}

/** The port a server is bound to. */
export function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
