import { BoundedMap, type InboundRequest } from '../../auth/index.ts';
import type { MessageAnswer } from './message-port.ts';

/** How long an answered MESSAGE may be repeated: RFC 3261 section 17.2.2, timer J = 64 T1. */
const KEPT_MS = 32_000;

/** Packets can be made up in the name of a PBX that is known by its address alone; beyond so many the oldest go. */
const MOST = 20_000;

/** Answers of the last half minute: the same packet again hears the same, and is no second message. */
export class RecentMessages {
  #current = new BoundedMap<string, MessageAnswer>(MOST);
  #previous = new BoundedMap<string, MessageAnswer>(MOST);
  #startedMs = 0;

  find(request: InboundRequest, nowMs: number): MessageAnswer | undefined {
    this.#forget(nowMs);
    const key = keyOf(request);
    return this.#current.get(key) ?? this.#previous.get(key);
  }

  keep(request: InboundRequest, answer: MessageAnswer, nowMs: number): void {
    this.#forget(nowMs);
    this.#current.set(keyOf(request), answer);
  }

  #forget(nowMs: number): void {
    const ageMs = nowMs - this.#startedMs;
    if (ageMs >= 0 && ageMs <= KEPT_MS) return;
    this.#previous = ageMs > 0 && ageMs <= 2 * KEPT_MS ? this.#current : new BoundedMap(MOST);
    this.#current = new BoundedMap(MOST);
    this.#startedMs = nowMs;
  }
}

/** RFC 3261 17.2.3, and who sent it: a branch alone can be guessed. */
function keyOf({ sourceAddress, sourcePort, branch, callId, cseq }: InboundRequest): string {
  return `${sourceAddress} ${sourcePort} ${cseq} ${branch} ${callId}`;
}
