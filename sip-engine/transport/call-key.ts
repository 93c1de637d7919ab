import { CALL_ID_HASH } from './call-id-hash.ts';

const NAME = Buffer.from('\r\nCall-ID: ', 'latin1');
const CR = 13;
const SPACE = 32;

/**
 * The same number for all messages that have the same Call-ID, and hardly for others: of the bytes from `from` to `to`. 0 where it is not found
 * as we write it: in an answer that repeats the line of a peer who writes it otherwise, and in what is no SIP.
 */
export function callKeyOf(bytes: Buffer, from: number, to: number): number {
  // Where there is none it looks on behind `to`, in vain; to bound it would cost more where there is one.
  const at = bytes.indexOf(NAME, from);
  if (at < 0) return 0;
  let hash: number = CALL_ID_HASH.basis;
  for (let index = at + NAME.length; index < to; index++) {
    const byte = bytes[index] ?? CR;
    if (byte === CR) return hash;
    if (byte > SPACE) hash = Math.imul(hash ^ byte, CALL_ID_HASH.prime);
  }
  return 0;
}
