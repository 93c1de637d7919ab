import type { Socket } from 'node:dgram';
import { type Libc, SOL_UDP, UDP_SEGMENT } from './libc.ts';
import { AF_INET, AF_INET6, RAW_ADDRESS_BYTES, type RawAddresses } from './raw-address.ts';

/** Constants of 64-bit Linux. */
const SOCK_DGRAM = 2;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
const SO_REUSEPORT = 15;
const IPPROTO_IPV6 = 41;
const IPV6_V6ONLY = 26;
const INT_BYTES = 4;

/** What a socket is bound to by the system's own calls. */
export interface DescriptorBinding {
  readonly ipv6: boolean;
  readonly host: string;
  readonly port: number;
  readonly reusePort: boolean;
}

/**
 * Makes and binds a socket whose descriptor is known, and lets dgram own it from its first moment, so that it is closed
 * when `socket` is: dgram takes a descriptor (`bind({ fd })`), but tells nobody the one that it has.
 * @throws Error when the system refuses; `socket` is to be closed then.
 */
export function bindDescriptor(
  socket: Socket,
  binding: DescriptorBinding,
  libc: Libc,
  addresses: RawAddresses,
): number {
  const { ipv6, host, port, reusePort } = binding;
  const fd = libc.socket(ipv6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd <= 0) throw new Error('no socket');
  socket.bind({ fd });
  const set = (level: number, name: number, on: boolean): void => {
    const failed = libc.setsockopt(fd, level, name, Int32Array.of(on ? 1 : 0), INT_BYTES) !== 0;
    if (failed) throw new Error(`option ${name} of the socket is refused`);
  };
  // libuv sets it on what it takes over; whoever else set it could then have our port.
  set(SOL_SOCKET, SO_REUSEADDR, false);
  if (ipv6) set(IPPROTO_IPV6, IPV6_V6ONLY, true);
  if (reusePort) set(SOL_SOCKET, SO_REUSEPORT, true);
  if (!callWithAddress(libc.bind, fd, host, port, addresses)) throw new Error(`${host} cannot be bound to`);
  return fd;
}

/**
 * Whether the system says that it cuts messages into datagrams, as Linux does from 4.18 on. What stands in its place may say so and
 * refuse the first of them.
 */
export function cutsDatagrams(fd: number, libc: Libc): boolean {
  return libc.setsockopt(fd, SOL_UDP, UDP_SEGMENT, Int32Array.of(0), INT_BYTES) === 0;
}

/** Connects a socket, which may be connected already, as dgram would not. False where the system refuses. */
export function connectDescriptor(
  fd: number,
  address: string,
  port: number,
  libc: Libc,
  addresses: RawAddresses,
): boolean {
  return callWithAddress(libc.connect, fd, address, port, addresses);
}

function callWithAddress(
  call: Libc['bind'],
  fd: number,
  address: string,
  port: number,
  addresses: RawAddresses,
): boolean {
  const name = new Uint8Array(RAW_ADDRESS_BYTES);
  const bytes = addresses.write(name, 0, address, port);
  return bytes > 0 && call(fd, name, bytes) === 0;
}
