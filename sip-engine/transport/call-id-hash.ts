/** FNV-1a of 32 bits, and how far its upper bits are folded into the lower, which are what is left of it. */
export const CALL_ID_HASH = { basis: 0x811c9dc5, prime: 0x01000193, foldBits: 15 } as const;

/**
 * Of what is no white space: the same for every copy of a Call-ID, however its header is laid out. The system computes it
 * too (`steer-program.ts`).
 */
export function hashOfCallId(text: string): number {
  const { basis, prime, foldBits } = CALL_ID_HASH;
  let hash: number = basis;
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (char > 0x20) hash = Math.imul(hash ^ char, prime);
  }
  return (hash ^ (hash >>> foldBits)) >>> 0;
}
