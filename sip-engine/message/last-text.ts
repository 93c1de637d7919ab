import { Buffer } from 'node:buffer';

/** A text as UTF-8 where the same one is often asked for again: to compare it costs less than to write it once more. */
export class LastText {
  #text = '';
  #bytes: Uint8Array = Buffer.alloc(0);

  bytesOf(text: string): Uint8Array {
    if (text !== this.#text) {
      this.#bytes = Buffer.from(text);
      this.#text = text;
    }
    return this.#bytes;
  }
}
