import { callKeyOf } from './call-key.ts';
import { DatagramGroups } from './datagram-groups.ts';
import type { Libc } from './libc.ts';
import { MessageBlock } from './message-block.ts';
import type { RawAddresses } from './raw-address.ts';

const MSG_DONTWAIT = 0x40;
/** Datagrams of one call of the system. */
const MOST = 64;
/** Datagrams of one message: 64 for Linux, which before 5.16 counts the headers of the whole with them. */
const MOST_SEGMENTS = 63;
const BLOCK_BYTES = 131_072;
/** What goes over any path, of which IPv6 asks for 1,280 bytes: IP has to cut what is larger, and the system refuses to do both. */
const LARGEST_SEGMENT_BYTES = 1_232;
/** What is shorter is a keep-alive. */
const SMALLEST_SEGMENT_BYTES = 100;
/** What a message can hold, less its headers. */
const LARGEST_MESSAGE_BYTES = 65_000;
const NONE = -1;
/**
 * EIO, EINVAL, EMSGSIZE: the system does not cut on the way to an address, whose MTU is small or whose device leaves check sums
 * to others. It may another day.
 */
const CANNOT_CUT: ReadonlySet<number> = new Set([5, 22, 90]);
const MOST_UNCUT = 1_000;

/**
 * Datagrams that are given to the system by one call. Those of one length to one address and port are one message of it, which
 * the system cuts again (UDP_SEGMENT): on its way a message costs as much as a datagram. So that many come together a
 * datagram may leave before those of other calls, but never before one of the same Call-ID.
 */
export class OutgoingDatagrams {
  /** Whether the system cuts messages into datagrams; if not, each is one. */
  readonly segments: boolean;
  readonly #libc: Libc;
  readonly #addresses: RawAddresses;
  /** Headers and names are those of groups; pieces are those of datagrams, in the order in which they leave. */
  readonly #block: MessageBlock;
  readonly #groups = new DatagramGroups(MOST);
  /** Of each group: a number that those of the same length, address and port have in common. */
  readonly #kindOf = new Int32Array(MOST);
  /** Of each group. */
  readonly #addressOf = new Array<string>(MOST).fill('');
  /** Of each datagram: where its data begins; that of the next one follows it. */
  readonly #dataOf = new Int32Array(MOST + 1);
  /** Of each datagram: its call, once somebody has asked. */
  readonly #callOf = new Int32Array(MOST);
  readonly #hasCall = new Uint8Array(MOST);
  readonly #uncut = new Set<string>();
  /** Whether order and block are those of what was added. */
  #isArranged = false;

  constructor(libc: Libc, addresses: RawAddresses, segments: boolean) {
    this.#libc = libc;
    this.#addresses = addresses;
    this.segments = segments;
    this.#block = new MessageBlock(libc, MOST, BLOCK_BYTES);
    this.clear();
  }

  /** How many datagrams wait for `write`. */
  get added(): number {
    return this.#groups.datagrams;
  }

  /** Copies a datagram for the next `write`; false when there is no room left, or the address cannot be written. */
  add(datagram: Uint8Array, address: string, port: number): boolean {
    const block = this.#block;
    const groups = this.#groups;
    const { datagrams: index, groups: next } = groups;
    const at = this.#dataOf[index] ?? 0;
    const end = at + datagram.length;
    if (index === MOST || end > block.bytes.length) return false;
    const nameBytes = this.#addresses.write(block.bytes, block.nameAt(next), address, port);
    if (nameBytes === 0) return false;
    this.#isArranged = false;
    block.bytes.set(datagram, at);
    this.#dataOf[index + 1] = end;
    this.#hasCall[index] = 0;
    const group = this.#groupFor(datagram.length, address);
    if (group !== NONE) {
      groups.join(group);
      return true;
    }
    block.setNameLength(next, nameBytes);
    this.#addressOf[next] = address;
    groups.begin();
    return true;
  }

  /** In which order what was added leaves, by numbers from 0 on; it changes when more is added. */
  order(): Uint8Array {
    if (!this.#isArranged) this.#arrange();
    return this.#groups.order;
  }

  /** Gives the system what leaves from a place on; how many datagrams it has taken. Of a group it takes all or none. */
  write(fd: number, place: number): number {
    const groups = this.#groups;
    if (!this.#isArranged) this.#arrange();
    const group = groups.beginningAt(place);
    if (group === NONE) return 0;
    const { headers } = this.#block;
    const rest = group === 0 ? headers : headers.subarray((group * headers.length) / MOST);
    const taken = this.#libc.sendmmsg(fd, rest, groups.groups - group, MSG_DONTWAIT);
    if (taken > 0) return groups.place(group + taken) - place;
    if (groups.size(group) > 1 && CANNOT_CUT.has(this.#libc.errno())) this.#cutNoMore(this.#addressOf[group] ?? '');
    return 0;
  }

  /** Forgets for which addresses the system could not cut. */
  cutAgain(): void {
    this.#uncut.clear();
  }

  /** Forgets what was added. */
  clear(): void {
    this.#groups.clear();
    this.#isArranged = false;
    this.#dataOf[0] = this.#block.dataAt;
  }

  /** For the datagram that is being added: the latest group of its length and address, unless it would overtake its own call. */
  #groupFor(length: number, address: string): number {
    if (!this.segments || length < SMALLEST_SEGMENT_BYTES || length > LARGEST_SEGMENT_BYTES) return NONE;
    const groups = this.#groups;
    const next = groups.groups;
    const kind = this.#block.nameHash(next) ^ length;
    this.#kindOf[next] = kind;
    for (let group = next - 1; group >= 0; group--) {
      if (this.#kindOf[group] !== kind || this.#length(groups.first(group)) !== length) continue;
      if (!this.#block.haveSameName(group, next)) continue;
      const size = groups.size(group) + 1;
      const fits = size <= MOST_SEGMENTS && size * length <= LARGEST_MESSAGE_BYTES;
      return fits && !this.#uncut.has(address) && this.#isInOrder(group) ? group : NONE;
    }
    return NONE;
  }

  /** False when one of the same call leaves after the group, or one that cannot be told apart. */
  #isInOrder(group: number): boolean {
    const groups = this.#groups;
    if (group === groups.groups - 1) return true;
    const call = this.#call(groups.datagrams);
    if (call === 0) return false;
    for (let other = groups.first(group + 1); other < groups.datagrams; other++) {
      if (groups.groupOf(other) <= group) continue;
      const theirs = this.#call(other);
      if (theirs === call || theirs === 0) return false;
    }
    return true;
  }

  #call(index: number): number {
    if (this.#hasCall[index] === 0) {
      this.#hasCall[index] = 1;
      this.#callOf[index] = callKeyOf(this.#block.bytes, this.#dataOf[index] ?? 0, this.#dataOf[index + 1] ?? 0);
    }
    return this.#callOf[index] ?? 0;
  }

  #arrange(): void {
    const block = this.#block;
    const groups = this.#groups;
    groups.arrange();
    for (let place = 0; place < groups.datagrams; place++) {
      const index = groups.order[place] ?? 0;
      block.setData(place, this.#dataOf[index] ?? 0, this.#length(index));
    }
    for (let group = 0; group < groups.groups; group++) {
      const size = groups.size(group);
      block.setPieces(group, groups.place(group), size);
      block.setSegmentBytes(group, size > 1 ? this.#length(groups.first(group)) : 0);
    }
    this.#isArranged = true;
  }

  /** The bytes of a datagram. */
  #length(index: number): number {
    return (this.#dataOf[index + 1] ?? 0) - (this.#dataOf[index] ?? 0);
  }

  #cutNoMore(address: string): void {
    if (this.#uncut.size >= MOST_UNCUT) this.#uncut.clear();
    this.#uncut.add(address);
  }
}
