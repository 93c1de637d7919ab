import { Buffer } from 'node:buffer';

/** Taken from the system at once: the two largest datagrams that UDP carries fit. */
const BLOCK_BYTES = 128 * 1024;
/** Blocks that stay when nothing is in them. */
const MAX_EMPTY = 2;
const NO_BLOCK = Buffer.alloc(0);

/** Bytes that found no place: more than a block holds. */
export const NOWHERE = -1;

/**
 * Bytes that have to be kept for a while, as copies in blocks of their own outside the heap. As pieces of the blocks that
 * messages are written into each would keep 64 KB of others' alive, and be an object for collections of garbage. What
 * was kept together ends together, so that a block is empty soon after its time, and used again.
 */
export class ByteSlab {
  readonly #blocks: Buffer[] = [];
  /** How many pieces are in each. */
  readonly #pieces: number[] = [];
  readonly #empty: number[] = [];
  #current = NOWHERE;
  #used = BLOCK_BYTES;
  #taken = 0;

  /** Room in bytes, what is not used of it included. */
  get size(): number {
    return this.#taken * BLOCK_BYTES;
  }

  /** Keeps the parts one behind the other, and tells where. */
  keep(parts: readonly Uint8Array[]): number {
    let length = 0;
    for (const part of parts) length += part.length;
    if (length > BLOCK_BYTES) return NOWHERE;
    if (this.#used + length > BLOCK_BYTES) this.#turn();
    const block = this.#blocks[this.#current] ?? NO_BLOCK;
    const place = this.#current * BLOCK_BYTES + this.#used;
    for (const part of parts) {
      block.set(part, this.#used);
      this.#used += part.length;
    }
    this.#pieces[this.#current] = (this.#pieces[this.#current] ?? 0) + 1;
    return place;
  }

  /** A copy: what is read may be kept longer than the piece. */
  read(place: number, length: number): Buffer {
    const at = place % BLOCK_BYTES;
    return Buffer.from(this.#blocks[Math.floor(place / BLOCK_BYTES)]?.subarray(at, at + length) ?? NO_BLOCK);
  }

  /** What was kept there is not wanted any more. */
  free(place: number): void {
    const index = Math.floor(place / BLOCK_BYTES);
    const left = (this.#pieces[index] ?? 0) - 1;
    this.#pieces[index] = left;
    if (left > 0) return;
    if (index === this.#current) this.#used = 0;
    else this.#leave(index);
  }

  #leave(index: number): void {
    const filled = this.#empty.filter((empty) => (this.#blocks[empty]?.length ?? 0) > 0);
    if (filled.length >= MAX_EMPTY) {
      this.#blocks[index] = NO_BLOCK;
      this.#taken -= 1;
    }
    this.#empty.push(index);
  }

  /** To a block that is empty: an old one that is there before one that has to be made. */
  #turn(): void {
    const ready = this.#empty.findIndex((index) => (this.#blocks[index]?.length ?? 0) > 0);
    const [index = this.#blocks.length] = this.#empty.splice(ready === NOWHERE ? 0 : ready, 1);
    if ((this.#blocks[index]?.length ?? 0) === 0) {
      this.#blocks[index] = Buffer.allocUnsafeSlow(BLOCK_BYTES);
      this.#taken += 1;
    }
    this.#pieces[index] = 0;
    this.#current = index;
    this.#used = 0;
  }
}
