import { createSocket } from 'node:dgram';
import { createServer, type Server } from 'node:net';

/**
 * Below what the system gives to sockets that ask for any port, so that no such socket takes a port meanwhile, and above
 * what phones take for media.
 */
const FIRST = 20_100;
const COUNT = 6_000;
/** A port is taken by whoever listens on the one so far above it; nobody sends anything there. */
const CLAIM = COUNT;
const ATTEMPTS = 200;

/**
 * A port that is free for UDP and TCP on that loopback address, and that no other test gets as long as this process
 * lives: the process holds a claim, which is a listening socket on a second port, so that the system keeps the books.
 */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = FIRST + Math.floor(Math.random() * COUNT);
    const claim = await bindTcp(port + CLAIM, '127.0.0.1');
    if (claim === undefined) continue;
    claim.unref();
    if (await isFree(port, host)) return port;
    claim.close();
  }
  throw new Error(`no port is free for both UDP and TCP on ${host}`);
}

async function isFree(port: number, host: string): Promise<boolean> {
  const server = await bindTcp(port, host);
  if (server === undefined) return false;
  const isFreeForUdp = await bindUdp(port, host);
  await new Promise((resolve) => server.close(resolve));
  return isFreeForUdp;
}

function bindUdp(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
    socket.once('error', () => resolve(false));
    socket.bind(port, host, () => socket.close(() => resolve(true)));
  });
}

/** `undefined` when somebody else has it. */
function bindTcp(port: number, host: string): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, host, () => resolve(server));
  });
}
