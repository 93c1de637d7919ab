import type { InboundRequest } from '../auth/index.ts';
import { ownText } from './own-text.ts';

/** How long an answered REGISTER may be repeated: RFC 3261 section 17.2.2, timer J = 64 T1. */
const KEPT_MS = 32_000;

/** Answers kept of one Call-ID: a PBX sends the next REGISTER only once the last one is over (RFC 3261 section 10.2). */
const MOST_OF_CALL_ID = 8;

/** A final answer as it went out. */
export interface StoredAnswer {
  readonly status: number;
  readonly lines: readonly string[];
}

interface Entry {
  readonly sourceAddress: string;
  readonly sourcePort: number;
  readonly cseq: number;
  readonly branch: string;
  readonly response: string;
  readonly atMs: number;
  readonly answer: StoredAnswer;
}

/**
 * Answers to REGISTERs whose digest was right, for 32 s: the same packet again is a retransmission and hears the same,
 * while the same credentials from elsewhere, later or in a new transaction are a replay (interface.md, Digest).
 */
export class RecentAnswers {
  /** By Call-ID, the oldest first; nearly always one. */
  #current = new Map<string, Entry | Entry[]>();
  #previous = new Map<string, Entry | Entry[]>();
  #startedMs = 0;

  /** Call-IDs remembered. */
  get size(): number {
    return this.#current.size + this.#previous.size;
  }

  /** The answer that this very request was given, if it was. */
  find(request: InboundRequest, authorizations: readonly string[], nowMs: number): StoredAnswer | undefined {
    this.#rotate(nowMs);
    const held = this.#current.get(request.callId);
    const entry =
      findCseq(held, request.cseq) ??
      (this.#previous.size === 0 ? undefined : findCseq(this.#previous.get(request.callId), request.cseq));
    if (entry === undefined || nowMs - entry.atMs > KEPT_MS) return undefined;
    const isSame =
      entry.sourcePort === request.sourcePort &&
      entry.sourceAddress === request.sourceAddress &&
      entry.branch === request.branch &&
      authorizations.some((line) => line.includes(entry.response) || line.toLowerCase().includes(entry.response));
    return isSame ? entry.answer : undefined;
  }

  /** `response` is that of the digest, which stands for all the credentials: it covers them. */
  keep(request: InboundRequest, response: string, answer: StoredAnswer, nowMs: number): void {
    this.#rotate(nowMs);
    const entry: Entry = {
      sourceAddress: request.sourceAddress,
      sourcePort: request.sourcePort,
      cseq: request.cseq,
      branch: ownText(request.branch),
      response: ownText(response),
      atMs: nowMs,
      answer,
    };
    const held = this.#current.get(request.callId);
    if (held === undefined) this.#current.set(ownText(request.callId), entry);
    else if (Array.isArray(held)) {
      held.push(entry);
      if (held.length > MOST_OF_CALL_ID) held.shift();
    } else this.#current.set(ownText(request.callId), [held, entry]);
  }

  #rotate(nowMs: number): void {
    const ageMs = nowMs - this.#startedMs;
    if (ageMs >= 0 && ageMs <= KEPT_MS) return;
    this.#previous = ageMs > 0 && ageMs <= 2 * KEPT_MS ? this.#current : new Map();
    this.#current = new Map();
    this.#startedMs = nowMs;
  }
}

function findCseq(held: Entry | Entry[] | undefined, cseq: number): Entry | undefined {
  if (held === undefined) return undefined;
  if (Array.isArray(held)) return held.findLast((entry) => entry.cseq === cseq);
  return held.cseq === cseq ? held : undefined;
}
