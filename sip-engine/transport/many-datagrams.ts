import type { Libc } from './libc.ts';
import { MessageBlock } from './message-block.ts';
import { OutgoingDatagrams } from './outgoing-datagrams.ts';
import { RAW_ADDRESS_BYTES, type RawAddresses } from './raw-address.ts';

const MSG_DONTWAIT = 0x40;
/** Datagrams taken by one call. */
const READ_AT_ONCE = 32;
/** More than any datagram has, so that none is cut off; only pages that are written to are ever there. */
const LARGEST_BYTES = 65_536;
/** Apart by more than the largest: at equal distances of a power of two they would all want the same lines of the caches. */
const APART_BYTES = LARGEST_BYTES + 1_024;
/** Room for some datagrams side by side. A call that rings keeps its INVITE, and with it the whole: Buffer's pool has 64 KB. */
const SHARED_BYTES = 8_192;

/**
 * One socket's datagrams, many by one call of the system. The file descriptor belongs to a dgram socket: its owner calls
 * `end` before that is closed. From then on nothing is called any more, since the number may be another file's.
 */
export class ManyDatagrams {
  readonly #libc: Libc;
  readonly #addresses: RawAddresses;
  readonly #inbound: MessageBlock;
  readonly #outgoing: OutgoingDatagrams;
  #fd: number;
  /** Headers whose name's length the system has changed. */
  #used = READ_AT_ONCE;
  #shared = Buffer.allocUnsafeSlow(SHARED_BYTES);
  #sharedUsed = 0;

  constructor(libc: Libc, fd: number, addresses: RawAddresses, segments: boolean) {
    this.#libc = libc;
    this.#fd = fd;
    this.#addresses = addresses;
    this.#inbound = new MessageBlock(libc, READ_AT_ONCE, READ_AT_ONCE * APART_BYTES);
    this.#outgoing = new OutgoingDatagrams(libc, addresses, segments);
    for (let index = 0; index < READ_AT_ONCE; index++) {
      this.#inbound.setData(index, this.#dataAt(index), LARGEST_BYTES);
    }
  }

  /** Takes what waits: how many datagrams can be looked at, until it is called again. */
  read(): number {
    if (this.hasEnded) return 0;
    const block = this.#inbound;
    for (let index = 0; index < this.#used; index++) block.setNameLength(index, RAW_ADDRESS_BYTES);
    const taken = this.#libc.recvmmsg(this.#fd, block.headers, block.count, MSG_DONTWAIT, null);
    this.#used = Math.max(taken, 0);
    return this.#used;
  }

  /** True when `count` is all that one read can take, so that more may wait. */
  isFull(count: number): boolean {
    return count === READ_AT_ONCE;
  }

  /** The bytes of a datagram that was read, as the reader's own: the block is written to again. */
  bytes(index: number): Buffer {
    const length = this.#inbound.length(index);
    const own = this.#room(length);
    const at = this.#dataAt(index);
    this.#inbound.bytes.copy(own, 0, at, at + length);
    return own;
  }

  address(index: number): string {
    return this.#addresses.text(this.#inbound, this.#inbound.nameAt(index));
  }

  port(index: number): number {
    return this.#addresses.port(this.#inbound, this.#inbound.nameAt(index));
  }

  /** Copies a datagram for the next `write`; false when there is no room left, or the address cannot be written. */
  add(datagram: Uint8Array, address: string, port: number): boolean {
    return this.#outgoing.add(datagram, address, port);
  }

  /** How many datagrams wait for `write`. */
  get added(): number {
    return this.#outgoing.added;
  }

  /** In which order what was added leaves, by numbers from 0 on; it changes when more is added. */
  order(): Uint8Array {
    return this.#outgoing.order();
  }

  /** Gives the system what leaves from a place of that order on; how many datagrams it has taken. */
  write(place: number): number {
    return this.hasEnded ? 0 : this.#outgoing.write(this.#fd, place);
  }

  /** Forgets what was added. */
  clear(): void {
    this.#outgoing.clear();
  }

  /** Whether what goes to one address may leave as one, to be cut by the system. */
  get segments(): boolean {
    return this.#outgoing.segments;
  }

  /** Forgets for which addresses the system could not cut. */
  cutAgain(): void {
    this.#outgoing.cutAgain();
  }

  /** True from `end` on: nothing is read or written, and what was read is to be forgotten. */
  get hasEnded(): boolean {
    return this.#fd < 0;
  }

  end(): void {
    this.#fd = -1;
  }

  #room(length: number): Buffer {
    if (length > SHARED_BYTES / 2) return Buffer.allocUnsafeSlow(length);
    if (this.#sharedUsed + length > SHARED_BYTES) {
      this.#shared = Buffer.allocUnsafeSlow(SHARED_BYTES);
      this.#sharedUsed = 0;
    }
    const start = this.#sharedUsed;
    this.#sharedUsed += length;
    return this.#shared.subarray(start, this.#sharedUsed);
  }

  #dataAt(index: number): number {
    return this.#inbound.dataAt + index * APART_BYTES;
  }
}
