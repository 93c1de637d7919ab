import { idTable, isWellFormedOf, ownText } from '../message/index.ts';

/** Headers that applications fill with the same words for every call. */
const USUAL = idTable(['allow', 'supported', 'require', 'content-type']);
/** Longer ones are not usual, and are not kept. */
const MOST_CHARS = 256;

/** Whether what applications write is well-formed; of usual headers the value that was last found so is not read again. */
export class UsualValues {
  readonly #last: (string | undefined)[] = [];

  /** @param id of the header's name */
  isWellFormed(id: number, value: string): boolean {
    if (!USUAL[id] || value.length > MOST_CHARS) return isWellFormedOf(id, value);
    if (this.#last[id] === value) return true;
    if (!isWellFormedOf(id, value)) return false;
    this.#last[id] = ownText(value);
    return true;
  }
}
