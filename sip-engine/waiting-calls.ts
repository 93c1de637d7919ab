import { FairQueue } from './fair-queue.ts';
import type { SipMessage } from './message/index.ts';
import { type Hash, HashTable } from './transaction/index.ts';
import type { Flow } from './transport/index.ts';

/** A new call that waits for its turn. */
export interface Waiting {
  readonly invite: SipMessage;
  readonly flow: Flow;
  readonly owner: string;
  readonly key: Hash;
  readonly sinceMs: number;
  /** How many of its peer's waited before it when it came. */
  readonly ahead: number;
  /** Its caller does not want it any longer. */
  isCancelled: boolean;
}

/** A crowd that is worked off within this time is no overload: until then all it costs is a wait, however slow the machine. */
const PATIENCE_MS = 1000;
/**
 * Who would wait longer then does not get in: some turns' work, and so short that few of them grow old in the heap, whose young
 * part is collected every 45 ms at the most calls that one core carries.
 */
const MOST_WAIT_MS = 20;
/** Of the means of a peer's calls, what the last one counts. */
const NEWEST_SHARE = 1 / 16;
/** And what waits when that begins is given up from here on: who comes now is served at once, and not behind it. */
const STALE_MS = 100;
/**
 * So long nothing is refused, and an overload is over: callers pause, and where a queue that is short ran empty in such a pause
 * another second of patience would follow.
 */
const CALM_MS = 20;
/** RFC 3261 T1: what waits for longer is repeated by its client. */
const T1_MS = 500;
/** Shared by all whose calls wait; everybody may have one. */
const MOST_WAITING = 1024;
const MOST_WAITING_BYTES = 16 * 1024 * 1024;

/** So many may wait however long a turn of a slow machine takes: it must not run out of them. */
const LEAST_WAITING = 16;
/** Peers of which it is known, while nothing of theirs waits, that they are in one. */
const MOST_STANDS = 1024;

/** How the calls of one peer have been waiting, since there has always been one or others were refused. */
class Stand {
  #sinceMs: number;
  #longestMs = 0;
  #isRenewed = false;
  /** How long those that were taken up last had waited, and behind how many: their means. */
  #waitedMs = 0;
  #ahead = 1;
  #refusedMs = Number.NEGATIVE_INFINITY;
  bytes = 0;

  constructor(nowMs: number) {
    this.#sinceMs = nowMs;
  }

  isOverload(nowMs: number): boolean {
    return nowMs - this.#sinceMs > PATIENCE_MS;
  }

  /** How long one waits that comes behind so many, if all goes on as it did last. */
  expectedMs(ahead: number): number {
    return (ahead * this.#waitedMs) / this.#ahead;
  }

  refused(nowMs: number): void {
    this.#refusedMs = nowMs;
  }

  /** One waits where none did; it is the same overload where somebody was refused a moment ago. */
  begin(nowMs: number): void {
    if (nowMs - this.#refusedMs <= CALM_MS) return;
    this.#sinceMs = nowMs;
    this.#longestMs = 0;
    this.#isRenewed = false;
  }

  /**
   * One is taken up. Where the wait was halved a crowd is being worked off, and is given its time anew: once, for in an
   * overload the wait goes up and down with what else the machine does.
   */
  note(waitedMs: number, ahead: number, nowMs: number): void {
    this.#waitedMs += (waitedMs - this.#waitedMs) * NEWEST_SHARE;
    this.#ahead += (ahead + 1 - this.#ahead) * NEWEST_SHARE;
    this.#longestMs = Math.max(this.#longestMs, waitedMs);
    const isHalved = this.#longestMs >= 2 * MOST_WAIT_MS && waitedMs * 2 < this.#longestMs;
    if (!isHalved || this.#isRenewed || this.isOverload(nowMs)) return;
    this.#isRenewed = true;
    this.#sinceMs = nowMs;
  }
}

/**
 * New calls that wait, those of one peer apart from those of the others, in bounds of number, bytes and time. Time is what
 * the thread has worked: who waited while it stood still has not waited for others.
 */
export class WaitingCalls {
  readonly #workMs: () => number;
  readonly #queue = new FairQueue<Waiting>();
  readonly #stands = new Map<string, Stand>();
  readonly #byKey = new HashTable<Waiting>();
  #bytes = 0;
  #nowMs = 0;

  constructor(workMs: () => number) {
    this.#workMs = workMs;
  }

  get size(): number {
    return this.#queue.size;
  }

  find(key: Hash): Waiting | undefined {
    return this.#byKey.get(key);
  }

  /** Whoever has calls that wait for too long has more than its share. Who is told that there is no room is refused. */
  hasRoom(owner: string, bytes: number): boolean {
    if (this.#bytes + bytes > MOST_WAITING_BYTES) return false;
    const [oldest, stand] = [this.#queue.oldest(owner), this.#stands.get(owner)];
    if (oldest === undefined || stand === undefined) return true;
    const share = 1 / (this.#queue.owners + 1);
    const count = this.#queue.countOf(owner);
    const hasShare = count < MOST_WAITING * share && stand.bytes + bytes <= MOST_WAITING_BYTES * share;
    if (hasShare && (this.#queue.size < LEAST_WAITING || this.#isSoon(stand, oldest, count))) return true;
    stand.refused(this.#nowMs);
    return false;
  }

  put(owner: string, { high, low }: Hash, invite: SipMessage, flow: Flow): void {
    if (this.#queue.size === 0) this.#nowMs = this.#workMs();
    const ahead = this.#queue.countOf(owner);
    const waiting = { owner, invite, flow, key: { high, low }, sinceMs: this.#nowMs, ahead, isCancelled: false };
    const stand = this.#standOf(owner);
    if (ahead === 0) stand.begin(this.#nowMs);
    this.#count(invite.raw.length, stand);
    this.#byKey.set(waiting.key, waiting);
    this.#queue.put(owner, waiting);
  }

  /** A turn begins. */
  tick(): void {
    if (this.#queue.size > 0) this.#nowMs = this.#workMs();
  }

  /** The next that `isGood` does not reject, which hears whether it has waited for too long. */
  take(isGood: (waiting: Waiting, isOverdue: boolean) => boolean): Waiting | undefined {
    return this.#queue.take((waiting) => isGood(waiting, this.#leave(waiting)));
  }

  /** It keeps its place until its turn comes. */
  cancel(waiting: Waiting): void {
    waiting.isCancelled = true;
    this.#byKey.delete(waiting.key);
  }

  /** Nobody is in an overload any longer. */
  calm(): void {
    for (const owner of this.#stands.keys()) if (this.#queue.countOf(owner) === 0) this.#stands.delete(owner);
  }

  clear(): void {
    for (const waiting of this.#byKey.values()) this.#byKey.delete(waiting.key);
    this.#queue.clear();
    this.#stands.clear();
    this.#bytes = 0;
  }

  /** Whether one that comes behind so many is taken up in time. */
  #isSoon(stand: Stand, oldest: Waiting, count: number): boolean {
    const waitedMs = this.#nowMs - oldest.sinceMs;
    if (!stand.isOverload(this.#nowMs)) return waitedMs <= T1_MS;
    // Not by the oldest alone: while it waits all that come would get in, three for each that is taken up.
    const ahead = count - LEAST_WAITING / this.#queue.owners;
    return Math.max(waitedMs, stand.expectedMs(ahead)) <= MOST_WAIT_MS;
  }

  #standOf(owner: string): Stand {
    const stand = this.#stands.get(owner) ?? new Stand(this.#nowMs);
    this.#stands.set(owner, stand);
    return stand;
  }

  /** True when it has waited for too long and others wait. */
  #leave({ owner, key, invite, sinceMs, ahead }: Waiting): boolean {
    const [waitedMs, stand] = [this.#nowMs - sinceMs, this.#standOf(owner)];
    this.#byKey.delete(key);
    this.#count(-invite.raw.length, stand);
    stand.note(waitedMs, ahead, this.#nowMs);
    const isOverload = stand.isOverload(this.#nowMs);
    const isLast = this.#queue.countOf(owner) === 0;
    if (isLast && (!isOverload || this.#stands.size > MOST_STANDS)) this.#stands.delete(owner);
    return this.#queue.size >= LEAST_WAITING && waitedMs > (isOverload ? STALE_MS : PATIENCE_MS);
  }

  #count(bytes: number, stand: Stand): void {
    this.#bytes += bytes;
    stand.bytes += bytes;
  }
}
