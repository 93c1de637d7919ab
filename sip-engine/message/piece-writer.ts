import { Buffer } from 'node:buffer';

/** Room for some hundred answers. */
const BLOCK_BYTES = 1 << 16;
const CR = 13;
const LF = 10;
const DIGITS = Buffer.from('0123456789abcdef');

/**
 * Puts messages together from pieces, one message behind the other in large blocks; a block lives as long as any of its
 * bytes. Where most pieces stand in a request's bytes already, no text is made of them: of a REGISTER's answer that is a
 * kilobyte less for collections.
 */
export class PieceWriter {
  #block = Buffer.allocUnsafeSlow(BLOCK_BYTES);
  #start = 0;
  #at = 0;

  /** Begins a message that takes so many bytes at most. */
  begin(mostBytes: number): void {
    if (this.#at + mostBytes > this.#block.length) {
      this.#block = Buffer.allocUnsafeSlow(Math.max(BLOCK_BYTES, mostBytes));
      this.#at = 0;
    }
    this.#start = this.#at;
  }

  bytes(bytes: Uint8Array): void {
    this.#block.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  /** The bytes from `start` to before `end`. */
  part(bytes: Buffer, start: number, end: number): void {
    this.#at += bytes.copy(this.#block, this.#at, start, end);
  }

  /** As UTF-8. */
  text(text: string): void {
    this.#at += this.#block.write(text, this.#at);
  }

  /** As UTF-8, and CR LF. */
  line(text: string): void {
    this.text(text);
    this.#block[this.#at] = CR;
    this.#block[this.#at + 1] = LF;
    this.#at += 2;
  }

  /** Decimal digits of a whole number that is not negative. */
  decimal(number: number): void {
    let digits = 1;
    for (let rest = number; rest >= 10; rest = Math.floor(rest / 10)) digits += 1;
    const end = this.#at + digits;
    for (let at = end - 1, rest = number; at >= this.#at; at -= 1, rest = Math.floor(rest / 10)) {
      this.#block[at] = DIGITS[rest % 10] ?? 0;
    }
    this.#at = end;
  }

  /** Eight digits in base 16 of a number of 32 bits. */
  hex(number: number): void {
    const at = this.#at;
    for (let digit = 0; digit < 8; digit += 1)
      this.#block[at + digit] = DIGITS[(number >>> (28 - 4 * digit)) & 15] ?? 0;
    this.#at = at + 8;
  }

  /** The message that was begun. */
  end(): Buffer {
    return this.#block.subarray(this.#start, this.#at);
  }
}
