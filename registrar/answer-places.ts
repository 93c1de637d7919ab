/** What is kept of one answered REGISTER. */
export interface KeptAnswer {
  /** The first 64 bits of the digest's response. */
  readonly high: number;
  readonly low: number;
  /** 32 bits that stand for branch, Call-ID and source address. */
  readonly transaction: number;
  readonly cseq: number;
  readonly port: number;
  readonly atMs: number;
  readonly status: number;
  /** The Contact line of a plain answer, else all its lines. */
  readonly text: string | readonly string[];
}

/** No answer: below every number. */
const NONE = -1;

/**
 * Nearly every question is for an answer that is not there. With so many buckets it ends at the first look for four in
 * five, and else a place far away has to be looked at, too.
 */
const BUCKETS_PER_PLACE = 4;

/** Words of 32 bits in a place; the last two are its time. */
const WORDS = 8;
const HIGH = 0;
const LOW = 1;
const TRANSACTION = 2;
const CSEQ = 3;
/** Port and status, half a word each. */
const PORT_STATUS = 4;
/** How much less the number before it in its bucket is, 0 without one. */
const DISTANCE = 5;
/** Of the same memory in numbers of 64 bits. */
const TIMES = WORDS / 2;
const TIME = 3;

/**
 * The memory of `RecentAnswers`: a ring of numbered places, and chains through them of answers that share a bucket, the
 * newest first. What is older than the oldest number is void wherever it still stands. All numbers of a place stand
 * together: with 100,000 of them what costs is how many places of memory are looked at, not what is done there. Its numbers
 * are asked of the system at once, which gives them when they are first touched: to grow is to move 100,000 answers while others wait.
 */
export class AnswerPlaces {
  /** A power of two. */
  readonly size: number;
  readonly #mask: number;
  readonly #bucketMask: number;
  readonly #words: Uint32Array;
  readonly #times: Float64Array;
  readonly #text: (string | readonly string[])[];
  /** Of the number of the newest answer the last 32 bits, by bucket. */
  readonly #newest: Uint32Array;

  constructor(size: number) {
    this.size = size;
    this.#mask = size - 1;
    this.#bucketMask = size * BUCKETS_PER_PLACE - 1;
    this.#words = new Uint32Array(size * WORDS);
    this.#times = new Float64Array(this.#words.buffer);
    this.#text = new Array<string>(size).fill('');
    this.#newest = new Uint32Array(size * BUCKETS_PER_PLACE);
  }

  put(number: number, { high, low, transaction, cseq, port, atMs, status, text }: KeptAnswer): void {
    const place = number & this.#mask;
    const at = place * WORDS;
    const before = this.newest(low, number);
    const words = this.#words;
    words[at + HIGH] = high;
    words[at + LOW] = low;
    words[at + TRANSACTION] = transaction;
    words[at + CSEQ] = cseq;
    words[at + PORT_STATUS] = (port << 16) | status;
    // One so far below is void long since.
    words[at + DISTANCE] = before < 0 || number - before >= this.size ? 0 : number - before;
    this.#times[place * TIMES + TIME] = atMs;
    this.#text[place] = text;
    this.#newest[low & this.#bucketMask] = number;
  }

  /**
   * The newest answer whose response may end in that word; `next` is the number that the next one is given, from 1 on; 0 stands
   * for none, too.
   */
  newest(low: number, next: number): number {
    const distance = (next - (this.#newest[low & this.#bucketMask] ?? 0)) >>> 0;
    return distance === 0 || distance > this.size ? NONE : next - distance;
  }

  /** The next older one of its bucket. */
  before(number: number): number {
    const distance = this.#word(number, DISTANCE);
    return distance === 0 ? NONE : number - distance;
  }

  isResponse(number: number, high: number, low: number): boolean {
    return this.#word(number, HIGH) === high && this.#word(number, LOW) === low;
  }

  isAsked(number: number, { cseq, sourcePort }: { cseq: number; sourcePort: number }, transaction: number): boolean {
    if (this.#word(number, TRANSACTION) !== transaction || this.#word(number, CSEQ) !== cseq) return false;
    return this.#word(number, PORT_STATUS) >>> 16 === sourcePort;
  }

  atMs(number: number): number {
    return this.#times[(number & this.#mask) * TIMES + TIME] ?? 0;
  }

  status(number: number): number {
    return this.#word(number, PORT_STATUS) & 0xffff;
  }

  text(number: number): string | readonly string[] {
    return this.#text[number & this.#mask] ?? '';
  }

  /** Lets go of the text; the number is void from now on. */
  clear(number: number): void {
    this.#text[number & this.#mask] = '';
  }

  #word(number: number, field: number): number {
    return this.#words[(number & this.#mask) * WORDS + field] ?? 0;
  }
}
