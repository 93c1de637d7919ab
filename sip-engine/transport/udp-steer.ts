import type { Libc } from './libc.ts';
import { steerProgram } from './steer-program.ts';

/** Constants of 64-bit Linux. */
const SOL_SOCKET = 1;
const SO_ATTACH_REUSEPORT_CBPF = 51;
/** `struct sock_fprog`: count 0, address of the instructions 8. */
const HEAD_WORDS = 4;

/** What datagrams are steered by: all that can be, all but new calls and what belongs to them, nothing. */
export type Steering = 'calls' | 'dialogs' | 'none';

/**
 * Has datagrams arrive at the socket of the thread that they belong to, so that nobody hands them over. It decides nothing: who
 * gets a datagram looks whose it is. Sockets count in the order in which they came to the port, which has to be that of
 * their threads. Needs no privileges.
 *
 * Linux before 6.7 keeps 20 KB for the options of a socket, which is too little to look for Call-IDs; it may be given more
 * (`net.core.optmem_max`).
 */
export function steerToOwners(libc: Libc, fd: number, sockets: number): Steering {
  if (attach(libc, fd, steerProgram(sockets, true))) return 'calls';
  return attach(libc, fd, steerProgram(sockets, false)) ? 'dialogs' : 'none';
}

function attach(libc: Libc, fd: number, program: Int32Array): boolean {
  const words = new Int32Array(HEAD_WORDS + program.length);
  // More than V8 keeps in its heap, where it would move.
  const at = libc.addressOf(words.buffer) + HEAD_WORDS * Int32Array.BYTES_PER_ELEMENT;
  // An element of the array takes a number modulo 2^32.
  words.set([program.length / 2, 0, at, at / 0x1_0000_0000]);
  words.set(program, HEAD_WORDS);
  const bytes = HEAD_WORDS * Int32Array.BYTES_PER_ELEMENT;
  return libc.setsockopt(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, words, bytes) === 0;
}
