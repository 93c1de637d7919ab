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
 * The memory of `RecentAnswers`: a ring of numbered places in columns, and chains through them of answers that share a
 * bucket, the newest first. What is older than the oldest number is void wherever it still stands.
 */
export class AnswerPlaces {
  /** A power of two. */
  readonly size: number;
  readonly #mask: number;
  readonly #high: Uint32Array;
  readonly #low: Uint32Array;
  readonly #transaction: Uint32Array;
  readonly #cseq: Uint32Array;
  readonly #port: Uint16Array;
  readonly #status: Uint16Array;
  readonly #atMs: Float64Array;
  readonly #text: (string | readonly string[])[];
  /** The number of the answer before it in its bucket. */
  readonly #before: Float64Array;
  /** The number of the newest answer, by bucket. */
  readonly #newest: Float64Array;

  constructor(size: number) {
    this.size = size;
    this.#mask = size - 1;
    this.#high = new Uint32Array(size);
    this.#low = new Uint32Array(size);
    this.#transaction = new Uint32Array(size);
    this.#cseq = new Uint32Array(size);
    this.#port = new Uint16Array(size);
    this.#status = new Uint16Array(size);
    this.#atMs = new Float64Array(size);
    this.#text = new Array<string>(size).fill('');
    this.#before = new Float64Array(size);
    this.#newest = new Float64Array(size).fill(NONE);
  }

  put(number: number, { high, low, transaction, cseq, port, atMs, status, text }: KeptAnswer): void {
    const at = number & this.#mask;
    this.#high[at] = high;
    this.#low[at] = low;
    this.#transaction[at] = transaction;
    this.#cseq[at] = cseq;
    this.#port[at] = port;
    this.#atMs[at] = atMs;
    this.#status[at] = status;
    this.#text[at] = text;
    this.#before[at] = this.newest(low);
    this.#newest[low & this.#mask] = number;
  }

  /** The newest answer whose response may end in that word. */
  newest(low: number): number {
    return this.#newest[low & this.#mask] ?? NONE;
  }

  /** The next older one of its bucket. */
  before(number: number): number {
    return this.#before[number & this.#mask] ?? NONE;
  }

  isResponse(number: number, high: number, low: number): boolean {
    const at = number & this.#mask;
    return this.#high[at] === high && this.#low[at] === low;
  }

  isAsked(number: number, { cseq, sourcePort }: { cseq: number; sourcePort: number }, transaction: number): boolean {
    const at = number & this.#mask;
    return this.#transaction[at] === transaction && this.#cseq[at] === cseq && this.#port[at] === sourcePort;
  }

  atMs(number: number): number {
    return this.#atMs[number & this.#mask] ?? 0;
  }

  status(number: number): number {
    return this.#status[number & this.#mask] ?? 0;
  }

  text(number: number): string | readonly string[] {
    return this.#text[number & this.#mask] ?? '';
  }

  /** Lets go of the text; the number is void from now on. */
  clear(number: number): void {
    this.#text[number & this.#mask] = '';
  }

  /** Twice as large, with the answers from `oldest` up to `next`. */
  grown(oldest: number, next: number): AnswerPlaces {
    const larger = new AnswerPlaces(this.size * 2);
    for (let number = oldest; number < next; number += 1) larger.put(number, this.#get(number));
    return larger;
  }

  #get(number: number): KeptAnswer {
    const at = number & this.#mask;
    return {
      high: this.#high[at] ?? 0,
      low: this.#low[at] ?? 0,
      transaction: this.#transaction[at] ?? 0,
      cseq: this.#cseq[at] ?? 0,
      port: this.#port[at] ?? 0,
      atMs: this.#atMs[at] ?? 0,
      status: this.#status[at] ?? 0,
      text: this.#text[at] ?? '',
    };
  }
}
