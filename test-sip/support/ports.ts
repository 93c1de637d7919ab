import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

const bindUdp = (port: number, host: string) =>
  new Promise<number>((resolve, reject) => {
    const socket = createSocket('udp4');
    socket.once('error', reject);
    socket.bind(port, host, () => {
      const bound = socket.address().port;
      socket.close(() => resolve(bound));
    });
  });

const bindTcp = (port: number, host: string) =>
  new Promise<number>((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, host, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });

/** A port that is free for UDP and TCP on that loopback address right now. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  for (let attempt = 0; attempt < 20; attempt++) {
    const port = await bindTcp(0, host);
    const isFree = await bindUdp(port, host).then(
      () => true,
      () => false,
    );
    if (isFree) return port;
  }
  throw new Error(`no port is free for both UDP and TCP on ${host}`);
}
