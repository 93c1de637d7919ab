import { endianness } from 'node:os';

/** Of a message or a UDP socket: the system cuts the message into datagrams of so many bytes (`udp(7)`). */
export const SOL_UDP = 17;
export const UDP_SEGMENT = 103;

/** The functions of the C library that take and give many datagrams a call, and what a socket for them needs. */
export interface Libc {
  /** A file descriptor, or -1. */
  socket(domain: number, type: number, protocol: number): number;
  /** 0, or -1. */
  setsockopt(fd: number, level: number, name: number, value: Int32Array, bytes: number): number;
  /** 0, or -1. */
  bind(fd: number, address: Uint8Array, bytes: number): number;
  /** 0, or -1. */
  connect(fd: number, address: Uint8Array, bytes: number): number;
  /** How many datagrams were taken, or -1. */
  recvmmsg(fd: number, headers: Uint8Array, count: number, flags: number, timeout: null): number;
  /** How many messages were taken, each a datagram or several that the system cuts, or -1 when not even the first was. */
  sendmmsg(fd: number, headers: Uint8Array, count: number, flags: number): number;
  /** Why the last call of this thread has failed. */
  errno(): number;
  /** The text of an address in `bytes`. */
  inet_ntop(family: number, bytes: Uint8Array, text: Uint8Array, size: number): string;
  /** The name of a network interface by its number, `null` when there is none. */
  if_indextoname(index: number, name: Uint8Array): string | null;
  /** Where a block of memory is. What is larger than some bytes is outside V8's heap and never moves. */
  addressOf(block: ArrayBuffer): number;
}

/** The layouts and constants that are used with these functions are those of 64-bit Linux, the same on these two. */
const ARCHITECTURES: ReadonlySet<string> = new Set(['x64', 'arm64']);

/** `undefined` where datagrams stay Node's own business: other systems, musl, koffi left out of the installation. */
export async function loadLibc(): Promise<Libc | undefined> {
  if (process.platform !== 'linux' || !ARCHITECTURES.has(process.arch) || endianness() !== 'LE') return undefined;
  try {
    const { address, errno, load } = await import('koffi');
    const library = load('libc.so.6');
    return {
      socket: library.func('int socket(int domain, int type, int protocol)'),
      setsockopt: library.func('int setsockopt(int fd, int level, int name, void *value, unsigned int bytes)'),
      bind: library.func('int bind(int fd, void *address, unsigned int bytes)'),
      connect: library.func('int connect(int fd, void *address, unsigned int bytes)'),
      recvmmsg: library.func('int recvmmsg(int fd, void *headers, unsigned int count, int flags, void *timeout)'),
      sendmmsg: library.func('int sendmmsg(int fd, void *headers, unsigned int count, int flags)'),
      errno: () => errno(),
      inet_ntop: library.func('const char *inet_ntop(int family, void *bytes, void *text, unsigned int size)'),
      if_indextoname: library.func('const char *if_indextoname(unsigned int index, void *name)'),
      addressOf: (block) => Number(address(block)),
    };
  } catch {
    return undefined;
  }
}
