import { readFileSync } from 'node:fs';
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { AppAddress } from './app-address.ts';
import { KEEP_ALIVE_MS } from './control-listener.ts';

/** A connection to an application; its certificate is checked only where authorities are named. */
export function openAppSocket({ host, port, tls }: AppAddress, caFile: string | undefined): Socket {
  const socket = tls
    ? connectTls({
        ...{ host, port, rejectUnauthorized: caFile !== undefined },
        ...(isIP(host) > 0 ? {} : { servername: host }),
        ...(caFile === undefined ? {} : { ca: readFileSync(caFile) }),
      })
    : connect({ host, port });
  socket.setNoDelay(true);
  socket.setKeepAlive(true, KEEP_ALIVE_MS);
  return socket;
}
