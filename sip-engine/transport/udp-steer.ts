import type { Libc } from './libc.ts';

/** Constants of 64-bit Linux. */
const SOL_SOCKET = 1;
const SO_ATTACH_REUSEPORT_CBPF = 51;

const LETTER_R = 0x52;
/** Classic BPF: codes as in `linux/bpf_common.h`. Offset 0 is the first byte of the payload. */
const LOAD_BYTE = 0x30;
const JUMP_IF_EQUAL = 0x15;
const RETURN = 0x06;
const FIRST_SOCKET = 0;
/** No socket has this place, so that the system spreads by addresses as without a program. */
const BY_ADDRESSES = 0xffff_ffff;

/** `struct sock_filter`: code, how many to skip when equal and when not, operand. */
const PROGRAM: readonly (readonly [code: number, equal: number, unequal: number, operand: number])[] = [
  [LOAD_BYTE, 0, 0, 0],
  [JUMP_IF_EQUAL, 0, 1, LETTER_R],
  [RETURN, 0, 0, FIRST_SOCKET],
  [RETURN, 0, 0, BY_ADDRESSES],
];
/** `struct sock_fprog`: count 0, address of the instructions 8. */
const HEAD_WORDS = 4;
/** More than V8 keeps in its heap, where it would move. */
const BLOCK_BYTES = 256;

/**
 * Has REGISTERs (and REFERs, which are few) arrive at the socket that was at the port first, so that nobody hands them
 * over. Needs no privileges. False where the system does not do it; then they arrive anywhere, as all else does.
 */
export function steerRegisters(libc: Libc, fd: number): boolean {
  const memory = new ArrayBuffer(BLOCK_BYTES);
  const words = new Int32Array(memory);
  const at = libc.addressOf(memory) + HEAD_WORDS * Int32Array.BYTES_PER_ELEMENT;
  // An element of the array takes a number modulo 2^32.
  words.set([PROGRAM.length, 0, at, at / 0x1_0000_0000]);
  for (const [index, [code, equal, unequal, operand]] of PROGRAM.entries()) {
    words.set([code | (equal << 16) | (unequal << 24), operand], HEAD_WORDS + index * 2);
  }
  const bytes = HEAD_WORDS * Int32Array.BYTES_PER_ELEMENT;
  return libc.setsockopt(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, words, bytes) === 0;
}
