import type { Destination, DidRecord } from '../../bus/index.ts';
import { RowBuckets } from './row-buckets.ts';

const PAGE_BITS = 10;
const ROWS_PER_PAGE = 1 << PAGE_BITS;

/** The words of a row. Of what has 64 bits the upper ones come first. */
const AT = { id: 0, number: 1, uuid: 3, account: 5, destination: 6, form: 7, nextByNumber: 8, nextById: 9 } as const;
const WORDS = 10;

/** Of `form`: two bits of status, three of the destination's kind, one of messages. */
const STATUSES: readonly DidRecord['status'][] = ['active', 'suspended', 'pending_regulatory'];
const KINDS: readonly (Destination['kind'] | undefined)[] = [
  ...[undefined, 'trunk', 'trunk_group', 'extension', 'account_default', 'reject'],
] as const;
const [KIND_SHIFT, KIND_MASK, SENDS_MESSAGES] = [2, 7, 32];

const TWO_TO_32 = 2 ** 32;
const MOST_ID = 2 ** 32 - 1;
const UUID = /^did_[0-9a-f]{16}$/;
const MOST_DIGITS = 15;

/**
 * Plain numbers, of which a server may have a million, as 40 bytes each outside the heap: as records they take seven times
 * as much, and every collection of the whole heap walks them. Whoever asks gets a record of its own that says the same.
 */
export class PackedDids {
  readonly #pages: Uint32Array[] = [];
  readonly #byNumber = new RowBuckets({
    hash: (row) => hashOf(this.#word(row, AT.number), this.#word(row, AT.number + 1)),
    next: (row) => this.#word(row, AT.nextByNumber),
    link: (row, next) => this.#setWord(row, AT.nextByNumber, next),
  });
  readonly #byId = new RowBuckets({
    hash: (row) => this.#word(row, AT.id),
    next: (row) => this.#word(row, AT.nextById),
    link: (row, next) => this.#setWord(row, AT.nextById, next),
  });
  /** Rows that were taken so far; those that are free again hang together by id. */
  #rows = 0;
  #free = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(id: number): boolean {
    return this.#rowOf(id) !== 0;
  }

  get(id: number): DidRecord | undefined {
    const row = this.#rowOf(id);
    return row === 0 ? undefined : this.#read(row);
  }

  /** The DID of exactly that number, written in E.164 with `+`. */
  find(e164: string): DidRecord | undefined {
    if (this.#size === 0) return undefined;
    const number = toNumber(e164);
    if (number === undefined) return undefined;
    const low = lowWord(number);
    const high = highWord(number);
    let row = this.#byNumber.first(hashOf(high, low));
    while (row !== 0 && (this.#word(row, AT.number + 1) !== low || this.#word(row, AT.number) !== high))
      row = this.#word(row, AT.nextByNumber);
    return row === 0 ? undefined : this.#read(row, e164);
  }

  /** Takes a DID that is not there, unless it has more to it than fits in a row; whether it did. */
  add(did: DidRecord): boolean {
    const { destination } = did;
    const number = toNumber(did.number);
    const kind = KINDS.indexOf(destination?.kind);
    if (number === undefined || did.blockSize !== 1 || did.routing !== undefined || kind < 0) return false;
    const target = targetOf(destination);
    if (!isWord(did.id) || !isWord(did.accountId) || !isWord(target) || !UUID.test(did.uuid)) return false;
    const sends = did.smsEnabled === true ? SENDS_MESSAGES : 0;
    const row = this.#take();
    this.#setWord(row, AT.id, did.id);
    this.#setWord(row, AT.number, highWord(number));
    this.#setWord(row, AT.number + 1, lowWord(number));
    this.#setWord(row, AT.uuid, Number.parseInt(did.uuid.slice(4, 12), 16));
    this.#setWord(row, AT.uuid + 1, Number.parseInt(did.uuid.slice(12), 16));
    this.#setWord(row, AT.account, did.accountId);
    this.#setWord(row, AT.destination, target);
    this.#setWord(row, AT.form, STATUSES.indexOf(did.status) | (kind << KIND_SHIFT) | sends);
    this.#byNumber.add(row);
    this.#byId.add(row);
    this.#size += 1;
    return true;
  }

  /** Whether it was there. */
  delete(id: number): boolean {
    const row = this.#rowOf(id);
    if (row === 0) return false;
    this.#byNumber.remove(row);
    this.#byId.remove(row);
    this.#setWord(row, AT.id, 0);
    this.#setWord(row, AT.nextById, this.#free);
    this.#free = row;
    this.#size -= 1;
    return true;
  }

  *values(): IterableIterator<DidRecord> {
    for (let row = 1; row <= this.#rows; row++) if (this.#word(row, AT.id) !== 0) yield this.#read(row);
  }

  #rowOf(id: number): number {
    if (this.#size === 0) return 0;
    let row = this.#byId.first(id);
    while (row !== 0 && this.#word(row, AT.id) !== id) row = this.#word(row, AT.nextById);
    return row;
  }

  #take(): number {
    const free = this.#free;
    if (free !== 0) {
      this.#free = this.#word(free, AT.nextById);
      return free;
    }
    this.#rows += 1;
    if (this.#rows >> PAGE_BITS === this.#pages.length) this.#pages.push(new Uint32Array(ROWS_PER_PAGE * WORDS));
    return this.#rows;
  }

  /** @param e164 its number, if the caller has it as a text */
  #read(row: number, e164 = this.#numberOf(row)): DidRecord {
    const form = this.#word(row, AT.form);
    const plain = {
      uuid: `did_${hex(this.#word(row, AT.uuid))}${hex(this.#word(row, AT.uuid + 1))}`,
      accountId: this.#word(row, AT.account),
      blockSize: 1,
      status: STATUSES[form & 3] ?? 'suspended',
      destination: toDestination(KINDS[(form >> KIND_SHIFT) & KIND_MASK], this.#word(row, AT.destination)),
      id: this.#word(row, AT.id),
      number: e164,
    };
    return (form & SENDS_MESSAGES) === 0 ? plain : { ...plain, smsEnabled: true };
  }

  #numberOf(row: number): string {
    return `+${this.#word(row, AT.number) * TWO_TO_32 + this.#word(row, AT.number + 1)}`;
  }

  #word(row: number, word: number): number {
    return this.#pages[row >> PAGE_BITS]?.[(row & (ROWS_PER_PAGE - 1)) * WORDS + word] ?? 0;
  }

  #setWord(row: number, word: number, value: number): void {
    const page = this.#pages[row >> PAGE_BITS];
    if (page !== undefined) page[(row & (ROWS_PER_PAGE - 1)) * WORDS + word] = value;
  }
}

/** `undefined` for what is not written as E.164: a text that only reads like the same number is another one. */
function toNumber(e164: string): number | undefined {
  const { length } = e164;
  if (length < 2 || length > MOST_DIGITS + 1 || e164[0] !== '+' || e164[1] === '0') return undefined;
  let number = 0;
  for (let at = 1; at < length; at++) {
    const digit = e164.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return undefined;
    number = number * 10 + digit;
  }
  return number;
}

/** Numbers of one range differ in their last digits alone, many ranges in their first: both have to count. */
function hashOf(high: number, low: number): number {
  const mixed = Math.imul(low ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
}

function targetOf(destination: Destination | null): number {
  if (destination === null) return 0;
  if ('trunkId' in destination) return destination.trunkId;
  return 'groupId' in destination ? destination.groupId : 0;
}

function toDestination(kind: (typeof KINDS)[number], target: number): Destination | null {
  if (kind === undefined || kind === 'uri') return null;
  if (kind === 'trunk' || kind === 'extension') return { kind, trunkId: target };
  return kind === 'trunk_group' ? { kind, groupId: target } : { kind };
}

function isWord(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= MOST_ID;
}

/** By bytes: `toString(16)` is a call into V8's runtime, of which each read would make two. */
function hex(word: number): string {
  const upper = `${HEX_BYTES[word >>> 24]}${HEX_BYTES[(word >>> 16) & 255]}`;
  return `${upper}${HEX_BYTES[(word >>> 8) & 255]}${HEX_BYTES[word & 255]}`;
}

const HEX_BYTES: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Of numbers below 2^53; by bits, since remainders of what has more than 31 are calls of a library. */
function lowWord(number: number): number {
  return number >>> 0;
}

function highWord(number: number): number {
  return (number - lowWord(number)) / TWO_TO_32;
}
