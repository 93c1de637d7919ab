import type { InboundRequest } from '../auth/index.ts';
import { flatText } from './own-text.ts';

/** How long an answered REGISTER may be repeated: RFC 3261 section 17.2.2, timer J = 64 T1. */
const KEPT_MS = 32_000;

/** Answers kept of one Call-ID: a PBX sends the next REGISTER only once the last one is over (RFC 3261 section 10.2). */
const MOST_OF_CALL_ID = 8;

/** A final answer as it went out. */
export interface StoredAnswer {
  readonly status: number;
  readonly lines: readonly string[];
}

/**
 * What was asked, by whom and when, and what was answered, in one text: a hundred thousand of them live for half a
 * minute, and as objects they would be as large as the bindings. `CSeq port address branch response time status`, then
 * the answer's lines.
 */
type Entry = string;

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
    this.forget(nowMs);
    const current = this.#current.get(request.callId);
    const previous = this.#previous.size === 0 ? undefined : this.#previous.get(request.callId);
    if (current === undefined && previous === undefined) return undefined;
    const asked = describe(request);
    const entry = findAsked(current, asked) ?? findAsked(previous, asked);
    if (entry === undefined) return undefined;
    const [head = '', ...lines] = entry.slice(asked.length).split('\n');
    const [response = '', at, status] = head.split(' ');
    if (nowMs - Number(at) > KEPT_MS) return undefined;
    const isSame = authorizations.some((line) => line.includes(response) || line.toLowerCase().includes(response));
    return isSame ? { status: Number(status), lines } : undefined;
  }

  /** `response` is that of the digest, which stands for all the credentials: it covers them. */
  keep(request: InboundRequest, response: string, { status, lines }: StoredAnswer, nowMs: number): void {
    this.forget(nowMs);
    const text = [`${describe(request)}${response} ${nowMs} ${status}`, ...lines].join('\n');
    // Joined texts are in one piece; a single one may still hold on to the message.
    const entry = lines.length === 0 ? flatText(text) : text;
    const held = this.#current.get(request.callId);
    if (held === undefined) this.#current.set(flatText(request.callId), entry);
    else if (Array.isArray(held)) {
      held.push(entry);
      if (held.length > MOST_OF_CALL_ID) held.shift();
    } else this.#current.set(flatText(request.callId), [held, entry]);
  }

  /** Lets go of what is too old to be repeated; also to be called when nobody registers. */
  forget(nowMs: number): void {
    const ageMs = nowMs - this.#startedMs;
    if (ageMs >= 0 && ageMs <= KEPT_MS) return;
    this.#previous = ageMs > 0 && ageMs <= 2 * KEPT_MS ? this.#current : new Map();
    this.#current = new Map();
    this.#startedMs = nowMs;
  }
}

function describe({ cseq, sourcePort, sourceAddress, branch }: InboundRequest): string {
  return `${cseq} ${sourcePort} ${sourceAddress} ${branch} `;
}

function findAsked(held: Entry | Entry[] | undefined, asked: string): Entry | undefined {
  if (held === undefined) return undefined;
  if (Array.isArray(held)) return held.findLast((entry) => entry.startsWith(asked));
  return held.startsWith(asked) ? held : undefined;
}
