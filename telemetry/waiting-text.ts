/** Room for what waits at a usual rate; what does not fit waits as text (bytes). */
const BLOCK_BYTES = 256 * 1024;
/** A UTF-16 unit takes so many bytes at most. */
const MOST_BYTES = 3;

/**
 * Texts that wait for others, to be taken as one. They stand in a block outside the heap that is used again: as strings
 * they would be copied by every collection of the young meanwhile.
 */
export class WaitingText {
  readonly #block = Buffer.allocUnsafeSlow(BLOCK_BYTES);
  #end = 0;
  #before: string[] = [];

  add(text: string): void {
    const most = text.length * MOST_BYTES;
    if (this.#end + most > BLOCK_BYTES) this.#empty();
    if (most > BLOCK_BYTES) this.#before.push(text);
    else this.#end += this.#block.write(text, this.#end);
  }

  /** All of it, in the order of its coming. */
  take(): string {
    this.#empty();
    const texts = this.#before;
    this.#before = [];
    return texts.length === 1 ? (texts[0] ?? '') : texts.join('');
  }

  #empty(): void {
    if (this.#end === 0) return;
    this.#before.push(this.#block.toString('utf8', 0, this.#end));
    this.#end = 0;
  }
}
