import { type InboundRequest, parseCredentials } from '../auth/index.ts';
import { AnswerPlaces } from './answer-places.ts';
import type { DateLine } from './date-line.ts';
import { plainAnswer } from './plain-answer.ts';

/** How long an answered REGISTER may be repeated: RFC 3261 section 17.2.2, timer J = 64 T1. */
const KEPT_MS = 32_000;

/** A power of two; for one more the oldest answer goes early. */
const PLACES = 1 << 18;

/** A final answer as it went out. */
export interface StoredAnswer {
  readonly status: number;
  readonly lines: readonly string[];
}

/**
 * Answers to REGISTERs whose digest was right, for 32 s: the same packet again is a retransmission and hears the same,
 * while the same credentials from elsewhere, later or in a new transaction are a replay (interface.md, Digest).
 *
 * Nearly every answer is kept and hardly any is asked for, so that keeping one makes no objects: numbers in columns, a
 * ring in the order of time, found by the response of the digest, which nobody guesses and which covers the rest of the
 * credentials. Of a plain answer the Contact line is kept, a text that its binding holds anyway.
 */
export class RecentAnswers {
  readonly #dateLine: DateLine;
  readonly #seed: number;
  readonly #places = new AnswerPlaces(PLACES);
  /** Answers are numbered; those from `oldest` up to `next` are there. */
  #oldest = 1;
  #next = 1;

  /** `seed` keeps strangers from choosing transactions that look alike. */
  constructor(dateLine: DateLine, seed: number) {
    this.#dateLine = dateLine;
    this.#seed = seed;
  }

  /** Answers remembered. */
  get size(): number {
    return this.#next - this.#oldest;
  }

  /** The answer that this very request was given, if it was. */
  find(request: InboundRequest, authorizations: readonly string[], nowMs: number): StoredAnswer | undefined {
    this.forget(nowMs);
    for (const line of authorizations) {
      const answer = this.#findResponse(request, line);
      if (answer !== undefined) return answer;
    }
    return undefined;
  }

  /** `response` is that of the digest, which stands for all the credentials: it covers them. */
  keep(request: InboundRequest, response: string, { status, lines }: StoredAnswer, nowMs: number): void {
    this.forget(nowMs);
    if (this.size === PLACES) this.#drop();
    const date = this.#dateLine.at(nowMs);
    const [first = ''] = lines;
    const isPlain = status === 200 && lines.length === 3 && isSame(lines, plainAnswer(first, date));
    this.#places.put(this.#next, {
      high: hexWord(response, 0),
      low: hexWord(response, 8),
      transaction: this.#transactionOf(request),
      cseq: request.cseq,
      port: request.sourcePort,
      atMs: nowMs,
      status,
      text: isPlain ? first : lines,
    });
    this.#next += 1;
  }

  /** Lets go of what is too old to be repeated; also to be called when nobody registers. */
  forget(nowMs: number): void {
    // What is from the future was kept before the clock was set back.
    while (this.#oldest < this.#next && !(Math.abs(nowMs - this.#places.atMs(this.#oldest)) <= KEPT_MS)) this.#drop();
  }

  #findResponse(request: InboundRequest, authorization: string): StoredAnswer | undefined {
    const places = this.#places;
    const mark = authorization.indexOf(RESPONSE);
    const text = mark < 0 ? (parseCredentials(authorization)?.response ?? '') : authorization;
    const start = mark < 0 ? 0 : mark + RESPONSE.length;
    const high = hexWord(text, start);
    const low = hexWord(text, start + 8);
    for (let number = places.newest(low, this.#next); number >= this.#oldest; number = places.before(number)) {
      if (!places.isResponse(number, high, low)) continue;
      return places.isAsked(number, request, this.#transactionOf(request)) ? this.#answer(number) : undefined;
    }
    return undefined;
  }

  #answer(number: number): StoredAnswer {
    const text = this.#places.text(number);
    const date = this.#dateLine.at(this.#places.atMs(number));
    return { status: this.#places.status(number), lines: typeof text === 'string' ? plainAnswer(text, date) : text };
  }

  #drop(): void {
    this.#places.clear(this.#oldest);
    this.#oldest += 1;
  }

  /** Who sent it, in which transaction, within which Call-ID: all of it in 32 bits (FNV-1a). */
  #transactionOf({ branch, callId, sourceAddress }: InboundRequest): number {
    return mix(mix(mix(this.#seed, branch), callId), sourceAddress) >>> 0;
  }
}

/** As everybody writes it; who writes it otherwise has the whole line read. */
const RESPONSE = 'response="';

/** Eight hexadecimal digits, in either case, as a number; of other text something that means nothing. */
function hexWord(text: string, at: number): number {
  let word = 0;
  for (let index = at; index < at + 8; index += 1) {
    const code = text.charCodeAt(index);
    word = (word << 4) | ((code & 15) + (code >> 6) * 9);
  }
  return word >>> 0;
}

const FNV_PRIME = 0x01000193;

function mix(seed: number, text: string): number {
  let hash = Math.imul(seed ^ text.length, FNV_PRIME);
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), FNV_PRIME);
  return hash;
}

function isSame(lines: readonly string[], others: readonly string[]): boolean {
  return lines.every((line, index) => line === others[index]);
}
