import { hash } from 'node:crypto';

/**
 * Bytes that are signed again and again with other characters in one place: a hash of bytes in place costs half of one of
 * a text that has to be put together and encoded (measured).
 */
export class SignedText {
  /** The place, for characters of our own making: ASCII. */
  readonly place: Uint8Array;
  readonly #bytes: Buffer;

  /** `length` characters are to stand between the texts. */
  constructor(before: string, length: number, behind: string) {
    const text = before + ' '.repeat(length) + behind;
    // Of its own: a piece of Buffer's pool, which has 64 KB, would keep all of it.
    this.#bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(text));
    this.#bytes.write(text);
    this.place = this.#bytes.subarray(Buffer.byteLength(before), Buffer.byteLength(before) + length);
  }

  /** SHA-256 over all three, in base64url. */
  sign(): string {
    return hash('sha256', this.#bytes, 'base64url');
  }
}
