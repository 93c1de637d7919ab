import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { WebSocket } from 'ws';

export type ClientTransport = 'udp' | 'tcp' | 'tls' | 'ws' | 'wss';

export interface SipSocketOptions {
  readonly transport: ClientTransport;
  /** The server. */
  readonly host: string;
  readonly port: number;
  /** Own address. @default the loopback address of the server's family */
  readonly localAddress?: string;
  /** UDP only. @default 0, any */
  readonly localPort?: number;
  /** PEM text of whom to trust (TLS, WSS). */
  readonly ca?: string;
  /** Name that is asked for and that the server must prove (TLS, WSS). @default 'localhost' */
  readonly serverName?: string;
  /** Own certificate and key, PEM text (TLS). */
  readonly identity?: { readonly cert: string; readonly key: string };
}

/** One way to the server: whole SIP messages out and in. */
export interface SipSocket {
  readonly transport: ClientTransport;
  readonly localAddress: string;
  readonly localPort: number;
  /** The server's certificate (TLS), `''` otherwise. */
  readonly serverFingerprint: string;
  send(message: Buffer): void;
  onMessage(listener: (message: Buffer) => void): void;
  /** Resolves when the connection is no more. */
  readonly closed: Promise<void>;
  close(): void;
}

/** Opens a socket as a PBX would; resolves when it can send. */
export function openSipSocket(options: SipSocketOptions): Promise<SipSocket> {
  if (options.transport === 'udp') return openUdp(options);
  return options.transport === 'ws' || options.transport === 'wss' ? openWs(options) : openStream(options);
}

const isV6 = (host: string) => host.includes(':');
const loopback = (host: string) => (isV6(host) ? '::1' : '127.0.0.1');

async function openUdp({ host, port, localAddress, localPort }: SipSocketOptions): Promise<SipSocket> {
  const socket = createSocket(isV6(host) ? 'udp6' : 'udp4');
  // A server that has gone answers with ICMP; to SIP that is silence.
  socket.on('error', () => undefined);
  socket.bind(localPort ?? 0, localAddress ?? loopback(host));
  await once(socket, 'listening');
  const closed = once(socket, 'close').then(() => undefined);
  const { address, port: ownPort } = socket.address();
  let isOpen = true;
  return {
    transport: 'udp',
    localAddress: address,
    localPort: ownPort,
    serverFingerprint: '',
    send: (message) => (isOpen ? socket.send(message, port, host, () => undefined) : undefined),
    onMessage: (listener) => socket.on('message', listener),
    closed,
    close() {
      if (isOpen) socket.close();
      isOpen = false;
    },
  };
}

async function openStream(options: SipSocketOptions): Promise<SipSocket> {
  const { transport, host, port, localAddress = loopback(host), ca, identity } = options;
  const plain = connect({ host, port, localAddress });
  const secured = { socket: plain, ca, servername: options.serverName ?? 'localhost', ...identity };
  const socket: Socket = transport === 'tls' ? connectTls(secured) : plain;
  await once(socket, transport === 'tls' ? 'secureConnect' : 'connect');
  // Resets are closes; whoever waits for an answer has a time limit.
  socket.on('error', () => undefined);
  const closed = once(socket, 'close').then(() => undefined);
  return {
    transport,
    localAddress,
    localPort: plain.localPort ?? 0,
    serverFingerprint: transport === 'tls' ? (socket as TLSSocket).getPeerCertificate().fingerprint256 : '',
    send: (message) => void socket.write(message),
    onMessage(listener) {
      let rest: Buffer = Buffer.alloc(0);
      socket.on('data', (chunk: Buffer) => {
        rest = takeMessages(Buffer.concat([rest, chunk]), listener);
      });
    },
    closed,
    close: () => void socket.destroy(),
  };
}

/** Gives every whole message to the listener and returns what is left (RFC 3261 section 18.3). */
function takeMessages(bytes: Buffer, listener: (message: Buffer) => void): Buffer {
  let rest = bytes;
  while (rest.length > 0) {
    // Keep-alives (RFC 5626 section 4.4.1).
    if (rest[0] === 13 || rest[0] === 10) {
      rest = rest.subarray(1);
      continue;
    }
    const end = rest.indexOf('\r\n\r\n');
    if (end < 0) return rest;
    const length = /^(?:content-length|l)\s*:\s*(\d+)/im.exec(rest.toString('latin1', 0, end))?.[1] ?? '0';
    const total = end + 4 + Number(length);
    if (rest.length < total) return rest;
    listener(rest.subarray(0, total));
    rest = rest.subarray(total);
  }
  return rest;
}

async function openWs(options: SipSocketOptions): Promise<SipSocket> {
  const { transport, host, port, localAddress = loopback(host), ca, serverName = 'localhost' } = options;
  const name = isV6(host) ? `[${host}]` : host;
  const secured = { ca, servername: serverName };
  const socket = new WebSocket(`${transport}://${name}:${port}/`, 'sip', { localAddress, ...secured });
  const closed = once(socket, 'close').then(() => undefined);
  await once(socket, 'open');
  socket.on('error', () => undefined);
  return {
    transport,
    localAddress,
    localPort: 0,
    serverFingerprint: '',
    send: (message) => socket.send(message.toString()),
    onMessage: (listener) => void socket.on('message', (data: Buffer) => listener(Buffer.from(data))),
    closed,
    close: () => socket.terminate(),
  };
}
