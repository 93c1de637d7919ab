import { CALL_ID_HASH } from './call-id-hash.ts';

const NAME = Buffer.from('\r\nCall-ID: ', 'latin1');
const CR = 13;

/**
 * The same number for all messages of ours that have the same Call-ID, and hardly for others: of the bytes from `from` to `to`, 0 where
 * none is found, as in what is no SIP. Answers of few PBXes alone have it as `i`, or in other letters.
 */
export function callKeyOf(bytes: Buffer, from: number, to: number): number {
  const at = bytes.indexOf(NAME, from);
  if (at < 0) return 0;
  let hash: number = CALL_ID_HASH.basis;
  for (let index = at + NAME.length; index < to; index++) {
    const byte = bytes[index] ?? CR;
    if (byte === CR) return hash | 0;
    hash = Math.imul(hash ^ byte, CALL_ID_HASH.prime);
  }
  return 0;
}
