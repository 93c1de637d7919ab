import type { DigestAlgorithm, Ha1Set } from '../../bus/index.ts';
import { openHa1, type SecretBox } from '../secrets/index.ts';

/** What an opened slot begins with, beside one bit for each algorithm that is in it; what is sealed begins with less. */
const OPENED = 0x80;

/** In the order in which they stand behind it, with their length in bytes (RFC 7616 section 3.2). */
const HASHES: readonly (readonly [algorithm: DigestAlgorithm, bit: number, bytes: number])[] = [
  ['MD5', 1, 16],
  ['SHA-256', 2, 32],
  ['SHA-512-256', 4, 32],
];
/** A slot with all three. */
const ALL_OPENED = OPENED | 7;
const ALL_BYTES = 80;

/** Where the nonce of a sealing stands (see SecretBox), and as much of it as an integer holds. */
const NONCE = { at: 1, bytes: 6 } as const;

/**
 * The sealed credentials of many trunks in one piece of memory. The first request that needs those of a trunk has them
 * opened where they stand: a hundred thousand trunks that register then take no more memory than before, and leave
 * nothing behind.
 */
export class CredentialSlab {
  readonly #bytes: Buffer;
  readonly #secrets: SecretBox;
  #used = 0;

  /** For sealed credentials of so many bytes in all. */
  constructor(size: number, secrets: SecretBox) {
    this.#bytes = Buffer.allocUnsafeSlow(size);
    this.#secrets = secrets;
  }

  /** Takes sealed credentials in hexadecimal; where they stand from now on. */
  put(sealedHex: string): number {
    const at = this.#used;
    this.#used += this.#bytes.write(sealedHex, at, 'hex');
    return at;
  }

  /** Tells one sealing of credentials from another; only until they are opened. */
  markAt(at: number): number {
    return this.#bytes.readUIntBE(at + NONCE.at, NONCE.bytes);
  }

  /** The credentials of `length` sealed bytes, of the trunk of that uuid. @throws when they are not its own */
  read(at: number, length: number, uuid: string): Ha1Set {
    if (!this.#isOpen(at)) this.#open(at, length, uuid);
    const held = this.#bytes[at] ?? 0;
    return held === ALL_OPENED ? this.#readAll(at + 1) : this.#readSome(at + 1, held);
  }

  /** What nearly every trunk has: one text cut in three takes a third of the time of three, stored by computed names (measured). */
  #readAll(from: number): Ha1Set {
    const text = this.#bytes.toString('hex', from, from + ALL_BYTES);
    return { MD5: text.slice(0, 32), 'SHA-256': text.slice(32, 96), 'SHA-512-256': text.slice(96) };
  }

  #readSome(start: number, held: number): Ha1Set {
    const set: Partial<Record<DigestAlgorithm, string>> = {};
    let from = start;
    for (const [algorithm, bit, bytes] of HASHES) {
      if ((held & bit) === 0) continue;
      set[algorithm] = this.#bytes.toString('hex', from, from + bytes);
      from += bytes;
    }
    return set;
  }

  #isOpen(at: number): boolean {
    return (this.#bytes[at] ?? 0) >= OPENED;
  }

  /** Hexadecimal and sealed they are more than twice as long, so that there is room. */
  #open(at: number, length: number, uuid: string): void {
    const set = openHa1(this.#secrets, this.#bytes.subarray(at, at + length), uuid);
    let held = OPENED;
    let to = at + 1;
    for (const [algorithm, bit, bytes] of HASHES) {
      const hash = set[algorithm];
      if (hash === undefined) continue;
      if (this.#bytes.write(hash, to, bytes, 'hex') !== bytes) throw new RangeError(`not a hash of ${algorithm}`);
      held |= bit;
      to += bytes;
    }
    this.#bytes[at] = held;
  }
}
