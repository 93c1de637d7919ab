import { type Libc, SOL_UDP, UDP_SEGMENT } from './libc.ts';

/** Room for an address; the longest has 28 bytes. */
const NAME_ROOM = 32;
/** `struct mmsghdr` of 64-bit Linux: name 0, name's length 8, pieces 16, their count 24, control 32 to 47, flags 48, length 56. */
const HEADER_BYTES = 64;
const NAME_AT = 0;
const NAME_LENGTH_AT = 8;
const PIECES_AT = 16;
const PIECE_COUNT_AT = 24;
const CONTROL_AT = 32;
const CONTROL_LENGTH_AT = 40;
const LENGTH_AT = 56;
/** `struct iovec`: base 0, length 8. */
const PIECE_BYTES = 16;
/** `struct cmsghdr` with a number of 16 bits: length 0, level 8, type 12, the number 16; 18 bytes, which take 24. */
const CONTROL_BYTES = 24;
const CONTROL_LENGTH = 18;
const CONTROL_LEVEL_AT = 8;
const CONTROL_TYPE_AT = 12;
const CONTROL_VALUE_AT = 16;
const HIGH = 0x1_0000_0000;

/**
 * What recvmmsg and sendmmsg read and write, in one block of memory: headers, addresses, pieces and control data of `count` messages,
 * then the data. A message is one datagram, or several that the system cuts. The headers hold addresses of that block, so it must
 * live as long as anybody may pass them to the system: `headers` is a view of it and keeps it. It is never resized, transferred or
 * shared.
 */
export class MessageBlock {
  readonly count: number;
  readonly headers: Uint8Array;
  readonly bytes: Buffer;
  /** The same memory in words; names and lengths are read and written there. */
  readonly words: Int32Array;
  /** Where the data begins in `bytes`. */
  readonly dataAt: number;
  readonly #address: number;
  readonly #namesAt: number;
  readonly #piecesAt: number;
  readonly #controlsAt: number;

  constructor(libc: Libc, count: number, dataBytes: number) {
    this.count = count;
    this.#namesAt = count * HEADER_BYTES;
    this.#piecesAt = this.#namesAt + count * NAME_ROOM;
    this.#controlsAt = this.#piecesAt + count * PIECE_BYTES;
    this.dataAt = this.#controlsAt + count * CONTROL_BYTES;
    // Zero where nothing is written: no flags, no control data passed. Pages that no datagram reaches are never taken.
    const memory = new ArrayBuffer(this.dataAt + dataBytes);
    this.#address = libc.addressOf(memory);
    this.headers = new Uint8Array(memory, 0, count * HEADER_BYTES);
    this.bytes = Buffer.from(memory);
    this.words = new Int32Array(memory, 0, this.dataAt / 4);
    for (let index = 0; index < count; index++) {
      const header = index * HEADER_BYTES;
      this.#point(header + NAME_AT, this.nameAt(index));
      this.#point(header + CONTROL_AT, this.#controlsAt + index * CONTROL_BYTES);
      this.#prepareControl(this.#controlsAt + index * CONTROL_BYTES);
      this.setPieces(index, index, 1);
    }
  }

  /** Where the address of a datagram stands in `bytes`. */
  nameAt(index: number): number {
    return this.#namesAt + index * NAME_ROOM;
  }

  setNameLength(index: number, bytes: number): void {
    this.words[(index * HEADER_BYTES + NAME_LENGTH_AT) / 4] = bytes;
  }

  /** Says where a piece of data is, or may be written: from `at` in `bytes`, within it. */
  setData(index: number, at: number, length: number): void {
    if (at < this.dataAt || at + length > this.bytes.length) throw new RangeError('outside the block');
    const piece = this.#piecesAt + index * PIECE_BYTES;
    this.#point(piece, at);
    this.words[piece / 4 + 2] = length;
  }

  /** Says which pieces are one message's; at first each is that of its own number. */
  setPieces(index: number, first: number, count: number): void {
    if (first + count > this.count) throw new RangeError('more pieces than the block has');
    const header = index * HEADER_BYTES;
    this.#point(header + PIECES_AT, this.#piecesAt + first * PIECE_BYTES);
    this.words[(header + PIECE_COUNT_AT) / 4] = count;
  }

  /** Lets the system cut a message into datagrams of so many bytes each (`udp(7)`, UDP_SEGMENT); 0 for one that is sent whole. */
  setSegmentBytes(index: number, bytes: number): void {
    this.words[(index * HEADER_BYTES + CONTROL_LENGTH_AT) / 4] = bytes === 0 ? 0 : CONTROL_BYTES;
    this.words[(this.#controlsAt + index * CONTROL_BYTES + CONTROL_VALUE_AT) / 4] = bytes;
  }

  /** A number that messages to one address and port have in common, and hardly others. */
  nameHash(index: number): number {
    const from = this.nameAt(index) / 4;
    let hash = 0;
    for (let word = 0; word < NAME_ROOM / 4; word++)
      hash = Math.imul(hash ^ (this.words[from + word] ?? 0), 0x9e3779b1);
    return hash;
  }

  /** Whether two messages are to the same address and port. */
  haveSameName(one: number, other: number): boolean {
    const [from, to] = [this.nameAt(one) / 4, this.nameAt(other) / 4];
    for (let word = 0; word < NAME_ROOM / 4; word++) {
      if (this.words[from + word] !== this.words[to + word]) return false;
    }
    return true;
  }

  /** What the system has said of a datagram: its bytes. */
  length(index: number): number {
    return this.words[(index * HEADER_BYTES + LENGTH_AT) / 4] ?? 0;
  }

  #prepareControl(at: number): void {
    this.words[at / 4] = CONTROL_LENGTH;
    this.words[(at + CONTROL_LEVEL_AT) / 4] = SOL_UDP;
    this.words[(at + CONTROL_TYPE_AT) / 4] = UDP_SEGMENT;
  }

  /** Writes the address in memory of what stands at `target`. */
  #point(at: number, target: number): void {
    const address = this.#address + target;
    // An element of the array takes a number modulo 2^32.
    this.words[at / 4] = address;
    this.words[at / 4 + 1] = address / HIGH;
  }
}
