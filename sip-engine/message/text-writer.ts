import { Buffer } from 'node:buffer';

/** Room for some hundred answers; the pool of `Buffer` has room for ten, and is filled with zeros each time. */
const BLOCK_BYTES = 1 << 16;
/** UTF-8 of one UTF-16 code unit at most. */
const WIDEST = 3;

/** Turns texts into bytes, one behind the other in large blocks; a block lives as long as any of its bytes. */
export class TextWriter {
  #block = Buffer.allocUnsafeSlow(BLOCK_BYTES);
  #used = 0;

  /** The text as UTF-8. */
  write(text: string): Buffer {
    const most = text.length * WIDEST;
    if (most > BLOCK_BYTES) return Buffer.from(text);
    if (this.#used + most > BLOCK_BYTES) {
      this.#block = Buffer.allocUnsafeSlow(BLOCK_BYTES);
      this.#used = 0;
    }
    const start = this.#used;
    this.#used += this.#block.write(text, start);
    return this.#block.subarray(start, this.#used);
  }
}
