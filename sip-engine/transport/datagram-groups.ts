const NONE = -1;

/**
 * Datagrams, by numbers from 0 on, in groups that leave one after the other. Within a group they leave in the order in which they
 * came to it.
 */
export class DatagramGroups {
  /** The datagrams in the order in which they leave, once they are arranged. */
  readonly order: Uint8Array;
  readonly #groupOf: Uint8Array;
  readonly #nextOf: Int16Array;
  readonly #firstOf: Int16Array;
  readonly #lastOf: Int16Array;
  readonly #sizeOf: Uint8Array;
  /** How many leave before each group. */
  readonly #placeOf: Uint8Array;
  #datagrams = 0;
  #groups = 0;

  /** @param most datagrams, 255 at most */
  constructor(most: number) {
    this.#groupOf = new Uint8Array(most);
    this.#nextOf = new Int16Array(most);
    this.#firstOf = new Int16Array(most);
    this.#lastOf = new Int16Array(most);
    this.#sizeOf = new Uint8Array(most);
    this.#placeOf = new Uint8Array(most + 1);
    this.order = new Uint8Array(most);
  }

  /** How many datagrams there are; the number that the next one has. */
  get datagrams(): number {
    return this.#datagrams;
  }

  /** How many groups there are; the number that the next one has. */
  get groups(): number {
    return this.#groups;
  }

  /** How many datagrams a group has. */
  size(group: number): number {
    return this.#sizeOf[group] ?? 0;
  }

  groupOf(datagram: number): number {
    return this.#groupOf[datagram] ?? NONE;
  }

  /** The first datagram of a group. */
  first(group: number): number {
    return this.#firstOf[group] ?? NONE;
  }

  /** The next datagram is the first of a new group. */
  begin(): void {
    const [datagram, group] = [this.#datagrams, this.#groups];
    this.#groups = group + 1;
    this.#firstOf[group] = datagram;
    this.#sizeOf[group] = 0;
    this.#append(datagram, group);
  }

  /** The next datagram comes to a group that there is. */
  join(group: number): void {
    const datagram = this.#datagrams;
    this.#nextOf[this.#lastOf[group] ?? 0] = datagram;
    this.#append(datagram, group);
  }

  /** Finds `order` and places. */
  arrange(): void {
    let place = 0;
    for (let group = 0; group < this.#groups; group++) {
      this.#placeOf[group] = place;
      for (let datagram = this.first(group); datagram !== NONE; datagram = this.#nextOf[datagram] ?? NONE) {
        this.order[place] = datagram;
        place++;
      }
    }
    this.#placeOf[this.#groups] = place;
  }

  /** How many datagrams leave before a group, or before the end; once they are arranged. */
  place(group: number): number {
    return this.#placeOf[group] ?? 0;
  }

  /** The group that begins at a place; -1 when none does. */
  beginningAt(place: number): number {
    for (let group = 0; group < this.#groups; group++) if (this.place(group) === place) return group;
    return NONE;
  }

  clear(): void {
    this.#datagrams = 0;
    this.#groups = 0;
  }

  #append(datagram: number, group: number): void {
    this.#datagrams = datagram + 1;
    this.#groupOf[datagram] = group;
    this.#nextOf[datagram] = NONE;
    this.#lastOf[group] = datagram;
    this.#sizeOf[group] = this.size(group) + 1;
  }
}
